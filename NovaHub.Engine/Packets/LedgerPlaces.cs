using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>
/// Finds places in the ledger by halving: times never fall as ids rise, and ids never fall as a route's ordinals rise. So a
/// moment is an id, an id is an ordinal, and packets between two moments are a difference of ordinals, however many they are.
/// </summary>
internal static class LedgerPlaces
{
    internal const string FirstId = """SELECT "Id", "ReceivedAt" FROM "Packets" WHERE "Id" >= @p0 ORDER BY "Id" LIMIT 1""";
    internal const string LastId = """SELECT "Id" FROM "Packets" ORDER BY "Id" DESC LIMIT 1""";
    internal const string FirstOrdinal = """SELECT "RouteOrdinal", "Id" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 AND "RouteOrdinal" >= @p3 ORDER BY "RouteOrdinal" LIMIT 1""";
    internal const string LastOrdinal = """SELECT "RouteOrdinal" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 ORDER BY "RouteOrdinal" DESC LIMIT 1""";

    /// <summary>The first id whose packet came in at this time (UTC) or later.</summary>
    public static long IdAt(LedgerSight sight, DateTime time) => IdAt(sight, time, 1, EndOfIds(sight));

    /// <summary>The smallest ordinal of a route whose packet has this id or a greater one.</summary>
    public static long OrdinalAt(LedgerSight sight, Route route, long id) => OrdinalAt(sight, route, id, 1, EndOfOrdinals(sight, route));

    /// <summary>The first ids at several times that don't fall.</summary>
    public static long[] IdsAt(LedgerSight sight, IReadOnlyList<DateTime> times)
    {
        var ids = new long[times.Count];
        var end = EndOfIds(sight);
        Divide(ids, 0, ids.Length - 1, 1, end, (i, low, high) => IdAt(sight, times[i], low, high));
        return ids;
    }

    /// <summary>The ordinals of a route at several ids that don't fall.</summary>
    public static long[] OrdinalsAt(LedgerSight sight, Route route, IReadOnlyList<long> ids)
    {
        var ordinals = new long[ids.Count];
        Divide(ordinals, 0, ordinals.Length - 1, 1, EndOfOrdinals(sight, route), (i, low, high) => OrdinalAt(sight, route, ids[i], low, high));
        return ordinals;
    }

    /// <summary>One behind the greatest ordinal of a route: one more than packets ever came in on it, if its numbers have no gap.</summary>
    public static long EndOfOrdinals(LedgerSight sight, Route route)
    {
        using var last = sight.Query(LastOrdinal, route.League, route.Source, route.Dest);
        return last.Read() ? last.GetInt64(0) + 1 : 1;
    }

    private static long EndOfIds(LedgerSight sight)
    {
        using var last = sight.Query(LastId);
        return last.Read() ? last.GetInt64(0) + 1 : 1;
    }

    private static long IdAt(LedgerSight sight, DateTime time, long low, long high) => Halve(low, high, middle =>
    {
        using var row = sight.Query(FirstId, middle);
        return row.Read() && row.GetUtc(1) < time ? row.GetInt64(0) : null;
    });

    private static long OrdinalAt(LedgerSight sight, Route route, long id, long low, long high) => Halve(low, high, middle =>
    {
        using var row = sight.Query(FirstOrdinal, route.League, route.Source, route.Dest, middle);
        return row.Read() && row.GetInt64(1) < id ? row.GetInt64(0) : null;
    });

    // Each middle lies between what its neighbours came to; where those are alike there is nothing to look for
    private static void Divide(long[] found, int first, int last, long low, long high, Func<int, long, long, long> find)
    {
        if (first > last)
        {
            return;
        }

        if (low == high)
        {
            Array.Fill(found, low, first, last - first + 1);
            return;
        }

        var middle = first + ((last - first) / 2);
        found[middle] = find(middle, low, high);
        Divide(found, first, middle - 1, low, found[middle], find);
        Divide(found, middle + 1, last, found[middle], high, find);
    }

    // before gives the key of the first row from there on when that lies before what is looked for, or null
    private static long Halve(long low, long high, Func<long, long?> before)
    {
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (before(middle) is { } key)
            {
                low = key + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}

/// <summary>One route of a league, as the ledger's index names it.</summary>
/// <param name="League">League id.</param>
/// <param name="Source">BBS index of the sender.</param>
/// <param name="Dest">BBS index of the receiver.</param>
internal readonly record struct Route(string League, int Source, int Dest)
{
    public Route(LeagueId league, int source, int dest)
        : this(league.ToString(), source, dest)
    {
    }
}
