using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using Quartz;

namespace NovaHub.Engine.Schedules;

/// <summary>When a league runs by itself, as the scheduler has it.</summary>
/// <param name="Next">Its next run by cron, UTC, or null.</param>
/// <param name="Last">When its cron last started a run since the hub started, UTC, or null.</param>
/// <param name="AfterMail">When mail that came in, or a try that was not good, starts a run, UTC, or null.</param>
public sealed record LeagueTimes(DateTime? Next, DateTime? Last, DateTime? AfterMail);

/// <summary>Reads the scheduler of this process and tells when a time in it changed.</summary>
public sealed class ScheduleBook(ISchedulerFactory schedulers) : ISchedulerListener, ITriggerListener
{
    private int _listening;

    /// <summary>Runs after a schedule was made, taken away or fired. Handlers are short and don't throw.</summary>
    public event Action? Changed;

    /// <inheritdoc cref="ISchedulerListener.Name"/>
    public string Name => nameof(ScheduleBook);

    /// <summary>The times of the leagues asked for. From memory: no database is read.</summary>
    public async Task<IReadOnlyDictionary<LeagueId, LeagueTimes>> ReadAsync(IEnumerable<LeagueId> leagues, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        if (Interlocked.Exchange(ref _listening, 1) == 0)
        {
            scheduler.ListenerManager.AddSchedulerListener(this);
            scheduler.ListenerManager.AddTriggerListener(this);
        }

        var times = new Dictionary<LeagueId, LeagueTimes>();
        foreach (var league in leagues)
        {
            var cron = await scheduler.GetTrigger(new TriggerKey(league.ToString(), "cron"), cancellationToken);
            var arrival = await scheduler.GetTrigger(new TriggerKey(league.ToString(), "arrival"), cancellationToken);
            times[league] = new LeagueTimes(cron?.NextFireTimeUtc?.UtcDateTime, cron?.PreviousFireTimeUtc?.UtcDateTime, arrival?.NextFireTimeUtc?.UtcDateTime);
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
