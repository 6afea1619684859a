using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Settings;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Schedules;

/// <summary>What the clock has in store for one league.</summary>
/// <param name="Next">Its next time, UTC, or null.</param>
/// <param name="Notice">Why there is none although the league has a schedule, a sentence; or null.</param>
public sealed record ClockPlan(DateTime? Next, string? Notice);

/// <summary>
/// Starts runs by the clock. Up to which moment a league's schedule is seen to stands in the database and moves in the same
/// commit as a run's row: a time that came while the hub was off is made up, once, and none is run twice. It looks at the
/// clock anew at least twice a minute, so that a clock that is set, or a machine that slept, holds nothing up.
/// </summary>
public sealed class ClockSchedule : BackgroundService
{
    private static readonly TimeSpan s_longestSleep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1);
    // A clock that is put back by less than this meets the same times again, and they are not run again
    private static readonly TimeSpan s_smallStep = TimeSpan.FromMinutes(5);

    private readonly IDbContextFactory<HubDb> _databases;
    private readonly HubDirectory _directory;
    private readonly RunControl _control;
    private readonly IHostApplicationLifetime _life;
    private readonly TimeProvider _clock;
    private readonly ILogger<ClockSchedule> _log;
    private readonly ConcurrentDictionary<LeagueId, Tries> _tries = new();
    private readonly ConcurrentDictionary<LeagueId, DateTime> _last = new();
    private readonly HashSet<LeagueId> _begun = [];
    private volatile Dictionary<LeagueId, ClockPlan> _plans = [];
    private volatile TaskCompletionSource _woken = NewWake();

    /// <summary>Makes it; the host starts it.</summary>
    public ClockSchedule(
        IDbContextFactory<HubDb> databases, HubDirectory directory, RunControl control, IHostApplicationLifetime life, TimeProvider clock, ILogger<ClockSchedule> log)
    {
        (_databases, _directory, _control, _life, _clock, _log) = (databases, directory, control, life, clock, log);
        directory.Refreshed += Wake;
    }

    /// <summary>Runs after a plan changed. Handlers are short and don't throw.</summary>
    public event Action? Changed;

    /// <summary>What the clock has in store for each league with a schedule, as of the last look.</summary>
    public IReadOnlyDictionary<LeagueId, ClockPlan> Plans => _plans;

    /// <summary>When the clock last started a run of a league, since the hub started; UTC, or null.</summary>
    public DateTime? LastOf(LeagueId league) => _last.TryGetValue(league, out var last) ? last : null;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _directory.Refreshed -= Wake;
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _life.StartedAsync(stoppingToken);
            while (true)
            {
                _woken = NewWake();
                var wait = await QuietlyLookAsync(stoppingToken);
                await SleepAsync(wait, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The hub closes; a time that comes meanwhile is made up at the next start
        }
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => _woken.TrySetResult();

    private async Task SleepAsync(TimeSpan wait, CancellationToken stoppingToken)
    {
        try
        {
            // Rounded up: a timer knows whole milliseconds, and one too early would come to look for nothing
            await _woken.Task.WaitAsync(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), _clock, stoppingToken);
        }
        catch (TimeoutException)
        {
            // Nobody woke it: it is time
        }
    }

    private async Task<TimeSpan> QuietlyLookAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await LookAsync(stoppingToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.ClockFailed(_log, failure);
            return s_longestSleep;
        }
    }

    // Reads every schedule, starts what is due, and says how long nothing else will be
    private async Task<TimeSpan> LookAsync(CancellationToken stoppingToken)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        var plans = new Dictionary<LeagueId, ClockPlan>();
        var due = new List<League>();
        await using (var db = await _databases.CreateDbContextAsync(stoppingToken))
        {
            foreach (var league in await db.Set<League>().AsNoTracking().Where(l => l.RetiredAt == null && l.Cron != null).ToListAsync(stoppingToken))
            {
                try
                {
                    plans[league.Id] = await PlanAsync(db, league, now, due, stoppingToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // One league's trouble is not the others'
                    Log.ScheduleNotRead(_log, league.Id.ToString(), failure);
                    plans[league.Id] = new ClockPlan(null, $"Its schedule can't be worked out ({failure.Message.TrimEnd('.')}), so the clock starts no run. Write it anew.");
                }
            }
        }

        var before = _plans;
        _plans = plans;
        if (before.Count != plans.Count || plans.Any(p => before.GetValueOrDefault(p.Key) != p.Value))
        {
            Changed?.Invoke();
        }

        var waits = await Task.WhenAll(due.Select(l => StartAsync(l, now, stoppingToken)));
        return plans.Values.Where(p => p.Next is not null).Select(p => p.Next!.Value - now).Concat(waits).Append(s_longestSleep)
            .Select(w => w > TimeSpan.Zero ? w : TimeSpan.Zero).Min();
    }

    private async Task<ClockPlan> PlanAsync(HubDb db, League league, DateTime now, List<League> due, CancellationToken stoppingToken)
    {
        if (!LocalCron.TryRead(league.Cron!, league.TimeZone, out var cron, out var refusal))
        {
            return new ClockPlan(null, $"The clock starts no run: {refusal}");
        }

        if (!ClockTerms.Of(league).Runs)
        {
            return new ClockPlan(null, null);
        }

        if (league.ClockedUntil is not { } mark || mark > now + s_smallStep)
        {
            // The first look at it, or the clock was far ahead: what has passed by now is over
            await db.Set<League>().Where(l => l.Id == league.Id && l.ClockedUntil == league.ClockedUntil)
                .ExecuteUpdateAsync(s => s.SetProperty(l => l.ClockedUntil, now), stoppingToken);
            league.ClockedUntil = mark = now;
        }

        await OweBrokenAsync(db, league, stoppingToken);
        if (league.ClockOwed is not null || cron.Next(mark)?.Utc <= now)
        {
            due.Add(league);
        }

        return cron.Next(mark > now ? mark : now) is { } next
            ? new ClockPlan(next.Utc, null)
            : new ClockPlan(null, $"“{league.Cron}” has no further time, so the clock starts no run any more.");
    }

    // A run by the clock in the middle of which the hub ended has not done its work: it is made up at the next start
    private async Task OweBrokenAsync(HubDb db, League league, CancellationToken stoppingToken)
    {
        if (_begun.Contains(league.Id))
        {
            return;
        }

        var latest = await db.Set<Run>().AsNoTracking().Where(r => r.LeagueId == league.Id).OrderByDescending(r => r.Id)
            .Select(r => new { r.Trigger, r.Outcome, r.EndedAt, r.StartedAt }).FirstOrDefaultAsync(stoppingToken);
        if (latest is { EndedAt: null })
        {
            // It still goes on elsewhere, or is not closed yet
            return;
        }

        // Only the run of the latest time: a schedule that was changed since began anew
        if (latest is { Trigger: RunTrigger.Schedule, Outcome: RunOutcome.Interrupted } && latest.StartedAt >= league.ClockedUntil && league.ClockOwed is null)
        {
            await db.Set<League>().Where(l => l.Id == league.Id && l.ClockOwed == null).ExecuteUpdateAsync(s => s.SetProperty(l => l.ClockOwed, latest.StartedAt), stoppingToken);
            league.ClockOwed = latest.StartedAt;
        }

        _begun.Add(league.Id);
    }

    // Says after which time to look again
    private async Task<TimeSpan> StartAsync(League league, DateTime now, CancellationToken stoppingToken)
    {
        var tries = _tries.GetValueOrDefault(league.Id);
        if (tries is not null && tries.Wait - _clock.GetElapsedTime(tries.Since) is { Ticks: > 0 } left)
        {
            return left;
        }

        try
        {
            var mark = new ClockMark(league.ClockedUntil, league.ClockOwed, now);
            await _control.StartAsync(league.Id, new RunRequest(RunTrigger.Schedule, null) { Clock = mark }, stoppingToken);
            _tries.TryRemove(league.Id, out _);
            _last[league.Id] = now;
            return TimeSpan.Zero;
        }
        catch (ClockMovedException)
        {
            return TimeSpan.Zero;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // It runs already, or its folder is taken for a moment: the time stays owed
            if (tries is null)
            {
                Log.ClockNotStarted(_log, league.Id.ToString(), failure.Message);
            }

            var wait = tries is null ? s_firstRetry : tries.Wait * 2 < s_longestSleep ? tries.Wait * 2 : s_longestSleep;
            _tries[league.Id] = new Tries(wait, _clock.GetTimestamp());
            return wait;
        }
    }

    private sealed record Tries(TimeSpan Wait, long Since);
}
