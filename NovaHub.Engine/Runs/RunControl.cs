using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>What reading a run's packets again would do, in plain words, before anybody confirms it.</summary>
/// <param name="Packets">How many packets would be read again.</param>
/// <param name="Sentences">What will happen.</param>
/// <param name="Refusal">Why it can't be done, or null.</param>
public sealed record ReprocessPlan(int Packets, IReadOnlyList<string> Sentences, string? Refusal);

/// <summary>Starts, cancels and repeats runs, for pages, schedules and the command line.</summary>
public sealed class RunControl : IAsyncDisposable
{
    private readonly RunTools _tools;
    private readonly RunLeases _leases;
    private readonly LiveRuns _lives;
    private readonly ILogger<RunControl> _log;
    private readonly RunRecovery _recovery;
    private readonly SemaphoreSlim _places;
    private readonly ConcurrentDictionary<long, Going> _going = new();
    private volatile bool _closing;

    internal RunControl(RunTools tools, RunLeases leases, LiveRuns lives, RunRecovery recovery, ILogger<RunControl> log)
    {
        _tools = tools;
        _leases = leases;
        _lives = lives;
        _recovery = recovery;
        _log = log;
        _places = new SemaphoreSlim(tools.Options.AtOnce);
    }

    /// <summary>Starts a run and returns at once.</summary>
    /// <returns>The run's number.</returns>
    /// <exception cref="RefusedException">There is no such league, or it runs already, here or in another process.</exception>
    public Task<long> StartAsync(LeagueId league, RunTrigger trigger, string? requestedBy, CancellationToken cancellationToken) =>
        StartAsync(league, trigger, requestedBy, null, cancellationToken);

    /// <summary>Asks a run to stop, in whichever process it is. The emulator is ended and packets that were not read stay queued.</summary>
    public async Task CancelAsync(long runId, CancellationToken cancellationToken)
    {
        await _tools.Store.WriteAsync(writer => writer.Execute(
            """UPDATE "Runs" SET "CancelRequestedAt" = @p0 WHERE "Id" = @p1 AND "EndedAt" IS NULL AND "CancelRequestedAt" IS NULL""", _tools.Store.Now, runId))
            .WaitAsync(cancellationToken);
        await StopIfHereAsync(runId);
    }

    /// <summary>Says what reading a run's packets again would do.</summary>
    public async Task<ReprocessPlan> PlanReprocessAsync(long runId, CancellationToken cancellationToken)
    {
        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        var run = await db.Set<Run>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, cancellationToken);
        if (run is null)
        {
            return new ReprocessPlan(0, [], $"There is no run {runId}.");
        }

        if (run.EndedAt is null)
        {
            return new ReprocessPlan(0, [], $"Run {runId} still goes on.");
        }

