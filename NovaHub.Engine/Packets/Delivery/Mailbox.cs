using System.Collections.Concurrent;
using System.Data.Common;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets.Delivery;

/// <summary>What waits for a board, and what it had: read from the ledger by index, however large that is.</summary>
public sealed class Mailbox(LedgerReads ledger, GroupCommit commits, LedgerEvents events, TimeProvider clock)
{
    private const string WaitsOrDelivered = $"""("DeliveredAt" IS NOT NULL OR ({LedgerSql.Waits}))""";

    internal const string Waiting = $"""
        SELECT "Id", "Source", "Sequence", "ReceivedAt", "DeliveredAt", "Size", "Delivery" FROM "Packets"
        WHERE "LeagueId" = @p0 AND "Dest" = @p1 AND {LedgerSql.Waits} ORDER BY "Id"
        """;

    private const string Everything = $"""
        SELECT "Id", "Source", "Sequence", "ReceivedAt", "DeliveredAt", "Size", "Delivery" FROM "Packets"
        WHERE "LeagueId" = @p0 AND "Dest" = @p1 AND {WaitsOrDelivered} ORDER BY "Id"
        """;

    private const string Queued = """
        SELECT i."Id", i."NodelistId", i."QueuedAt", i."DeliveredAt", length(n."Bytes"), i."AfterPacketId" FROM "NodelistItems" i
        JOIN "Nodelists" n ON n."Id" = i."NodelistId" WHERE i."LeagueId" = @p0 AND i."BbsIndex" = @p1
        """;

    internal const string NamedUnread = $"""
        SELECT "Id", "Sha256", "Delivery", "DeliveredAt" IS NULL FROM "Packets"
        WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 AND "Sequence" = @p3 AND {LedgerSql.Waits} ORDER BY "Id"
        """;

    internal const string NamedLatest = $"""
        SELECT "Id", "Sha256", "Delivery", "DeliveredAt" IS NULL FROM "Packets"
        WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 AND "Sequence" = @p3 AND {WaitsOrDelivered} ORDER BY "Id" DESC LIMIT 1
        """;

    private const string NamedOne = $"""
        SELECT "Id", "Sha256", "Delivery", "DeliveredAt" IS NULL FROM "Packets"
        WHERE "Id" = @p4 AND "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 AND "Sequence" = @p3 AND {WaitsOrDelivered}
        """;

    private const string CurrentNodelist = """SELECT "Id", "Bytes", "Sha256" FROM "Nodelists" WHERE "LeagueId" = @p0 ORDER BY "Version" DESC LIMIT 1""";

    private const string BytesOf = """SELECT "Bytes" FROM "Contents" WHERE "Sha256" = @p0""";

    // Bodies that went out and whose mark is still on its way to the disk: for the board they are read already
    private readonly ConcurrentDictionary<long, DateTime> _marking = new();
    private readonly ConcurrentDictionary<int, DateTime> _markingNodelists = new();

    /// <summary>
    /// Lists a board's mailbox in one league, oldest first. Of several waiting packets with one name only the oldest is
    /// named: a program that knows names alone would write the next one over it.
    /// </summary>
    /// <param name="seat">The board's seat.</param>
    /// <param name="unreadOnly">Leaves out what was delivered.</param>
    /// <param name="each">Called for every item, while the answer is written: nothing is held.</param>
    public void List(Seat seat, bool unreadOnly, Action<MailItem> each)
    {
        // Taken before the rows are read: what leaves it meanwhile is on disk by then
        var marking = Marking();
        var markingNodelists = _markingNodelists.IsEmpty ? null : new Dictionary<int, DateTime>(_markingNodelists);
        ledger.Read(sight =>
        {
            var nodelist = NodelistOf(sight, seat);
            if (nodelist is { DeliveredAt: null } && markingNodelists?.TryGetValue(nodelist.Id, out var had) == true)
            {
                nodelist = nodelist with { DeliveredAt = had };
            }

            var named = new HashSet<(int, int)>();
            var pending = nodelist is not null && !(unreadOnly && nodelist.DeliveredAt is not null) ? nodelist : null;
            using var rows = sight.Query(unreadOnly ? Waiting : Everything, seat.League.ToString(), seat.BbsIndex);
            while (rows.Read())
            {
                var item = Item(seat, rows);
                if (pending is not null && (pending.AfterPacketId is { } after ? after < rows.GetInt64(0) : pending.QueuedAt <= item.ReceivedAt))
                {
                    each(Item(seat, pending));
                    pending = null;
                }

                if (marking is not null && marking.TryGetValue(rows.GetInt64(0), out var at))
                {
                    item = item with { DeliveredAt = at };
                }

                if (item.DeliveredAt is null ? named.Add((item.Source, item.Sequence)) : !unreadOnly)
                {
                    each(item);
                }
            }

            if (pending is not null)
            {
                each(Item(seat, pending));
            }

            return true;
        });
    }

