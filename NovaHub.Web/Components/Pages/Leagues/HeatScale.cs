namespace NovaHub.Web.Components.Pages.Leagues;

/// <summary>
/// Levels of a heat map over counts: each level reaches as many times further as the one before, so that a route with three
/// packets is told from one with thirty beside one with three thousand.
/// </summary>
/// <param name="Limits">The greatest count of each level from 1 on, rising; the last is the greatest of all.</param>
public sealed record HeatScale(IReadOnlyList<long> Limits)
{
    /// <summary>Levels beside “nothing”, at most; the style sheet has a colour for each.</summary>
    public const int MostLevels = 5;

    /// <summary>The scale for these counts.</summary>
    public static HeatScale Of(IEnumerable<long> counts)
    {
        var most = counts.DefaultIfEmpty(0).Max();
        return new HeatScale([.. Enumerable.Range(1, MostLevels).Select(i => i == MostLevels ? most : (long)Math.Round(Math.Pow(most, (double)i / MostLevels))).Where(l => l > 0).Distinct()]);
    }

    /// <summary>The level of a count: 0 for nothing, else 1 to <see cref="MostLevels"/>. The greatest count is always at the top.</summary>
    public int Level(long count)
    {
        if (count <= 0)
        {
            return 0;
        }

        var behind = Limits.Count(l => l < count);
        return MostLevels - Limits.Count + Math.Min(behind, Limits.Count - 1) + 1;
    }

    /// <summary>What each level holds, from the lowest: level and the counts from and to.</summary>
    public IEnumerable<(int Level, long From, long To)> Ranges() =>
        Limits.Select((limit, i) => (MostLevels - Limits.Count + i + 1, i == 0 ? 1 : Limits[i - 1] + 1, limit));
}
