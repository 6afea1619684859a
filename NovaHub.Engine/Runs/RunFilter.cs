using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>What a list of runs is sorted by.</summary>
public enum RunSort
{
    /// <summary>When it began.</summary>
    Began,

    /// <summary>How long it took. A run that goes on has no length yet and stands at the low end.</summary>
    Took,

    /// <summary>Packets that the game read.</summary>
    Read,

    /// <summary>Packets that the game wrote.</summary>
    Written,
}

/// <summary>Which runs are looked for, and in which order. What is null does not matter.</summary>
public sealed record RunFilter
{
    /// <summary>Of this league.</summary>
    public LeagueId? League { get; init; }

    /// <summary>That ended like this.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Only those that go on.</summary>
    public bool Running { get; init; }

    /// <summary>That this asked for.</summary>
    public RunTrigger? Trigger { get; init; }

    /// <summary>That began then or later, UTC.</summary>
    public DateTime? From { get; init; }

    /// <summary>That began before, UTC.</summary>
    public DateTime? Until { get; init; }

    /// <summary>The order; runs that are alike stand newest first.</summary>
    public RunSort Sort { get; init; }

    /// <summary>The greatest, or latest, first.</summary>
    public bool Descending { get; init; } = true;

    internal IQueryable<Run> Of(IQueryable<Run> runs)
    {
        if (League is { } league)
        {
            runs = runs.Where(r => r.LeagueId == league);
        }

        if (Outcome is { } outcome)
        {
            runs = runs.Where(r => r.Outcome == outcome);
        }

        if (Running)
        {
            runs = runs.Where(r => r.EndedAt == null);
        }

        if (Trigger is { } trigger)
        {
            runs = runs.Where(r => r.Trigger == trigger);
        }

        if (From is { } from)
        {
            runs = runs.Where(r => r.StartedAt >= from);
        }

        return Until is { } until ? runs.Where(r => r.StartedAt < until) : runs;
    }

    internal IQueryable<Run> Sorted(IQueryable<Run> runs) => (Sort, Descending) switch
    {
        // Numbers rise with time, and are an index
        (RunSort.Began, true) => runs.OrderByDescending(r => r.Id),
        (RunSort.Began, false) => runs.OrderBy(r => r.Id),
        (RunSort.Took, true) => runs.OrderByDescending(r => r.EndedAt!.Value.Ticks - r.StartedAt.Ticks).ThenByDescending(r => r.Id),
        (RunSort.Took, false) => runs.OrderBy(r => r.EndedAt!.Value.Ticks - r.StartedAt.Ticks).ThenByDescending(r => r.Id),
        (RunSort.Read, true) => runs.OrderByDescending(r => r.Consumed).ThenByDescending(r => r.Id),
        (RunSort.Read, false) => runs.OrderBy(r => r.Consumed).ThenByDescending(r => r.Id),
        (_, true) => runs.OrderByDescending(r => r.Written).ThenByDescending(r => r.Id),
        _ => runs.OrderBy(r => r.Written).ThenByDescending(r => r.Id),
    };
}