        var names = await db.Set<RunPacket>().Where(p => p.RunId == runId && p.Consumed == true)
            .Join(db.Set<Packets.Packet>().Where(p => p.ConsumedAt != null), p => p.PacketId, p => p.Id, (_, packet) => packet)
            .OrderBy(p => p.Id).Take(10).AsNoTracking().ToListAsync(cancellationToken);
        var count = await db.Set<RunPacket>().Where(p => p.RunId == runId && p.Consumed == true)
            .Join(db.Set<Packets.Packet>().Where(p => p.ConsumedAt != null), p => p.PacketId, p => p.Id, (_, packet) => packet).CountAsync(cancellationToken);
        return count == 0
            ? new ReprocessPlan(0, [], $"Run {runId} read no packets that could be read again.")
            : new ReprocessPlan(
                count,
                [
                    $"{count} packets that run {runId} read go back into the queue: {string.Join(", ", names.Select(p => p.Name))}{(count > names.Count ? " …" : "")}.",
                    $"The game of league {run.LeagueId} runs now and reads them a second time, with whatever else waits.",
                    "If it had worked them in the first time, their effects happen twice: attacks, messages and trades too. Do this only when the first run did not take them in.",
                    "Packets that were sent to boards are not called back.",
                ],
                null);
    }

    /// <summary>Puts the packets that a run read back into the queue and starts a run.</summary>
    /// <returns>The new run's number.</returns>
    /// <exception cref="RefusedException">See <see cref="PlanReprocessAsync"/>, or the league runs already.</exception>
    public async Task<long> ReprocessAsync(long runId, string? requestedBy, CancellationToken cancellationToken)
    {
        var plan = await PlanReprocessAsync(runId, cancellationToken);
        if (plan.Refusal is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        var league = await db.Set<Run>().Where(r => r.Id == runId).Select(r => r.LeagueId).SingleAsync(cancellationToken);
        return await StartAsync(league, RunTrigger.Reprocess, requestedBy, runId, cancellationToken);
    }

    /// <summary>Completes when a run of this process has ended.</summary>
    /// <exception cref="InvalidOperationException">There is no such run.</exception>
    public async Task<Run> WaitAsync(long runId, CancellationToken cancellationToken)
    {
        if (_going.TryGetValue(runId, out var going))
        {
            await going.Task.WaitAsync(cancellationToken);
        }

        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<Run>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, cancellationToken)
            ?? throw new InvalidOperationException($"There is no run {runId}.");
    }

    /// <summary>Closes interrupted runs of every league whose lease is free. Called at start.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        var leagues = await db.Set<League>().AsNoTracking()
            .Where(l => db.Set<Run>().Any(r => r.LeagueId == l.Id && r.EndedAt == null)).ToListAsync(cancellationToken);
        foreach (var league in leagues)
        {
            await HoldAsync(league, () => _recovery.RecoverAsync(league, 0, cancellationToken));
        }
    }

    /// <summary>Does something in a league's game folder while no run can start. Does nothing when a run goes on.</summary>
    internal async Task<bool> HoldAsync(League league, Func<Task> work)
    {
        try
        {
            await _tools.Store.WriteAsync(writer => _leases.Take(writer, league.Id, 0));
        }
        catch (RefusedException)
        {
            return false;
        }

        try
        {
            await work();
        }
        finally
        {
            await _tools.Store.WriteAsync(writer => _leases.Give(writer, league.Id, 0));
        }

        return true;
    }

    /// <summary>Stops a run of this process when the database says that somebody asked for it.</summary>
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

    /// <summary>Stops every run of this process, so that nothing is left behind when the hub ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _closing = true;
        foreach (var going in _going.Values)
        {
            await going.Stop.CancelAsync();
        }

        await Task.WhenAll(_going.Values.Select(g => g.Task));
        _places.Dispose();
    }

    private async Task<long> StartAsync(LeagueId id, RunTrigger trigger, string? requestedBy, long? reprocessOf, CancellationToken cancellationToken)
    {
        if (_closing)
        {
            throw new RefusedException("The hub is closing.");
        }

        await using var db = await _tools.Databases.CreateDbContextAsync(cancellationToken);
        var league = await db.Set<League>().AsNoTracking().SingleOrDefaultAsync(l => l.Id == id && l.RetiredAt == null, cancellationToken)
            ?? throw new RefusedException($"There is no league {id}.");
        var run = await _tools.Store.BeginAsync(id, trigger, requestedBy, reprocessOf, cancellationToken);
        var stop = new CancellationTokenSource();
        var going = new Going(stop, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _going[run.Id] = going;
        Log.Started(_log, run.Id, id.ToString(), trigger);
        _ = Task.Run(() => RunAsync(run, league, going), CancellationToken.None);
        return run.Id;
    }

    private async Task RunAsync(Run run, League league, Going going)
    {
        var live = _lives.Begin(RunWatch.Glance(run, here: true));
        using var beating = new CancellationTokenSource();
        var beat = BeatAsync(run, going, beating.Token);
        try
        {
            await _recovery.RecoverAsync(league, run.Id, CancellationToken.None);
            _lives.Update(RunWatch.Glance(run, here: true) with { Phase = "Waiting for a free place" });
            await _places.WaitAsync();
            try
            {
                await new RunExecution(_tools, _lives, live, run, league).RunAsync(going.Stop.Token);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception failure)
        {
            // Whatever broke, the run must not stay open: its packets and the lease are seen to by the evidence
            Log.Broke(_log, run.Id, league.Id.ToString(), failure);
            await CloseBrokenAsync(run, league);
        }

        await beating.CancelAsync();
        await beat;
        Log.Ended(_log, run.Id, league.Id.ToString(), run.Outcome, run.Summary);
        _going.TryRemove(run.Id, out _);
        going.Stop.Dispose();
        going.Done.SetResult();
    }

    private async Task CloseBrokenAsync(Run run, League league)
    {
        try
        {
            await _recovery.RecoverAsync(league, 0, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // The disk or the database is out of order; the row stays open and is closed at the next start
            Log.RecoveryFailed(_log, league.Id.ToString(), failure);
        }

        _lives.Update(RunWatch.Glance(run, here: false) with { EndedAt = _tools.Store.Now, Outcome = RunOutcome.Failed, Summary = "The hub itself failed; see its log." });
    }

    private async Task BeatAsync(Run run, Going going, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(_tools.Options.Heartbeat, _tools.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                if (!await _leases.BeatAsync(run.LeagueId, run.Id) && !ended.IsCancellationRequested)
                {
                    Log.LeaseLost(_log, run.Id, run.LeagueId.ToString());
                    await going.Stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run ended
        }
        catch (System.Data.Common.DbException failure)
        {
            Log.Broke(_log, run.Id, run.LeagueId.ToString(), failure);
        }
    }

    private async Task StopIfHereAsync(long runId)
    {
        if (_going.TryGetValue(runId, out var going))
        {
            await going.Stop.CancelAsync();
        }
    }

    private sealed record Going(CancellationTokenSource Stop, TaskCompletionSource Done)
    {
        public Task Task => Done.Task;
    }
}
