using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using Quartz;

namespace NovaHub.Engine.Schedules;

/// <summary>When a league runs by itself, as the scheduler has it.</summary>
/// <param name="Next">Its next run by cron, UTC, or null.</param>
/// <param name="Last">When its cron last started a run since the hub started, UTC, or null.</param>
/// <param name="AfterMail">When mail that came in, or a try that was not good, starts a run, UTC, or null.</param>
/// <param name="Notice">Why the clock starts no run although there is a cron expression, or null.</param>
public sealed record LeagueTimes(DateTime? Next, DateTime? Last, DateTime? AfterMail, string? Notice = null);

/// <summary>Says when leagues run next, and tells when such a time changed.</summary>
public sealed class ScheduleBook : ISchedulerListener, ITriggerListener
{
    private readonly ISchedulerFactory _schedulers;
    private readonly ClockSchedule _clock;

    private int _listening;

    /// <summary>Makes it.</summary>
    public ScheduleBook(ISchedulerFactory schedulers, ClockSchedule clock)
    {
        (_schedulers, _clock) = (schedulers, clock);
        clock.Changed += () => Changed?.Invoke();
    }

    /// <summary>Runs after a schedule was made, taken away or fired. Handlers are short and don't throw.</summary>
    public event Action? Changed;

    /// <inheritdoc cref="ISchedulerListener.Name"/>
    public string Name => nameof(ScheduleBook);

    /// <summary>The times of the leagues asked for. From memory: no database is read.</summary>
    public async Task<IReadOnlyDictionary<LeagueId, LeagueTimes>> ReadAsync(IEnumerable<LeagueId> leagues, CancellationToken cancellationToken)
    {
        var scheduler = await _schedulers.GetScheduler(cancellationToken);
        if (Interlocked.Exchange(ref _listening, 1) == 0)
        {
            scheduler.ListenerManager.AddSchedulerListener(this);
            scheduler.ListenerManager.AddTriggerListener(this);
        }

        var times = new Dictionary<LeagueId, LeagueTimes>();
        foreach (var league in leagues)
        {
            var plan = _clock.Plans.GetValueOrDefault(league);
            var arrival = await scheduler.GetTrigger(new TriggerKey(league.ToString(), "arrival"), cancellationToken);
            times[league] = new LeagueTimes(plan?.Next, _clock.LastOf(league), arrival?.NextFireTimeUtc?.UtcDateTime, plan?.Notice);
        }

        return times;
    }

    /// <inheritdoc/>
    public ValueTask JobScheduled(IScheduler scheduler, ITrigger trigger, CancellationToken cancellationToken = default) => Tell();

    /// <inheritdoc/>
    public ValueTask JobUnscheduled(IScheduler scheduler, TriggerKey triggerKey, CancellationToken cancellationToken = default) => Tell();

    /// <inheritdoc/>
    public ValueTask TriggerFinalized(IScheduler scheduler, ITrigger trigger, CancellationToken cancellationToken = default) => Tell();

    /// <inheritdoc/>
    public ValueTask TriggerFired(ITrigger trigger, IJobExecutionContext context, CancellationToken cancellationToken = default) => Tell();

    private ValueTask Tell()
    {
        Changed?.Invoke();
        return ValueTask.CompletedTask;
    }
}
