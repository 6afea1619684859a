using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>Keeps the live view of runs true to the database: what other processes run, and what was asked to stop.</summary>
internal sealed class RunWatch(
    IDbContextFactory<HubDb> databases, SignalWatch signals, LiveRuns lives, RunControl control, ILogger<RunWatch> log)
    : IHostedService, IDisposable
{
    private readonly SemaphoreSlim _looking = new(1, 1);
    private int _waiting;
    private bool _stopped;

    /// <summary>A run's row at a glance.</summary>
    public static RunGlance Glance(Run run, bool here) => new(
        run.Id, run.LeagueId, run.Trigger, run.StartedAt, StepOf(run), null, run.Staged, run.EndedAt, run.Outcome, run.Summary, here);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        signals.Changed += OnSignal;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        signals.Changed -= OnSignal;
        // A look that is under way comes to its end first; games end before the ledger's writer does
        await _looking.WaitAsync(CancellationToken.None);
        _stopped = true;
        _looking.Release();
        await control.DisposeAsync();
    }

    public void Dispose() => _looking.Dispose();

    private static RunStep StepOf(Run run) => run switch
    {
        { EndedAt: not null } => RunStep.Ended,
        { ReportedAt: not null } => RunStep.Nodelist,
        { CollectedAt: not null } => RunStep.Report,
        { VerifiedAt: not null } => RunStep.Collect,
        { PlayEndedAt: not null } => RunStep.Verify,
        { PlayStartedAt: not null } => RunStep.Play,
        { StagedAt: not null } => RunStep.Stage,
        _ => RunStep.Prepare,
    };

    private void OnSignal(string topic)
    {
        // One look that waits for its turn sees everything that later ones would
        if (topic == Signal.Runs && Interlocked.Exchange(ref _waiting, 1) == 0)
        {
            _ = LookQuietlyAsync();
        }
    }

    private async Task LookQuietlyAsync()
    {
        try
        {
            await LookAsync(CancellationToken.None);
        }
        catch (System.Data.Common.DbException failure)
        {
            Log.WatchFailed(log, failure);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            Interlocked.Exchange(ref _waiting, 0);
            if (_stopped)
            {
                return;
            }

            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var open = await db.Set<Run>().AsNoTracking().Where(r => r.EndedAt == null).ToListAsync(cancellationToken);
            var latest = await db.Set<Run>().AsNoTracking().OrderByDescending(r => r.Id).Take(RunsNow.KeepEnded).ToListAsync(cancellationToken);
            foreach (var run in open.Concat(latest.Where(r => r.EndedAt is not null)).OrderBy(r => r.Id))
            {
                if (lives.Find(run.Id) is null && Glance(run, here: false) is var glance && !IsShown(glance))
                {
                    lives.Feed.Publish(glance);
                }
            }

            await control.StopCancelledAsync(cancellationToken);
        }
        finally
        {
            _looking.Release();
        }
    }

    private bool IsShown(RunGlance glance) => lives.Feed.State is var now
        && (now.Running.Contains(glance) || now.Ended.Any(r => r.RunId == glance.RunId && r.EndedAt is not null));
}
