using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using Quartz;

namespace NovaHub.Engine.Runs;

/// <summary>Starts a league's run because of mail and waits for it. Holds nothing: what is to be done is in the ledger.</summary>
[DisallowConcurrentExecution]
internal sealed class LeagueRunJob(RunControl control, RunSchedule schedule, HubDirectory directory, RunTools tools, ILogger<LeagueRunJob> log) : IJob
{
    private static readonly TimeSpan s_leastWait = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var league = LeagueId.Parse(context.JobDetail.Key.Name);
        if (!directory.Current.Leagues.TryGetValue(league, out var entry) || entry.IsPaused)
        {
            return;
        }

        if (schedule.StillComing(league) is { } more)
        {
            await schedule.AfterAsync(league, more);
            return;
        }

        try
        {
            var run = await control.StartAsync(league, RunTrigger.Arrival, null, cancellationToken);
            await control.WaitAsync(run, cancellationToken);
        }
        catch (RefusedException refused)
        {
            Log.NotStarted(log, league.ToString(), RunTrigger.Arrival, refused.Message);
            // It runs already; what came in since that run began waits for the next
            await schedule.AfterAsync(league, tools.Options.QuietTime > s_leastWait ? tools.Options.QuietTime : s_leastWait);
        }
        catch (OperationCanceledException)
        {
            // The hub closes; the run is ended by whoever closes it
        }
    }
}
