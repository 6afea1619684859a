using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>
/// Finds places in the ledger by halving: ids never fall as a route's ordinals rise, and times never fall as ids rise, except
/// where the hub's clock was put back (<see cref="ClockStep"/>). So in each stretch between two such places a moment is an id,
/// an id is an ordinal, and packets between two moments are a difference of ordinals, however many they are.
/// </summary>
internal static class LedgerPlaces
{
    internal const string FirstId = """SELECT "Id", "ReceivedAt" FROM "Packets" WHERE "Id" >= @p0 ORDER BY "Id" LIMIT 1""";
    internal const string LastId = """SELECT "Id" FROM "Packets" ORDER BY "Id" DESC LIMIT 1""";
    internal const string Steps = """SELECT "PacketId", "Before", "After" FROM "ClockSteps" ORDER BY "PacketId" """;
    internal const string FirstOrdinal = """SELECT "RouteOrdinal", "Id" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 AND "RouteOrdinal" >= @p3 ORDER BY "RouteOrdinal" LIMIT 1""";
    internal const string LastOrdinal = """SELECT "RouteOrdinal" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 ORDER BY "RouteOrdinal" DESC LIMIT 1""";

    /// <summary>The ids of packets that came in within a span of time: one range, or several where the clock was put back meanwhile.</summary>
    /// <param name="sight">The connection.</param>
    /// <param name="from">From then on, UTC; null for the beginning.</param>
    /// <param name="until">Before then, UTC; null for all that comes.</param>
    /// <returns>By id. Ranges that have nothing are left out.</returns>
    public static List<IdRange> RangesAt(LedgerSight sight, DateTime? from, DateTime? until)
    {
        var ranges = new List<IdRange>();
        if (from is null && until is null)
        {
            ranges.Add(new IdRange(1, long.MaxValue));
            return ranges;
        }

        foreach (var stretch in Stretches(sight))
        {
            if (stretch.Latest < from || stretch.Earliest >= until)
            {
                continue;
            }

            var first = from is { } begin ? IdAt(sight, begin, stretch.Ids.First, stretch.Ids.End) : stretch.Ids.First;
            // Where all of the last stretch is meant, what comes in while it is read belongs to it
            var end = until is { } bound ? IdAt(sight, bound, first, stretch.Ids.End) : stretch.IsLast ? long.MaxValue : stretch.Ids.End;
            if (first < end)
            {
                ranges.Add(new IdRange(first, end));
            }
        }

        return ranges;
    }

    /// <summary>The smallest ordinal of a route whose packet has this id or a greater one.</summary>
    public static long OrdinalAt(LedgerSight sight, Route route, long id) => OrdinalAt(sight, route, id, 1, EndOfOrdinals(sight, route));

    /// <summary>For each stretch of the ledger that reaches into the times: the first ids there at each of them. The times don't fall.</summary>
    public static List<long[]> IdsAt(LedgerSight sight, IReadOnlyList<DateTime> times) => times.Count == 0 ? [] :
    [
        .. Stretches(sight).Where(s => s.Latest >= times[0] && s.Earliest < times[^1]).Select(stretch =>
        {
            var ids = new long[times.Count];
            Divide(ids, 0, ids.Length - 1, stretch.Ids.First, stretch.Ids.End, (i, low, high) => IdAt(sight, times[i], low, high));
            return ids;
        }),
    ];

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

    // Between two steps of the clock, and before the first and behind the last; as a rule there is one stretch
    private static List<Stretch> Stretches(LedgerSight sight)
    {
        var stretches = new List<Stretch>();
        var (first, earliest) = (1L, DateTime.MinValue);
        using (var steps = sight.Query(Steps))
        {
            while (steps.Read())
            {
                stretches.Add(new Stretch(new IdRange(first, steps.GetInt64(0)), earliest, steps.GetUtc(1), IsLast: false));
                (first, earliest) = (steps.GetInt64(0), steps.GetUtc(2));
            }
        }

        stretches.Add(new Stretch(new IdRange(first, Math.Max(first, EndOfIds(sight))), earliest, DateTime.MaxValue, IsLast: true));
        return stretches;
    }

    private static long EndOfIds(LedgerSight sight)
    {
        using var last = sight.Query(LastId);
        return last.Read() ? last.GetInt64(0) + 1 : 1;
    }

    private static long IdAt(LedgerSight sight, DateTime time, long low, long high) => Halve(low, high, middle =>
    {
        using var row = sight.Query(FirstId, middle);
        // Behind the last of these ids another stretch begins, whose times say nothing of this one
        return row.Read() && row.GetInt64(0) < high && row.GetUtc(1) < time ? row.GetInt64(0) : null;
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

/// <summary>Packets by id.</summary>
/// <param name="First">The first one.</param>
/// <param name="End">One behind the last one.</param>
internal sealed record IdRange(long First, long End);

/// <summary>Packets in which times never fall.</summary>
/// <param name="Ids">Their ids.</param>
/// <param name="Earliest">No packet came in before, UTC.</param>
/// <param name="Latest">No packet came in after, UTC.</param>
/// <param name="IsLast">Whether more packets come to it.</param>
internal sealed record Stretch(IdRange Ids, DateTime Earliest, DateTime Latest, bool IsLast);

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
