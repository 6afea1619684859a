using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>A run that is asked for.</summary>
/// <param name="Trigger">Why.</param>
/// <param name="RequestedBy">Who asked for it, or null.</param>
/// <param name="ReprocessOf">The run whose packets are read again, or null.</param>
internal sealed record RunRequest(RunTrigger Trigger, string? RequestedBy, long? ReprocessOf = null)
{
    /// <summary>The times of a schedule that this run is for, or null.</summary>
    public ClockMark? Clock { get; init; }
}

/// <summary>A schedule is no longer as it was when the run was asked for: it was changed or paused, or another process ran it.</summary>
internal sealed class ClockMovedException(LeagueId league) : Exception($"The schedule of league {league} was changed a moment ago.");

/// <summary>How far a league's schedule is seen to, before a run and with it.</summary>
/// <param name="Was">The league's mark as it was read.</param>
/// <param name="Owed">What it owed then, or null.</param>
/// <param name="Until">Every time up to here is seen to by the run, UTC.</param>
internal sealed record ClockMark(DateTime? Was, DateTime? Owed, DateTime Until)
{
    /// <summary>Moves the mark inside a commit: the run's row and the mark are there together, or neither is.</summary>
    /// <exception cref="ClockMovedException">The mark is not what it was, or the league is paused.</exception>
    public void Settle(LedgerWriter writer, LeagueId league)
    {
        var rows = writer.Execute(
            """
            UPDATE "Leagues" SET "ClockedUntil" = @p0, "ClockOwed" = NULL
            WHERE "Id" = @p1 AND "ClockedUntil" IS NOT DISTINCT FROM @p2 AND "ClockOwed" IS NOT DISTINCT FROM @p3 AND "PausedAt" IS NULL AND "RetiredAt" IS NULL
            """,
            Until, league.ToString(), Was, Owed);
        if (rows == 0)
        {
            throw new ClockMovedException(league);
        }
    }
}
