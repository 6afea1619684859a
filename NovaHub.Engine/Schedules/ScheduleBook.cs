using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Schedules;

/// <summary>When a league runs by itself, as it is planned.</summary>
/// <param name="Next">Its next run by cron, UTC, or null.</param>
/// <param name="Last">When its cron last started a run since the hub started, UTC, or null.</param>
/// <param name="AfterMail">When mail that came in, or a try that was not good, starts a run, UTC, or null.</param>
/// <param name="Notice">Why the clock starts no run although there is a cron expression, or null.</param>
public sealed record LeagueTimes(DateTime? Next, DateTime? Last, DateTime? AfterMail, string? Notice = null);

/// <summary>Says when leagues run next, and tells when such a time changed.</summary>
public sealed class ScheduleBook
{
    private readonly ClockSchedule _clock;
    private readonly MailPlan _mail;

    /// <summary>Makes it.</summary>
    public ScheduleBook(ClockSchedule clock, MailPlan mail)
    {
        (_clock, _mail) = (clock, mail);
        clock.Changed += Tell;
        mail.Changed += Tell;
    }

    /// <summary>Runs after a time was set, changed or met. Handlers are short and don't throw.</summary>
    public event Action? Changed;

    /// <summary>The times of the leagues asked for. From memory: no database is read.</summary>
    public IReadOnlyDictionary<LeagueId, LeagueTimes> Read(IEnumerable<LeagueId> leagues) => leagues.ToDictionary(l => l, TimesOf);

    /// <summary>The times of one league.</summary>
    public LeagueTimes TimesOf(LeagueId league)
    {
        var plan = _clock.Plans.GetValueOrDefault(league);
        return new LeagueTimes(plan?.Next, _clock.LastOf(league), _mail.NextOf(league), plan?.Notice);
    }

    private void Tell() => Changed?.Invoke();
}
