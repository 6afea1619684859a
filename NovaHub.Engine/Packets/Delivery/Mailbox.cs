using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets.Delivery;

/// <summary>One thing in a board's mailbox: a packet or the nodelist.</summary>
/// <param name="Name">File name, upper case.</param>
/// <param name="Source">BBS index of the sender; 0 for a nodelist.</param>
/// <param name="Dest">The board's index.</param>
/// <param name="Sequence">Sequence number; 0 for a nodelist.</param>
/// <param name="ReceivedAt">When it came in, UTC.</param>
/// <param name="DeliveredAt">When the board had all of it, or null.</param>
/// <param name="Size">Bytes.</param>
public readonly record struct MailItem(string Name, int Source, int Dest, int Sequence, DateTime ReceivedAt, DateTime? DeliveredAt, int Size);

/// <summary>Something to hand to a board. When it is unread, call <see cref="Mailbox.DeliveredAsync"/> once the whole body went out.</summary>
/// <param name="Name">File name, upper case.</param>
/// <param name="Bytes">The body.</param>
/// <param name="PacketId">The packet, or null for a nodelist.</param>
/// <param name="NodelistItemId">The queued nodelist, or null.</param>
/// <param name="Unread">Whether it still waits for its board; otherwise this is a repetition and nothing is to be recorded.</param>
public sealed record MailPiece(string Name, byte[] Bytes, long? PacketId, int? NodelistItemId, bool Unread)
{
    internal PacketName? Packet { get; init; }

    internal LeagueId League { get; init; }
}

/// <summary>What waits for a board, and what it had: read from the ledger by index, however large that is.</summary>
public sealed class Mailbox(IDbContextFactory<HubDb> databases, GroupCommit commits, LedgerEvents events, TimeProvider clock)
{
    private static readonly Func<HubDb, LeagueId, int, IEnumerable<PacketRow>> s_waiting = EF.CompileQuery(
        (HubDb db, LeagueId league, int dest) => db.Set<Packet>()
            .Where(p => p.LeagueId == league && p.Dest == dest && p.ConsumedAt == null && p.DeliveredAt == null)
            .OrderBy(p => p.Id)
            .Select(p => new PacketRow(p.Id, p.Source, p.Sequence, p.ReceivedAt, p.DeliveredAt, p.Size)));

    private static readonly Func<HubDb, LeagueId, int, IEnumerable<PacketRow>> s_everything = EF.CompileQuery(
        (HubDb db, LeagueId league, int dest) => db.Set<Packet>()
            .Where(p => p.LeagueId == league && p.Dest == dest)
            .OrderBy(p => p.Id)
            .Select(p => new PacketRow(p.Id, p.Source, p.Sequence, p.ReceivedAt, p.DeliveredAt, p.Size)));

    private static readonly Func<HubDb, LeagueId, int, NodelistRow?> s_nodelist = EF.CompileQuery(
        (HubDb db, LeagueId league, int dest) => db.Set<NodelistItem>()
            .Where(i => i.LeagueId == league && i.BbsIndex == dest)
            .OrderBy(i => i.Id)
            .Select(i => new NodelistRow(i.Id, i.NodelistId, i.QueuedAt, i.DeliveredAt, i.Nodelist!.Bytes.Length))
            .FirstOrDefault());

    private static readonly Func<HubDb, LeagueId, int, int, int, IEnumerable<NamedRow>> s_named = EF.CompileQuery(
        (HubDb db, LeagueId league, int source, int dest, int sequence) => db.Set<Packet>()
            .Where(p => p.LeagueId == league && p.Source == source && p.Dest == dest && p.Sequence == sequence)
            .OrderBy(p => p.Id)
            .Select(p => new NamedRow(p.Id, p.Sha256, p.DeliveredAt != null)));

    private static readonly Func<HubDb, byte[], byte[]?> s_content = EF.CompileQuery(
        (HubDb db, byte[] sha) => db.Set<Content>().Where(c => c.Sha256 == sha).Select(c => c.Bytes).FirstOrDefault());

    // Bodies that went out and whose mark is still on its way to the disk: for the board they are read already
    private readonly ConcurrentDictionary<long, DateTime> _marking = new();
    private readonly ConcurrentDictionary<int, DateTime> _markingNodelists = new();

