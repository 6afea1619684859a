using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>What went through the seats of a board, in equal steps of time.</summary>
/// <param name="Sent">Packets that came in from it, for each step.</param>
/// <param name="ForIt">Packets that came in for it, fetched or not, for each step.</param>
public sealed record SeatTraffic(IReadOnlyList<long> Sent, IReadOnlyList<long> ForIt);

/// <summary>
/// Counts what seats sent and got over time, without a counter and without counting: a route's ordinals count its packets,
/// and the ordinals at the ends of each step are found by halving. It costs as much as there are routes and steps in which
/// something moved, however many packets the ledger holds.
/// </summary>
public sealed class SeatTrafficReader(LedgerReads reads)
{
    internal const string NextDest = """SELECT "Dest" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" > @p2 ORDER BY "Dest" LIMIT 1""";
    internal const string NextSource = """SELECT "Source" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" > @p1 ORDER BY "Source" LIMIT 1""";

    /// <summary>Traffic of each group of seats, such as a board's: the nodes as they are now, whoever held them before.</summary>
    /// <param name="groups">Seats, by board.</param>
    /// <param name="from">Beginning of the first step, UTC.</param>
    /// <param name="step">Length of one step.</param>
    /// <param name="steps">How many steps.</param>
    /// <returns>One for each group, in the same order.</returns>
    public IReadOnlyList<SeatTraffic> Read(IReadOnlyList<IReadOnlyList<(LeagueId League, int Index)>> groups, DateTime from, TimeSpan step, int steps) => reads.Read(sight =>
    {
        var ids = LedgerPlaces.IdsAt(sight, [.. Enumerable.Range(0, steps + 1).Select(i => from + (step * i))]);
        var senders = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        return (IReadOnlyList<SeatTraffic>)[.. groups.Select(seats =>
        {
            var (sent, forIt) = (new long[steps], new long[steps]);
            foreach (var (league, index) in seats.Select(s => (s.League.ToString(), s.Index)))
            {
                foreach (var dest in Steps(sight, NextDest, league, index))
                {
                    Add(sight, new Route(league, index, dest), ids, sent);
                }

                if (!senders.TryGetValue(league, out var sources))
                {
                    senders[league] = sources = Steps(sight, NextSource, league);
                }

                foreach (var source in sources)
                {
                    Add(sight, new Route(league, source, index), ids, forIt);
                }
            }

            return new SeatTraffic(sent, forIt);
        })];
    });

    private static void Add(LedgerSight sight, Route route, List<long[]> stretches, long[] counts)
    {
        foreach (var ids in stretches)
        {
            var ordinals = LedgerPlaces.OrdinalsAt(sight, route, ids);
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += ordinals[i + 1] - ordinals[i];
            }
        }
    }

    // From one value of the index to the next, without the rows between
    private static List<int> Steps(LedgerSight sight, string sql, string league, int? source = null)
    {
        var steps = new List<int>();
        for (var last = 0; ; steps.Add(last))
        {
            using var row = source is { } s ? sight.Query(sql, league, s, last) : sight.Query(sql, league, last);
            if (!row.Read())
            {
                return steps;
            }

            last = row.GetInt32(0);
        }
    }
}
