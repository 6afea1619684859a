using System.Data.Common;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>Says that the holder of a lease lives, for as long as it works in the league's folder.</summary>
internal sealed class RunHeartbeat(RunLeases leases, RunTools tools, ILogger log)
{
    /// <summary>Does the work and beats meanwhile.</summary>
    /// <param name="league">The league.</param>
    /// <param name="runId">The run that holds the lease; 0 for none.</param>
    /// <param name="work">What is done under the lease.</param>
    /// <param name="lost">Called once when somebody else has taken the lease.</param>
    public async Task WhileAsync(LeagueId league, long runId, Func<Task> work, Func<Task> lost)
    {
        using var ended = new CancellationTokenSource();
        var beating = BeatAsync(league, runId, lost, ended.Token);
        try
        {
            await work();
        }
        finally
        {
            await ended.CancelAsync();
            await beating;
        }
    }

    private async Task BeatAsync(LeagueId league, long runId, Func<Task> lost, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(tools.Options.Heartbeat, tools.Clock);
        while (await NextAsync(timer, ended))
        {
            try
            {
                if (!await leases.BeatAsync(league, runId))
                {
                    await lost();
                    return;
                }
            }
            catch (DbException failure)
            {
                Log.BeatFailed(log, league.ToString(), failure);
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken ended)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ended);
        }
        catch (OperationCanceledException)
        {
            // The work is done
            return false;
        }
    }
}
