using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Settings;

namespace NovaHub.Engine.Runs;

/// <summary>
/// Runs leagues because of mail, as <see cref="MailPlan"/> says. No run is lost: a start that fails is tried again, the end of
/// every run is considered, wherever it ran and whoever closed it, and a sweep finds mail that no run is planned for.
/// </summary>
internal sealed class MailRuns(
    MailPlan plan, MailForGames mail, LiveRuns lives, RunControl control, IHostApplicationLifetime life, ILogger<MailRuns> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // From here on no end of a run is missed
        using var ended = lives.Feed.Subscribe();
        try
        {
            await life.StartedAsync(stoppingToken);
            await Task.WhenAll(FollowAsync(ended, stoppingToken), StartAllAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The hub closes; what waits is found at the next start
        }
    }

    private async Task StartAllAsync(CancellationToken stoppingToken)
    {
        var starting = new List<Task>();
        try
        {
            while (true)
            {
                await QuietlyAsync(() => SweepAsync(stoppingToken));
                var swept = plan.Clock.GetTimestamp();
                do
                {
                    starting.RemoveAll(s => s.IsCompleted);
                    starting.AddRange(plan.TakeDue().Select(d => StartAsync(d, stoppingToken)));
                    await plan.WaitAsync(plan.Options.Sweep, stoppingToken);
                }
                while (!plan.TakeRefreshed() && plan.Clock.GetElapsedTime(swept) < plan.Options.Sweep);
            }
        }
        finally
        {
            await Task.WhenAll(starting);
        }
    }

    // What waits and has neither a time nor a run: it came in while the hub was off, or its run was lost on the way
    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        foreach (var league in plan.Leagues.Where(l => !mail.RunsOnArrival(l)))
        {
            plan.Drop(league);
        }

        foreach (var league in mail.Leagues.Except(lives.Feed.State.Running.Select(r => r.LeagueId)))
        {
            if (await mail.WaitsAsync(league, stoppingToken))
            {
                plan.Found(league);
            }
        }
    }

    private async Task StartAsync(DueRun due, CancellationToken stoppingToken)
    {
        try
        {
            if (mail.RunsOnArrival(due.League) && (due.Anyway || await mail.WaitsAsync(due.League, stoppingToken)))
            {
                await control.StartAsync(due.League, RunTrigger.Arrival, null, stoppingToken);
            }

            plan.Started(due.League);
        }
        catch (RefusedException refused)
        {
            Log.NotStarted(log, due.League.ToString(), RunTrigger.Arrival, refused.Message);
            plan.Busy(due.League, due.Anyway);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The hub closes
        }
        catch (Exception failure)
        {
            Log.StartFailed(log, due.League.ToString(), failure);
            plan.Failed(due.League, due.Anyway);
        }
    }

    // What a run left waiting is seen to: after a good one soon, after another less often each time
    private async Task FollowAsync(Live.LiveSubscription<RunsNow, RunGlance> subscription, CancellationToken stoppingToken)
    {
        await foreach (var batch in subscription.Batches(TimeSpan.FromMilliseconds(200), plan.Clock, stoppingToken))
        {
            foreach (var run in batch.Where(r => r is { EndedAt: not null, Outcome: not null }))
            {
                await QuietlyAsync(() => ConsiderAsync(run, stoppingToken));
            }
        }
    }

    private async Task ConsiderAsync(RunGlance run, CancellationToken stoppingToken)
    {
        if (mail.RunsOnArrival(run.LeagueId))
        {
            plan.Ended(run.LeagueId, run.Outcome!.Value, await mail.WaitsAsync(run.LeagueId, stoppingToken));
        }
    }

    private async Task QuietlyAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The next sweep makes up for it
            Log.ScheduleFailed(log, failure);
        }
    }
}
