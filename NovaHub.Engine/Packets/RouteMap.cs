using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>What moved on one route of a league.</summary>
/// <param name="Source">BBS index of the sender.</param>
/// <param name="Dest">BBS index of the receiver.</param>
/// <param name="Waiting">Packets that wait for the receiver; counted up to <see cref="RouteMap.MostCounted"/> for each receiver.</param>
/// <param name="Last">Name of the latest packet.</param>
/// <param name="LastAt">When it came in, UTC.</param>
/// <param name="Ever">Packets that ever came in on this route.</param>
/// <param name="Lately">Of those, how many came in since the time that was asked for.</param>
public sealed record RouteTraffic(int Source, int Dest, int Waiting, PacketName Last, DateTime LastAt, long Ever, long Lately);

/// <summary>
/// Says who sends to whom. It jumps from route to route through the index, so it costs as much as there are routes and
/// as much as waits, however many packets the ledger holds.
/// </summary>
public sealed class RouteMap(LedgerReads reads)
{
    /// <summary>Of one receiver's queue at most so many are counted by sender.</summary>
    public const int MostCounted = 10_000;

    internal const string NextRoute = """
        SELECT "Source", "Dest" FROM "Packets" WHERE "LeagueId" = @p0 AND ("Source", "Dest") > (@p1, @p2) ORDER BY "Source", "Dest" LIMIT 1
        """;

    internal const string Latest = """
        SELECT "Sequence", "ReceivedAt", "RouteOrdinal" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2
        ORDER BY "RouteOrdinal" DESC LIMIT 1
        """;

    // The inner limit keeps the queue's index: grouping over the table itself would walk the whole league
    internal const string WaitingBySender = $"""
        SELECT w."Source", COUNT(*) FROM (SELECT "Source" FROM "Packets" WHERE "LeagueId" = @p0 AND "Dest" = @p1
          AND {LedgerSql.Waits} ORDER BY "Id" LIMIT @p2) w GROUP BY w."Source"
        """;

    /// <summary>Every route of the league on which a packet ever came in, by sender and receiver.</summary>
    /// <param name="league">The league.</param>
    /// <param name="since">From when on <see cref="RouteTraffic.Lately"/> counts, UTC.</param>
    public IReadOnlyList<RouteTraffic> Read(LeagueId league, DateTime since) => reads.Read(sight =>
    {
        var lately = LedgerPlaces.RangesAt(sight, since, null);
        var id = league.ToString();
        var routes = new List<(int Source, int Dest)>();
        for (var at = (Source: 0, Dest: 0); Next(sight, id, at) is { } next; at = next)
        {
            routes.Add(next);
        }

        var waiting = routes.Select(r => r.Dest).Distinct().ToDictionary(d => d, d => BySender(sight, id, d));
        return (IReadOnlyList<RouteTraffic>)[.. routes.Select(r => Describe(sight, league, r, waiting[r.Dest].GetValueOrDefault(r.Source), lately))];
    });

    private static (int Source, int Dest)? Next(LedgerSight sight, string league, (int Source, int Dest) after)
    {
        using var rows = sight.Query(NextRoute, league, after.Source, after.Dest);
        return rows.Read() ? (rows.GetInt32(0), rows.GetInt32(1)) : null;
    }

    private static Dictionary<int, int> BySender(LedgerSight sight, string league, int dest)
    {
        using var rows = sight.Query(WaitingBySender, league, dest, MostCounted);
        var counts = new Dictionary<int, int>();
        while (rows.Read())
        {
            counts[rows.GetInt32(0)] = rows.GetInt32(1);
        }

        return counts;
    }

    private static RouteTraffic Describe(LedgerSight sight, LeagueId league, (int Source, int Dest) route, int waiting, List<IdRange> lately)
    {
        var key = new Route(league, route.Source, route.Dest);
        var count = lately.Sum(ids => LedgerPlaces.OrdinalAt(sight, key, ids.End) - LedgerPlaces.OrdinalAt(sight, key, ids.First));
        using var rows = sight.Query(Latest, league.ToString(), route.Source, route.Dest);
        return rows.Read()
            ? new RouteTraffic(route.Source, route.Dest, waiting, new PacketName(league, route.Source, route.Dest, rows.GetInt32(0)), rows.GetUtc(1), rows.GetInt64(2), count)
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Route {route.Source} to {route.Dest} of {league} lost its packets while it was read."));
    }
}