    /// <summary>
    /// Finds what a board gets for a packet's name: the oldest not yet delivered, or when all of them are, the latest.
    /// Null when there is none. The name's destination is the caller's business.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="packetId">Exactly this packet of the name, or null.</param>
    /// <exception cref="ChangedBytesException">Its bytes are not those that came in.</exception>
    public MailPiece? Find(PacketName name, long? packetId = null)
    {
        var marking = Marking();
        var found = ledger.Read<(Choice Packet, byte[]? Bytes)?>(sight =>
        {
            if ((packetId is { } one ? ChooseOne(sight, name, one, marking) : Choose(sight, name, marking)) is not { } chosen)
            {
                return null;
            }

            using var content = sight.Query(BytesOf, chosen.Sha256);
            return (chosen, content.Read() ? (byte[])content[0] : null);
        });
        if (found is not var (packet, bytes))
        {
            return null;
        }

        return ChangedPackets.AreThose(bytes, packet.Sha256)
            ? new MailPiece(name.ToString(), bytes!, packet.Id, null, packet.Unread) { Delivery = packet.Delivery, Packet = name, League = name.League, Sha256 = packet.Sha256 }
            : throw new ChangedBytesException(name, packet.Id);
    }

    /// <summary>The current nodelist for a member, or null when there is none yet.</summary>
    /// <exception cref="ChangedBytesException">Its bytes are not those that were made.</exception>
    public (MailPiece Piece, byte[] Sha256)? FindNodelist(Seat seat) => ledger.Read<(MailPiece, byte[])?>(sight =>
    {
        int id;
        byte[] bytes, sha;
        using (var row = sight.Query(CurrentNodelist, seat.League.ToString()))
        {
            if (!row.Read())
            {
                return null;
            }

            (id, bytes, sha) = (row.GetInt32(0), (byte[])row[1], (byte[])row[2]);
        }

        if (!ChangedPackets.AreThose(bytes, sha))
        {
            throw new ChangedBytesException(seat.League.NodelistName);
        }

        // An item of a version made since then keeps waiting: these bytes are not its own
        var item = NodelistOf(sight, seat) is { } queued && queued.NodelistId == id ? queued : null;
        var unread = item is { DeliveredAt: null } && !_markingNodelists.ContainsKey(item.Id);
        return (new MailPiece(seat.League.NodelistName, bytes, null, item?.Id, unread) { League = seat.League, Sha256 = sha }, sha);
    });

    /// <summary>Records that the whole body went out. From this call on the piece is read for its board; on return that is on disk.</summary>
    /// <param name="piece">What was sent.</param>
    /// <param name="proof">How it is known to have arrived.</param>
    public async Task DeliveredAsync(MailPiece piece, DeliveryProof proof = DeliveryProof.Acknowledged)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (piece.PacketId is { } id)
        {
            await MarkingAsync(_marking, id, now, () => MarkPacketAsync(piece, id, proof, now));
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

    private async Task MarkPacketAsync(MailPiece piece, long id, DeliveryProof proof, DateTime now)
    {
        var marked = await commits.WriteAsync(writer =>
        {
            // Put back while its bytes were on their way: that download was an earlier delivery's
            return LedgerSql.Deliver(writer, piece.League, id, piece.Delivery, proof, now);
        });
        if (marked)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Delivered, id, piece.Packet!.Value, piece.Bytes.Length, now, false));
        }
    }

    private static Choice? ChooseOne(LedgerSight sight, PacketName name, long id, Dictionary<long, DateTime>? marking)
    {
        using var row = sight.Query(NamedOne, name.League.ToString(), name.Source, name.Dest, name.Sequence, id);
        return row.Read() ? Chosen(row, row.GetBoolean(3) && marking?.ContainsKey(id) != true) : null;
    }

    private static Choice? Choose(LedgerSight sight, PacketName name, Dictionary<long, DateTime>? marking)
    {
        using (var rows = sight.Query(NamedUnread, name.League.ToString(), name.Source, name.Dest, name.Sequence))
        {
            while (rows.Read())
            {
                if (marking?.ContainsKey(rows.GetInt64(0)) != true)
                {
                    return Chosen(rows, unread: true);
                }
            }
        }

        using var latest = sight.Query(NamedLatest, name.League.ToString(), name.Source, name.Dest, name.Sequence);
        return latest.Read() ? Chosen(latest, unread: false) : null;
    }

    private static Choice Chosen(DbDataReader row, bool unread) => new(row.GetInt64(0), (byte[])row[1], row.GetInt32(2), unread);

    private static NodelistRow? NodelistOf(LedgerSight sight, Seat seat)
    {
        using var row = sight.Query(Queued, seat.League.ToString(), seat.BbsIndex);
        return row.Read() ? new NodelistRow(row.GetInt32(0), row.GetInt32(1), row.GetUtc(2), row.GetUtcOrNull(3), row.GetInt32(4), row.IsDBNull(5) ? null : row.GetInt64(5)) : null;
    }

    private static MailItem Item(Seat seat, NodelistRow row) =>
        new(seat.League.NodelistName, 0, seat.BbsIndex, 0, row.QueuedAt, row.DeliveredAt, row.Size);

    private static MailItem Item(Seat seat, DbDataReader row)
    {
        var (source, sequence) = (row.GetInt32(1), row.GetInt32(2));
        return new MailItem(
            new PacketName(seat.League, source, seat.BbsIndex, sequence).ToString(),
            source, seat.BbsIndex, sequence, row.GetUtc(3), row.GetUtcOrNull(4), row.GetInt32(5), row.GetInt64(0), row.GetInt32(6));
    }

    private readonly record struct Choice(long Id, byte[] Sha256, int Delivery, bool Unread);

    private sealed record NodelistRow(int Id, int NodelistId, DateTime QueuedAt, DateTime? DeliveredAt, int Size, long? AfterPacketId);
}
