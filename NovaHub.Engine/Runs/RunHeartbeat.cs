using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Runs;

/// <summary>Says that the holder of a lease lives, for as long as it works in the league's folder.</summary>
internal sealed class RunHeartbeat(RunLeases leases, RunTools tools, ILogger log)
{
    /// <summary>Does the work and beats meanwhile.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="work">What is done under the lease.</param>
    /// <param name="lost">Called once when somebody else has taken the lease.</param>
    public async Task WhileAsync(HeldLease lease, Func<Task> work, Func<Task> lost)
    {
        using var ended = new CancellationTokenSource();
        using var held = lease.Use();
        var beating = BeatAsync(lease, lost, ended.Token);
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

    private async Task BeatAsync(HeldLease lease, Func<Task> lost, CancellationToken ended)
    {
        var last = LeaseState.Held;
        using var timer = new PeriodicTimer(tools.Options.Heartbeat, tools.Clock);
        while (await NextAsync(timer, ended))
        {
            try
            {
                var state = await leases.BeatAsync(lease);
                // Work that ends at this moment has just given it back; by the next beat it is over
                if (state == LeaseState.Lost || (state == LeaseState.Nobodys && last == state))
                {
                    await lost();
                    return;
                }

                last = state;
            }
            catch (DbException failure)
            {
                Log.BeatFailed(log, lease.League.ToString(), failure);
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