    /// <summary>Lists a board's mailbox in one league, oldest first.</summary>
    /// <param name="seat">The board's seat.</param>
    /// <param name="unreadOnly">Leaves out what was delivered.</param>
    /// <param name="each">Called for every item, while the answer is written: nothing is held.</param>
    public void List(Seat seat, bool unreadOnly, Action<MailItem> each)
    {
        // Taken before the rows are read: what leaves it meanwhile is on disk by then
        var marking = Marking();
        var markingNodelists = _markingNodelists.IsEmpty ? null : new Dictionary<int, DateTime>(_markingNodelists);
        using var db = databases.CreateDbContext();
        var nodelist = s_nodelist(db, seat.League, seat.BbsIndex);
        if (nodelist is { DeliveredAt: null } && markingNodelists?.TryGetValue(nodelist.Id, out var had) == true)
        {
            nodelist = nodelist with { DeliveredAt = had };
        }

        var pending = nodelist is not null && !(unreadOnly && nodelist.DeliveredAt is not null) ? nodelist : null;
        foreach (var row in (unreadOnly ? s_waiting : s_everything)(db, seat.League, seat.BbsIndex))
        {
            if (pending is not null && pending.QueuedAt <= row.ReceivedAt)
            {
                each(Item(seat, pending));
                pending = null;
            }

            DateTime? delivered = marking is not null && marking.TryGetValue(row.Id, out var at) ? at : row.DeliveredAt;
            if (!unreadOnly || delivered is null)
            {
                each(new MailItem(new PacketName(seat.League, row.Source, seat.BbsIndex, row.Sequence).ToString(),
                    row.Source, seat.BbsIndex, row.Sequence, row.ReceivedAt, delivered, row.Size));
            }
        }

        if (pending is not null)
        {
            each(Item(seat, pending));
        }
    }

    /// <summary>
    /// Finds what a board gets for a packet's name: the oldest not yet delivered, or when all of them are, the latest.
    /// Null when there is none. The name's destination is the caller's business.
    /// </summary>
    public MailPiece? Find(PacketName name)
    {
        var marking = Marking();
        using var db = databases.CreateDbContext();
        NamedRow? chosen = null;
        var unread = false;
        foreach (var row in s_named(db, name.League, name.Source, name.Dest, name.Sequence))
        {
            chosen = row;
            unread = !row.Delivered && marking?.ContainsKey(row.Id) != true;
            if (unread)
            {
                break;
            }
        }

        return chosen is null
            ? null
            : new MailPiece(name.ToString(), Content(db, chosen.Sha256), chosen.Id, null, unread) { Packet = name, League = name.League };
    }

    /// <summary>The current nodelist for a member, or null when there is none yet.</summary>
    public async Task<(MailPiece Piece, byte[] Sha256)?> FindNodelistAsync(Seat seat, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var current = await NodelistPublisher.CurrentAsync(db, seat.League, cancellationToken);
        if (current is null)
        {
            return null;
        }

        // An item of a version made since then keeps waiting: these bytes are not its own
        var item = s_nodelist(db, seat.League, seat.BbsIndex) is { } queued && queued.NodelistId == current.Id ? queued : null;
        var unread = item is { DeliveredAt: null } && !_markingNodelists.ContainsKey(item.Id);
        return (new MailPiece(seat.League.NodelistName, current.Bytes, null, item?.Id, unread) { League = seat.League }, current.Sha256);
    }

    /// <summary>Records that the whole body went out. From this call on the piece is read for its board; on return that is on disk.</summary>
    public async Task DeliveredAsync(MailPiece piece)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (piece.PacketId is { } id)
        {
            await MarkingAsync(_marking, id, now, () => MarkPacketAsync(piece, id, now));
        }
        else if (piece.NodelistItemId is { } item)
        {
            await MarkingAsync(_markingNodelists, item, now, () => commits.WriteAsync(w => w.Execute(
                """UPDATE "NodelistItems" SET "DeliveredAt" = @p0 WHERE "Id" = @p1 AND "DeliveredAt" IS NULL""", now, item)));
        }
    }

    private static async Task MarkingAsync<TKey>(ConcurrentDictionary<TKey, DateTime> marking, TKey key, DateTime now, Func<Task> mark)
        where TKey : notnull
    {
        marking.TryAdd(key, now);
        try
        {
            await mark();
        }
        finally
        {
            marking.TryRemove(key, out _);
        }
    }

    private Dictionary<long, DateTime>? Marking() => _marking.IsEmpty ? null : new Dictionary<long, DateTime>(_marking);

    private async Task MarkPacketAsync(MailPiece piece, long id, DateTime now)
    {
        var marked = await commits.WriteAsync(writer =>
        {
            var rows = writer.Execute("""UPDATE "Packets" SET "DeliveredAt" = @p0 WHERE "Id" = @p1 AND "DeliveredAt" IS NULL""", now, id);
            if (rows > 0)
            {
                LedgerSql.Count(writer, piece.League, now, delivered: 1);
            }

            return rows > 0;
        });
        if (marked)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Delivered, id, piece.Packet!.Value, piece.Bytes.Length, now, false));
        }
    }

    private static byte[] Content(HubDb db, byte[] sha) =>
        s_content(db, sha) ?? throw new InvalidOperationException("The ledger has a packet whose bytes are gone: the database file is damaged. Restore a backup.");

    private static MailItem Item(Seat seat, NodelistRow row) =>
        new(seat.League.NodelistName, 0, seat.BbsIndex, 0, row.QueuedAt, row.DeliveredAt, row.Size);

    private sealed record PacketRow(long Id, int Source, int Sequence, DateTime ReceivedAt, DateTime? DeliveredAt, int Size);

    private sealed record NodelistRow(int Id, int NodelistId, DateTime QueuedAt, DateTime? DeliveredAt, int Size);

    private sealed record NamedRow(long Id, byte[] Sha256, bool Delivered);
}
