using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Packets.Explorer;

/// <summary>Packets of a board over all its seats.</summary>
/// <param name="Packets">The packets, in the order asked for.</param>
/// <param name="More">Whether there are further ones behind.</param>
public sealed record BoardPacketList(IReadOnlyList<Packet> Packets, bool More)
{
    /// <summary>No packet.</summary>
    public static BoardPacketList None { get; } = new([], false);
}

/// <summary>What waits for a board, what it had and what it sent: the explorer's pages of its seats, merged.</summary>
public sealed class BoardPackets(PacketExplorer explorer)
{
    /// <summary>What waits for it, oldest first.</summary>
    /// <param name="board">The board.</param>
    /// <param name="after">Only behind this packet, or null for the first ones.</param>
    /// <param name="take">At most so many.</param>
    public BoardPacketList Waiting(BoardEntry board, long? after, int take) => Merge(
        board, seat => new PacketFilter { League = seat.League, Dest = seat.BbsIndex, State = PacketState.WaitingForBoard, OldestFirst = true }, after, take, p => p.Id);

    /// <summary>The latest that it fetched, the latest fetched first.</summary>
    /// <param name="board">The board.</param>
    /// <param name="take">At most so many.</param>
    public BoardPacketList Fetched(BoardEntry board, int take) => Merge(
        board, seat => new PacketFilter { League = seat.League, Dest = seat.BbsIndex, State = PacketState.Delivered }, null, take, p => -(p.DeliveredAt ?? p.ReceivedAt).Ticks);

    /// <summary>The latest that it uploaded, newest first; what another board sent from the same node before is left out.</summary>
    /// <param name="board">The board.</param>
    /// <param name="take">At most so many.</param>
    public BoardPacketList Sent(BoardEntry board, int take) => Merge(
        board, seat => new PacketFilter { League = seat.League, Source = seat.BbsIndex }, null, take, p => -p.Id, p => p.UploadedByBbsId == board.Id);

    private BoardPacketList Merge(BoardEntry board, Func<Seat, PacketFilter> filter, long? after, int take, Func<Packet, long> order, Func<Packet, bool>? takes = null)
    {
        PacketCursor? cursor = after is { } id ? new PacketCursor(id, Back: false) : null;
        var pages = board.Seats.Values.Select(seat => explorer.Find(filter(seat), cursor, take)).ToList();
        var all = pages.SelectMany(p => p.Packets).Where(p => takes?.Invoke(p) != false).OrderBy(order).ToList();
        return new BoardPacketList([.. all.Take(take)], all.Count > take || pages.Exists(p => p.Behind is not null));
    }
}
