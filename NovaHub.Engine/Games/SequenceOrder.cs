namespace NovaHub.Engine.Games;

/// <summary>The order of a route's packets by their numbers, which go round after 999.</summary>
public static class SequenceOrder
{
    private const int Cycle = 1000;

    /// <summary>
    /// Brings packets of one route into the order in which they were numbered: 998, 999, 000, 001. It begins behind the widest
    /// gap; of two with one number the one that was given first goes first.
    /// </summary>
    /// <param name="packets">Packets of one route.</param>
    /// <param name="numberOf">A packet's sequence number, 0..999.</param>
    public static IReadOnlyList<T> Sort<T>(IEnumerable<T> packets, Func<T, int> numberOf)
    {
        var sorted = packets.OrderBy(numberOf).ToList();
        var (first, widest) = (0, -1);
        for (var i = 0; i < sorted.Count; i++)
        {
            var gap = (numberOf(sorted[i]) - numberOf(sorted[i == 0 ? ^1 : i - 1]) + Cycle) % Cycle;
            if (gap > widest)
            {
                (first, widest) = (i, gap);
            }
        }

        return [.. sorted[first..], .. sorted[..first]];
    }
}
