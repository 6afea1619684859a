using System.Data.Common;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets.Explorer;

/// <summary>
/// Looks through the ledger a page at a time, for any mixture of conditions, however large it is. Nothing is counted and no
/// index is kept for this alone: a page is merged from streams of the indexes that uploads and mailboxes need anyway.
/// </summary>
public sealed class PacketExplorer(LedgerReads ledger, HubDirectory directory)
{
    /// <summary>So many rows are looked at for one page at most, about; where few of them fit the page says how far it came.</summary>
    public const int MostRows = 40_000;

    private const int LeastRows = 500;

    private const string One = """
        SELECT "Id", "LeagueId", "Source", "Dest", "Sequence", "RouteOrdinal", "Size", "ReceivedAt", "UploadedByBbsId", "WrittenInRunId", "StagedInRunId", "ConsumedAt", "DeliveredAt", "Sha256", "ExpiredAt", "DeliveryProof", "Delivery", "HeldAt", "HeldReason"
        FROM "Packets" WHERE "Id" = @p0
        """;

    /// <summary>One page.</summary>
    /// <param name="filter">What is looked for.</param>
    /// <param name="cursor">Where the page is, or null for the first.</param>
    /// <param name="take">Packets of a page, at most.</param>
    public PacketPage Find(PacketFilter filter, PacketCursor? cursor, int take) => ledger.Read(sight =>
    {
        var page = Find(sight, filter, cursor, take);
        // Back at the beginning: the first page is a whole one
        return cursor is { Back: true } && page.Before is null ? Find(sight, filter, null, take) : page;
    });

    private PacketPage Find(LedgerSight sight, PacketFilter filter, PacketCursor? cursor, int take)
    {
        var back = cursor is { Back: true };
        var (ids, brokenOffAt) = Merge(sight, filter, Spans(sight, filter, cursor, down: filter.OldestFirst == back), take + 1);

        var more = ids.Count > take;
        ids = more ? ids.GetRange(0, take) : ids;
        PacketCursor? onwards = more ? new PacketCursor(ids[^1], back)
            : brokenOffAt is { } at ? new PacketCursor(at, back)
            : null;
        var near = ids.Count > 0 ? ids[0] : cursor?.Id;
        PacketCursor? homewards = cursor is not null && near is { } first ? new PacketCursor(first, !back) : null;
        if (back)
        {
            ids.Reverse();
        }

        return new PacketPage(
            [.. ids.Select(id => Read(sight, id)!)], back ? onwards : homewards, back ? homewards : onwards,
            !more && brokenOffAt is { } end ? Read(sight, end)?.ReceivedAt : null);
    }

    // Ids, nearest first, and behind which of them not every stream was read
    private (List<long> Ids, long? BrokenOffAt) Merge(LedgerSight sight, PacketFilter filter, List<IdSpan> spans, int wanted)
    {
        var plan = new StreamPlan(sight, directory.Current, filter);
        var found = new List<long>();
        foreach (var span in spans)
        {
            var merge = new StreamMerge(sight, plan, span, wanted - found.Count, MostRows / spans.Count);
            merge.Read(plan.Streams());
            found.AddRange(merge.Found);
            if (merge.BrokenOffAt is not null || found.Count == wanted)
            {
                return (found, merge.BrokenOffAt);
            }
        }

        return (found, null);
    }

    // A span of time is a span of ids, and one more for each time that the clock was put back into it
    private static List<IdSpan> Spans(LedgerSight sight, PacketFilter filter, PacketCursor? cursor, bool down)
    {
        var spans = LedgerPlaces.RangesAt(sight, filter.From, filter.Until).ConvertAll(ids => cursor is not { } beside ? new IdSpan(ids.First - 1, ids.End, down)
            : down ? new IdSpan(ids.First - 1, Math.Min(ids.End, beside.Id), down)
            : new IdSpan(Math.Max(ids.First - 1, beside.Id), ids.End, down));
        spans.RemoveAll(s => s.High - s.Low < 2);
        if (down)
        {
            spans.Reverse();
        }

        return spans;
    }

    private static Packet? Read(LedgerSight sight, long id)
    {
        using var row = sight.Query(One, id);
        return row.Read() ? Read(row) : null;
    }

    private static Packet Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        LeagueId = LeagueId.Parse(row.GetString(1)),
        Source = row.GetInt32(2),
        Dest = row.GetInt32(3),
        Sequence = row.GetInt32(4),
        RouteOrdinal = row.GetInt64(5),
        Size = row.GetInt32(6),
        ReceivedAt = row.GetUtc(7),
        UploadedByBbsId = row.IsDBNull(8) ? null : row.GetInt32(8),
        WrittenInRunId = row.IsDBNull(9) ? null : row.GetInt64(9),
        StagedInRunId = row.IsDBNull(10) ? null : row.GetInt64(10),
        ConsumedAt = row.GetUtcOrNull(11),
        DeliveredAt = row.GetUtcOrNull(12),
        ExpiredAt = row.GetUtcOrNull(14),
        HeldAt = row.GetUtcOrNull(17),
        HeldReason = row.IsDBNull(18) ? null : Enum.Parse<HeldReason>(row.GetString(18)),
        Sha256 = (byte[])row[13],
        DeliveryProof = row.IsDBNull(15) ? null : Enum.Parse<DeliveryProof>(row.GetString(15)),
        Delivery = row.GetInt32(16),
    };

    /// <summary>Ids between two others, read from one end.</summary>
    private readonly record struct IdSpan(long Low, long High, bool Down);

    /// <summary>Reads streams one after the other, each only as far as the page can still reach.</summary>
    private sealed class StreamMerge(LedgerSight sight, StreamPlan plan, IdSpan span, int wanted, int rows)
    {
        private long _low = span.Low;
        private long _high = span.High;

        /// <summary>Ids, nearest first.</summary>
        public List<long> Found { get; private set; } = [];

        /// <summary>Behind this id not every stream was read; null when all were.</summary>
        public long? BrokenOffAt { get; private set; }

        public void Read(List<LedgerStream> streams)
        {
            var budget = Math.Max(LeastRows, rows / Math.Max(1, streams.Count));
            foreach (var stream in streams)
            {
                Read(stream, budget);
            }
        }

        private void Read(LedgerStream stream, int budget)
        {
            var ids = new List<long>();
            var looked = 0;
            stream.Read(sight, _low, _high, span.Down, row =>
            {
                if (stream.Exact || plan.Takes(row))
                {
                    ids.Add(row.Id);
                }
                else if (++looked >= budget)
                {
                    BrokenOffAt = row.Id;
                    Narrow(row.Id);
                    return false;
                }

                return ids.Count < wanted;
            });
            // What was found earlier may lie behind the place where this stream was broken off
            Found = [.. Found.Where(id => id >= _low && id <= _high).Concat(ids).OrderBy(id => span.Down ? -id : id).Take(wanted)];
            if (Found.Count == wanted)
            {
                Narrow(Found[^1]);
            }
        }

        // Nothing behind this id can come onto the page any more
        private void Narrow(long id) => (_low, _high) = span.Down ? (Math.Max(_low, id), _high) : (_low, Math.Min(_high, id));
    }
}
