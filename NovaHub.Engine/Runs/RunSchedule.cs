using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;
using Quartz;

namespace NovaHub.Engine.Runs;

/// <summary>Says when leagues run: by cron, after mail came in and a quiet time went by, and again after a run that was not good.</summary>
internal sealed class RunSchedule(
    ISchedulerFactory schedulers, IDbContextFactory<HubDb> databases, HubDirectory directory, LedgerEvents events,
    LiveRuns lives, RunTools tools) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<LeagueId, int> _notGood = new();
    private readonly CancellationTokenSource _ending = new();
    private IScheduler? _scheduler;
    private Task _following = Task.CompletedTask;

    /// <summary>The job that runs a league.</summary>
    public static JobKey JobOf(LeagueId league) => new(league.ToString(), "runs");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _scheduler = await schedulers.GetScheduler(cancellationToken);
        await ArrangeAsync(cancellationToken);
        directory.Refreshed += OnRefreshed;
        events.Happened += OnHappened;
        _following = FollowAsync(_ending.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        directory.Refreshed -= OnRefreshed;
        events.Happened -= OnHappened;
        await _ending.CancelAsync();
        await _following;
    }

    public void Dispose() => _ending.Dispose();

    /// <summary>Has a league run after <paramref name="delay"/>; a later call replaces an earlier one.</summary>
    public async Task AfterAsync(LeagueId league, TimeSpan delay)
    {
        var trigger = TriggerBuilder.Create()
            .ForJob(JobOf(league)).WithIdentity(league.ToString(), "arrival")
            .StartAt(tools.Clock.GetUtcNow() + delay).Build();
        if (await _scheduler!.Exists(JobOf(league)))
        {
            await _scheduler.ScheduleJob(trigger, new ScheduleJobOptions { Replace = true });
        }
    }

    // Jobs and cron triggers as the leagues say; and what waited when the hub was off is seen to
    private async Task ArrangeAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var league in await db.Set<League>().AsNoTracking().ToListAsync(cancellationToken))
        {
            var active = league.RetiredAt is null && league.GameFolder is not null;
            if (!active)
            {
                await _scheduler!.DeleteJob(JobOf(league.Id), cancellationToken);
                continue;
            }

            if (!await _scheduler!.Exists(JobOf(league.Id), cancellationToken))
            {
                var job = JobBuilder.Create<LeagueRunJob>().WithIdentity(JobOf(league.Id)).StoreDurably().Build();
                await _scheduler.AddJob(job, new AddJobOptions { Replace = true }, cancellationToken);
            }

            await ArrangeCronAsync(league, cancellationToken);
            if (league.RunsOnArrival && league.PausedAt is null
                && await WaitsAsync(league.Id, league.HubIndex)
                && !await _scheduler.Exists(new TriggerKey(league.Id.ToString(), "arrival"), cancellationToken))
            {
                await AfterAsync(league.Id, tools.Options.QuietTime);
            }
        }
    }

    private async Task ArrangeCronAsync(League league, CancellationToken cancellationToken)
    {
        var key = new TriggerKey(league.Id.ToString(), "cron");
        if (league.Cron is not { } cron || league.PausedAt is not null)
        {
            await _scheduler!.UnscheduleJob(key, cancellationToken);
            return;
        }

        if (await _scheduler!.GetTrigger(key, cancellationToken) is ICronTrigger there && there.CronExpressionString == cron)
        {
            return;
        }

        var trigger = TriggerBuilder.Create().ForJob(JobOf(league.Id)).WithIdentity(key)
            .WithCronSchedule(cron, c => c.InTimeZone(TimeZoneInfo.Utc)).Build();
        await _scheduler.ScheduleJob(trigger, new ScheduleJobOptions { Replace = true }, cancellationToken);
    }

    private void OnRefreshed() => _ = ArrangeAsync(CancellationToken.None);

    private void OnHappened(LedgerEvent happened)
    {
        if (happened is { Kind: LedgerEventKind.Received, ForHub: true }
            && directory.Current.Leagues.TryGetValue(happened.Name.League, out var league)
            && league is { RunsOnArrival: true, IsPaused: false, GameFolder: not null })
        {
            _ = AfterAsync(league.Id, tools.Options.QuietTime);
        }
    }

    // What a run left waiting is seen to: after a good one soon, after another less often each time
    private async Task FollowAsync(CancellationToken ending)
    {
        using var subscription = lives.Feed.Subscribe();
        await foreach (var batch in subscription.Batches(TimeSpan.FromMilliseconds(200), tools.Clock, ending))
        {
            foreach (var run in batch.Where(r => r is { EndedAt: not null, Here: true }))
            {
                await ConsiderAsync(run);
            }
        }
    }

    private async Task ConsiderAsync(RunGlance run)
    {
        if (run.Outcome is RunOutcome.Good or RunOutcome.Cancelled)
        {
            _notGood.TryRemove(run.LeagueId, out _);
        }

        if (run.Outcome == RunOutcome.Cancelled
            || !directory.Current.Leagues.TryGetValue(run.LeagueId, out var league) || !league.RunsOnArrival || league.IsPaused
            || (run.Outcome != RunOutcome.GameInUse && !await WaitsAsync(run.LeagueId, league.HubIndex)))
        {
            return;
        }

        if (run.Outcome == RunOutcome.Good)
        {
            await AfterAsync(run.LeagueId, tools.Options.QuietTime);
            return;
        }

        var times = _notGood.AddOrUpdate(run.LeagueId, 1, (_, n) => n + 1);
        var delay = tools.Options.RetryAfter * Math.Pow(2, Math.Min(times - 1, 10));
        await AfterAsync(run.LeagueId, delay < s_longestRetry ? delay : s_longestRetry);
    }

    private async Task<bool> WaitsAsync(LeagueId league, int hubIndex)
    {
        await using var db = await databases.CreateDbContextAsync();
        return await db.Set<Packet>().AnyAsync(p => p.LeagueId == league && p.Dest == hubIndex && p.ConsumedAt == null && p.DeliveredAt == null);
    }
}

/// <summary>Starts a league's run and waits for it. Holds nothing: what is to be done is in the ledger.</summary>
[DisallowConcurrentExecution]
internal sealed class LeagueRunJob(RunControl control, RunSchedule schedule, HubDirectory directory, RunTools tools, ILogger<LeagueRunJob> log) : IJob
{
    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var league = LeagueId.Parse(context.JobDetail.Key.Name);
        var trigger = context.Trigger.Key.Group == "cron" ? RunTrigger.Schedule : RunTrigger.Arrival;
        if (!directory.Current.Leagues.TryGetValue(league, out var entry) || entry.IsPaused)
        {
            return;
        }

        try
        {
            var run = await control.StartAsync(league, trigger, null, cancellationToken);
            await control.WaitAsync(run, cancellationToken);
        }
        catch (RefusedException refused)
        {
            Log.NotStarted(log, league.ToString(), trigger, refused.Message);
            if (trigger == RunTrigger.Arrival)
            {
                // It runs already; what came in since that run began waits for the next
                await schedule.AfterAsync(league, tools.Options.QuietTime);
            }
        }
    }
}
