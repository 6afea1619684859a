using Microsoft.Extensions.Hosting;
using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Runs;

/// <summary>Clears away, when the hub begins, what emulator sessions of killed hubs left: processes and scratch folders.</summary>
internal sealed class SessionLeftovers(LeagueAdmin leagues, RunTools tools) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await tools.Machines.EndLeftoversAsync();
        var drives = (await leagues.ListAsync(cancellationToken)).Select(GameFolder.Of).OfType<GameFolder>().Select(f => f.DriveC);
        tools.Machines.RemoveLeftovers(drives.Distinct(StringComparer.Ordinal));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
