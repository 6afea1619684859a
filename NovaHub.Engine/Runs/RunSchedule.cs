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

/// <summary>
/// Says when leagues run because of mail: after it came in and a quiet time went by, and again after a run that was not
/// good. Runs by the clock are the business of <see cref="Schedules.ClockSchedule"/>.
/// </summary>
internal sealed class RunSchedule(
    ISchedulerFactory schedulers, IDbContextFactory<HubDb> databases, HubDirectory directory, LedgerEvents events,
    LiveRuns lives, RunTools tools, ILogger<RunSchedule> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_overdue = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<LeagueId, int> _notGood = new();
    private readonly ConcurrentDictionary<LeagueId, Arrivals> _arrivals = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _arranging = new(1, 1);
    private IScheduler? _scheduler;
    private IDisposable? _settings;
    private Task _following = Task.CompletedTask;

    /// <summary>The job that runs a league.</summary>
    public static JobKey JobOf(LeagueId league) => new(league.ToString(), "runs");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _scheduler = await schedulers.GetScheduler(cancellationToken);
        directory.Refreshed += OnRefreshed;
        events.Happened += OnHappened;
        _settings = tools.Current.OnChange(() => _ = QuietlyAsync(PutOffAnewAsync));
        await ArrangeAsync(cancellationToken);
        _following = FollowAsync(_ending.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        directory.Refreshed -= OnRefreshed;
        events.Happened -= OnHappened;
        _settings?.Dispose();
        await _ending.CancelAsync();
        await _following;
    }

    public void Dispose()
    {
        _ending.Dispose();
        _arranging.Dispose();
    }

    /// <summary>Has a league run after <paramref name="delay"/>; a later call replaces an earlier one.</summary>
    public async Task AfterAsync(LeagueId league, TimeSpan delay)
    {
        if (_ending.IsCancellationRequested || !await _scheduler!.Exists(JobOf(league)))
        {
            return;
        }

        var trigger = TriggerBuilder.Create()
            .ForJob(JobOf(league)).WithIdentity(league.ToString(), "arrival")
            .StartAt(tools.Clock.GetUtcNow() + delay).Build();
        await _scheduler.ScheduleJob(trigger, new ScheduleJobOptions { Replace = true });
    }

    /// <summary>How long a run is to be put off because mail still comes in; null when it can start.</summary>
    public TimeSpan? StillComing(LeagueId league)
    {
        if (!_arrivals.TryGetValue(league, out var arrivals))
        {
            return null;
        }

        var now = tools.Clock.GetUtcNow();
        var quiet = arrivals.Latest + tools.Options.QuietTime - now;
        if (quiet > TimeSpan.Zero && now - arrivals.First < tools.Options.LongestQuiet)
        {
            return quiet;
        }

        _arrivals.TryRemove(league, out _);
        return null;
    }

    private async Task ArrangeAsync(CancellationToken cancellationToken)
    {
        await _arranging.WaitAsync(cancellationToken);
        try
        {
            await ArrangeLeaguesAsync(cancellationToken);
        }
        finally
        {
            _arranging.Release();
        }
    }

    // Jobs as the leagues say; and what waited when the hub was off is seen to
    private async Task ArrangeLeaguesAsync(CancellationToken cancellationToken)
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

            if (league.RunsOnArrival && league.PausedAt is null
                && await WaitsAsync(league.Id, league.HubIndex)
                && !await _scheduler.Exists(new TriggerKey(league.Id.ToString(), "arrival"), cancellationToken))
            {
                await AfterAsync(league.Id, tools.Options.QuietTime);
            }
        }
    }

    // Runs that wait for mail to cease wait as long as the configuration says now
    private async Task PutOffAnewAsync()
    {
        foreach (var (league, arrivals) in _arrivals)
        {
            var quiet = arrivals.Latest + tools.Options.QuietTime - tools.Clock.GetUtcNow();
            if (await _scheduler!.Exists(new TriggerKey(league.ToString(), "arrival")))
            {
                await AfterAsync(league, quiet > TimeSpan.Zero ? quiet : TimeSpan.Zero);
            }
        }
    }

    private void OnRefreshed() => _ = QuietlyAsync(() => ArrangeAsync(_ending.Token));

    // Called for every upload: only the first of a burst schedules a run, the others move its quiet time on
    private void OnHappened(LedgerEvent happened)
    {
        if (happened is not { Kind: LedgerEventKind.Received, ForHub: true }
            || !directory.Current.Leagues.TryGetValue(happened.Name.League, out var league)
            || league is not { RunsOnArrival: true, IsPaused: false, GameFolder: not null })
        {
            return;
        }

        var now = tools.Clock.GetUtcNow();
        var fresh = new Arrivals { First = now, Latest = now };
        var arrivals = _arrivals.GetOrAdd(league.Id, fresh);
        // One that should have started a run long ago has lost its trigger, to a pause for example
        var overdue = now - arrivals.Latest > tools.Options.QuietTime + s_overdue;
        arrivals.Latest = now;
        if (ReferenceEquals(arrivals, fresh) || overdue)
        {
            _ = QuietlyAsync(() => AfterAsync(league.Id, tools.Options.QuietTime));
        }
    }

    private async Task QuietlyAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // The hub closes
        }
        catch (Exception failure) when (!_ending.IsCancellationRequested)
        {
            Log.ScheduleFailed(log, failure);
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
                await QuietlyAsync(() => ConsiderAsync(run));
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
        return await db.Set<Packet>().Where(p => p.LeagueId == league && p.Dest == hubIndex).Waiting().AnyAsync();
    }

    // A time each, written whole: the clock's ticks
    private sealed class Arrivals
    {
        private long _latest;

        public DateTimeOffset First { get; init; }

        public DateTimeOffset Latest
        {
            get => new(Interlocked.Read(ref _latest), TimeSpan.Zero);
            set => Interlocked.Exchange(ref _latest, value.UtcTicks);
        }
    }
}
