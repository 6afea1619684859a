using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Schedules;

/// <summary>What a league's schedule rests on: only when one of these changes does it begin anew.</summary>
/// <param name="Cron">The expression as it is kept, or null.</param>
/// <param name="Zone">Name of its time zone.</param>
/// <param name="Runs">Whether the clock may start runs at all: there is a schedule and a game folder, and no pause.</param>
internal sealed record ClockTerms(string? Cron, string Zone, bool Runs)
{
    public static ClockTerms Of(League league) => new(
        league.Cron is { } cron ? LocalCron.Normal(cron) : null,
        league.TimeZone ?? TimeZones.Utc,
        league is { Cron: not null, GameFolder: not null, PausedAt: null, RetiredAt: null });

    /// <summary>
    /// Takes a changed schedule into force: its times count from now on. A time of the schedule before that has come and has not
    /// started a run yet stays owed.
    /// </summary>
    /// <param name="league">The league as it is to be.</param>
    /// <param name="before">The terms that it had.</param>
    /// <param name="now">Now, UTC.</param>
    public static void Restart(League league, ClockTerms before, DateTime now)
    {
        var terms = Of(league);
        if (terms == before)
        {
            return;
        }

        league.ClockOwed = before.Runs && terms.Runs ? league.ClockOwed ?? Due(before, league.ClockedUntil, now) : null;
        league.ClockedUntil = now;
    }

    private static DateTime? Due(ClockTerms terms, DateTime? mark, DateTime now) =>
        mark is { } until && LocalCron.TryRead(terms.Cron!, terms.Zone, out var cron, out _) && cron.Next(until) is { } time && time.Utc <= now ? time.Utc : null;
}
