using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Runs;

/// <summary>Starts, cancels and repeats runs, for pages, schedules and the command line.</summary>
public sealed class RunControl : IAsyncDisposable
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(50);

    private readonly RunTools _tools;
    private readonly RunLeases _leases;
    private readonly RunHeartbeat _heartbeat;
    private readonly LiveRuns _lives;
    private readonly ILogger<RunControl> _log;
    private readonly RunRecovery _recovery;
    private readonly SemaphoreSlim _places;
    private readonly SemaphoreSlim _door = new(1, 1);
    private readonly ConcurrentDictionary<long, Going> _going = new();
    private readonly ConcurrentQueue<HeldLease> _notGiven = new();
    private bool _closing;

    internal RunControl(RunTools tools, RunLeases leases, LiveRuns lives, RunRecovery recovery, ILogger<RunControl> log)
    {
        _tools = tools;
        _leases = leases;
        _heartbeat = new RunHeartbeat(leases, tools, log);
        _lives = lives;
        _recovery = recovery;
        _log = log;
        _places = new SemaphoreSlim(tools.Options.AtOnce);
    }

    /// <summary>Starts a run and returns at once.</summary>
    /// <returns>The run's number.</returns>
    /// <exception cref="RefusedException">There is no such league, or it runs already, here or in another process.</exception>
    public Task<long> StartAsync(LeagueId league, RunTrigger trigger, string? requestedBy, CancellationToken cancellationToken) =>
        StartAsync(league, new RunRequest(trigger, requestedBy), cancellationToken);

    /// <summary>Asks a run to stop, in whichever process it is. The emulator is ended and packets that were not read stay queued.</summary>
    public async Task CancelAsync(long runId, CancellationToken cancellationToken)
    {
        await _tools.Store.RequestStopAsync(runId).WaitAsync(cancellationToken);
        await StopIfHereAsync(runId);
    }

    /// <summary>Says what reading a run's packets again would do.</summary>
    public async Task<ReprocessPlan> PlanReprocessAsync(long runId, CancellationToken cancellationToken)
    {
        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        return await ReprocessPlan.MakeAsync(db, runId, cancellationToken);
    }

    /// <summary>Puts the packets that a run read back into the queue and starts a run.</summary>
    /// <returns>The new run's number.</returns>
    /// <exception cref="RefusedException">See <see cref="PlanReprocessAsync"/>, or the league runs already.</exception>
    public async Task<long> ReprocessAsync(long runId, string? requestedBy, CancellationToken cancellationToken)
    {
        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        if ((await ReprocessPlan.MakeAsync(db, runId, cancellationToken)).Refusal is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        var league = await db.Set<Run>().Where(r => r.Id == runId).Select(r => r.LeagueId).SingleAsync(cancellationToken);
        return await StartAsync(league, new RunRequest(RunTrigger.Reprocess, requestedBy, runId), cancellationToken);
    }

    /// <summary>Completes when a run of this process has ended.</summary>
    /// <exception cref="LeaseLostException">Another process took the league over, and closes the run.</exception>
    /// <exception cref="InvalidOperationException">There is no such run.</exception>
    public async Task<Run> WaitAsync(long runId, CancellationToken cancellationToken)
    {
        if (_going.TryGetValue(runId, out var going))
        {
            await going.Ended.Task.WaitAsync(cancellationToken);
        }

        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, cancellationToken)
            ?? throw new InvalidOperationException($"There is no run {runId}.");
    }

    /// <summary>
    /// Closes interrupted runs of every league whose lease is free. Called at start and now and then: a holder on another
    /// machine is known to be dead only when its heartbeat is old.
    /// </summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        for (var again = _notGiven.Count; again > 0 && _notGiven.TryDequeue(out var lease); again--)
        {
            await GiveAsync(lease);
        }

        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        var leagues = await db.Set<League>().AsNoTracking()
            .Where(l => db.Set<Run>().Any(r => r.LeagueId == l.Id && r.EndedAt == null)).ToListAsync(cancellationToken);
        // What runs in this process is alive
        foreach (var league in leagues.ExceptBy(_going.Values.Select(g => g.Lease.League), l => l.Id))
        {
            try
            {
                await HoldAsync(league, () => _recovery.RecoverAsync(league, 0, cancellationToken));
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // One league's trouble must not keep the hub from starting
                Log.RecoveryFailed(_log, league.Id.ToString(), failure);
            }
        }
    }

    /// <summary>Does something in a league's game folder while no run can start. Does nothing when the league is held.</summary>
    internal async Task<bool> HoldAsync(League league, Func<Task> work)
    {
        HeldLease lease;
        try
        {
            lease = await _tools.Store.HoldAsync(league.Id);
        }
        catch (Exception held) when (held is RefusedException or HeldForAMomentException)
        {
            return false;
        }

        try
        {
            await _heartbeat.WhileAsync(lease, work, () => Task.CompletedTask);
        }
        finally
        {
            await GiveAsync(lease);
            _leases.Done(lease);
        }

        return true;
    }

    /// <summary>Stops runs of this process when the database says that somebody asked for it.</summary>
    internal async Task StopCancelledAsync(CancellationToken cancellationToken)
    {
        if (_going.IsEmpty)
        {
            return;
        }

        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        var cancelled = await db.Set<Run>().Where(r => r.EndedAt == null && r.CancelRequestedAt != null).Select(r => r.Id).ToListAsync(cancellationToken);
        foreach (var id in cancelled)
        {
            await StopIfHereAsync(id);
        }
    }

    /// <summary>Stops every run of this process and waits for it, so that nothing is left behind when the hub ends. None starts any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _door.WaitAsync();
        _closing = true;
        _door.Release();
        foreach (var going in _going.Values)
        {
            await going.Stop.AskAsync(StopReason.HubCloses);
        }

        await Task.WhenAll(_going.Values.Select(g => g.Ended.Task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The same for a request of any kind.</summary>
    /// <exception cref="ClockMovedException">The request is for a time of a schedule that was changed meanwhile.</exception>
    internal async Task<long> StartAsync(LeagueId id, RunRequest request, CancellationToken cancellationToken)
    {
        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        var league = await db.Set<League>().AsNoTracking().SingleOrDefaultAsync(l => l.Id == id && l.RetiredAt == null, cancellationToken)
            ?? throw new RefusedException($"There is no league {id}.");
        var began = _tools.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await BeginAsync(league, request, cancellationToken);
            }
            catch (HeldForAMomentException held)
            {
                if (_tools.Clock.GetElapsedTime(began) > held.Longest)
                {
                    throw new RefusedException(held.Refusal);
                }

                await Task.Delay(s_moment, _tools.Clock, cancellationToken);
            }
        }
    }

    private async Task<long> BeginAsync(League league, RunRequest request, CancellationToken cancellationToken)
    {
        // Through the door one by one: what came in before it closes is known to whoever closes it
        await _door.WaitAsync(cancellationToken);
        try
        {
            if (_closing)
            {
                throw new RefusedException("The hub is closing.");
            }

            var run = await _tools.Store.BeginAsync(league, request, cancellationToken);
            var going = new Going(new HeldLease(league.Id, run.Id));
            _going[run.Id] = going;
            Log.Started(_log, run.Id, league.Id.ToString(), request.Trigger);
            var live = _lives.Begin(RunWatch.Glance(run, here: true));
            _ = Task.Run(() => RunAsync(run, league, going, live), CancellationToken.None);
            return run.Id;
        }
        finally
        {
            _door.Release();
        }
    }

    private async Task RunAsync(Run run, League league, Going going, LiveRun live)
    {
        try
        {
            await _heartbeat.WhileAsync(
                going.Lease,
                async () =>
                {
                    var obstacles = await _recovery.RecoverAsync(league, run.Id, CancellationToken.None);
                    await new RunExecution(_tools, new RunProgress(run, live, _lives), run, league, _places, going.Stop).RunAsync(obstacles);
                },
                () => going.Stop.AskAsync(StopReason.LeaseLost));
            Log.Ended(_log, run.Id, league.Id.ToString(), run.Outcome, run.Summary);
        }
        catch (LeaseLostException lost)
        {
            Lose(going, lost);
        }
        catch (Exception failure)
        {
            // Whatever broke, the run must not stay open: its packets and the lease are seen to by the evidence
            Log.Broke(_log, run.Id, league.Id.ToString(), failure);
            await CloseBrokenAsync(league, going);
        }
        finally
        {
            _leases.Done(going.Lease);
            _lives.Leave(run.Id);
            _going.TryRemove(run.Id, out _);
            going.Ended.TrySetResult();
        }
    }

    private async Task CloseBrokenAsync(League league, Going going)
    {
        try
        {
            await _heartbeat.WhileAsync(
                going.Lease, () => _recovery.RecoverAsync(league, 0, CancellationToken.None), () => Task.CompletedTask);
            await GiveAsync(going.Lease);
        }
        catch (LeaseLostException lost)
        {
            Lose(going, lost);
        }
        catch (Exception failure)
        {
            // The disk or the database is out of order; the row stays open and is closed when that is over
            Log.RecoveryFailed(_log, league.Id.ToString(), failure);
        }
    }

    // Whoever took the league over judges the run; nothing here may be touched any more
    private void Lose(Going going, LeaseLostException lost)
    {
        Log.LeaseLost(_log, going.Lease.RunId, going.Lease.League.ToString());
        going.Ended.TrySetException(lost);
        // Not everybody waits for the end
        _ = going.Ended.Task.Exception;
    }

    // While this process lives nobody else may take what it could not give back: it is tried again
    private async Task GiveAsync(HeldLease lease)
    {
        try
        {
            await _tools.Store.GiveAsync(lease);
        }
        catch (DbException failure)
        {
            Log.NotGivenBack(_log, lease.League.ToString(), failure);
            _notGiven.Enqueue(lease);
        }
    }

    private async Task StopIfHereAsync(long runId)
    {
        if (_going.TryGetValue(runId, out var going))
        {
            await going.Stop.AskAsync(StopReason.Cancelled);
        }
    }

    private sealed class Going(HeldLease lease)
    {
        public HeldLease Lease => lease;

        public RunStop Stop { get; } = new();

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
