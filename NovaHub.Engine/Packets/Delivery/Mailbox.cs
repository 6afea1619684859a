using System.Collections.Concurrent;
using System.Data.Common;
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
public sealed class Mailbox(LedgerReads reads, GroupCommit commits, LedgerEvents events, TimeProvider clock)
{
    private const string Columns = """SELECT "Id", "Source", "Sequence", "ReceivedAt", "DeliveredAt", "Size" FROM "Packets" """;

    private const string Waiting = Columns + """WHERE "LeagueId" = @p0 AND "Dest" = @p1 AND "ConsumedAt" IS NULL AND "DeliveredAt" IS NULL ORDER BY "Id" """;

    private const string Everything = Columns + """WHERE "LeagueId" = @p0 AND "Dest" = @p1 ORDER BY "Id" """;

    private const string Named = """SELECT "Id", "Sha256" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 AND "Sequence" = @p3 """;

    private const string NamedUnread = Named + """AND "DeliveredAt" IS NULL ORDER BY "Id" LIMIT 1 OFFSET @p4""";

    private const string NamedLatest = Named + """ORDER BY "Id" DESC LIMIT 1""";

    private const string Bytes = """SELECT "Bytes" FROM "Contents" WHERE "Sha256" = @p0""";

    private const string CurrentNodelist = """SELECT "Id", "Bytes", "Sha256" FROM "Nodelists" WHERE "LeagueId" = @p0 ORDER BY "Version" DESC LIMIT 1""";

    private const string Queued =
        """
        SELECT i."Id", i."NodelistId", i."QueuedAt", i."DeliveredAt", LENGTH(n."Bytes") FROM "NodelistItems" i
        JOIN "Nodelists" n ON n."Id" = i."NodelistId" WHERE i."LeagueId" = @p0 AND i."BbsIndex" = @p1
        """;

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
        reads.Read(statements =>
        {
            var nodelist = QueuedNodelist(statements, seat);
            if (nodelist is { DeliveredAt: null } && markingNodelists?.TryGetValue(nodelist.Id, out var had) == true)
            {
                nodelist = nodelist with { DeliveredAt = had };
            }

            var pending = nodelist is not null && !(unreadOnly && nodelist.DeliveredAt is not null) ? nodelist : null;
            statements.Each(unreadOnly ? Waiting : Everything, row =>
            {
                var item = Item(seat, row, marking);
                if (pending is not null && pending.QueuedAt <= item.ReceivedAt)
                {
                    each(Item(seat, pending));
                    pending = null;
                }

                if (!unreadOnly || item.DeliveredAt is null)
                {
                    each(item);
                }
            }, seat.League.ToString(), seat.BbsIndex);

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
    public MailPiece? Find(PacketName name)
    {
        var marking = Marking();
        return reads.Read(statements =>
        {
            NamedRow? unread = null;
            var skipped = 0;
            do
            {
                unread = One(statements, NamedUnread, name, skipped++);
            }
            while (unread is not null && marking?.ContainsKey(unread.Id) == true);

            return (unread ?? One(statements, NamedLatest, name)) is { } chosen
                ? new MailPiece(name.ToString(), Content(statements, chosen.Sha256), chosen.Id, null, unread is not null) { Packet = name, League = name.League }
                : null;
        });
    }

    /// <summary>The current nodelist for a member, or null when there is none yet.</summary>
    public (MailPiece Piece, byte[] Sha256)? FindNodelist(Seat seat) => reads.Read<(MailPiece, byte[])?>(statements =>
    {
        (int Id, byte[] Bytes, byte[] Sha)? current = null;
        statements.Each(CurrentNodelist, row => current = (row.GetInt32(0), (byte[])row.GetValue(1), (byte[])row.GetValue(2)), seat.League.ToString());
        if (current is not var (id, bytes, sha))
        {
            return null;
        }

        // An item of a version made since then keeps waiting: these bytes are not its own
        var item = QueuedNodelist(statements, seat) is { } queued && queued.NodelistId == id ? queued : null;
        var unread = item is { DeliveredAt: null } && !_markingNodelists.ContainsKey(item.Id);
        return (new MailPiece(seat.League.NodelistName, bytes, null, item?.Id, unread) { League = seat.League }, sha);
    });

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

    private static NamedRow? One(Statements statements, string sql, PacketName name, int? skip = null)
    {
        NamedRow? found = null;
        object?[] values = [name.League.ToString(), name.Source, name.Dest, name.Sequence];
        statements.Each(sql, row => found = new NamedRow(row.GetInt64(0), (byte[])row.GetValue(1)), skip is { } offset ? [.. values, offset] : values);
        return found;
    }

    private static byte[] Content(Statements statements, byte[] sha) => (byte[]?)statements.Scalar(Bytes, sha)
        ?? throw new InvalidOperationException("The ledger has a packet whose bytes are gone: the database file is damaged. Restore a backup.");

    private static NodelistRow? QueuedNodelist(Statements statements, Seat seat)
    {
        NodelistRow? found = null;
        statements.Each(
            Queued,
            row => found = new NodelistRow(row.GetInt32(0), row.GetInt32(1), Utc(row, 2), row.IsDBNull(3) ? null : Utc(row, 3), row.GetInt32(4)),
            seat.League.ToString(), seat.BbsIndex);
        return found;
    }

    private static DateTime Utc(DbDataReader row, int column) => DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc);

    private static MailItem Item(Seat seat, DbDataReader row, Dictionary<long, DateTime>? marking)
    {
        var (source, sequence) = (row.GetInt32(1), row.GetInt32(2));
        DateTime? delivered = marking is not null && marking.TryGetValue(row.GetInt64(0), out var at) ? at : row.IsDBNull(4) ? null : Utc(row, 4);
        return new MailItem(
            new PacketName(seat.League, source, seat.BbsIndex, sequence).ToString(), source, seat.BbsIndex, sequence, Utc(row, 3), delivered, row.GetInt32(5));
    }

    private static MailItem Item(Seat seat, NodelistRow row) =>
        new(seat.League.NodelistName, 0, seat.BbsIndex, 0, row.QueuedAt, row.DeliveredAt, row.Size);

    private sealed record NodelistRow(int Id, int NodelistId, DateTime QueuedAt, DateTime? DeliveredAt, int Size);

    private sealed record NamedRow(long Id, byte[] Sha256);
}
