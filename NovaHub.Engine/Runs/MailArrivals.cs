using Microsoft.Extensions.Hosting;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;

namespace NovaHub.Engine.Runs;

/// <summary>Tells the plan of mail that comes in, and of leagues that change.</summary>
internal sealed class MailArrivals(LedgerEvents events, HubDirectory directory, MailForGames mail, MailPlan plan) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        events.Happened += OnHappened;
        directory.Refreshed += plan.Refresh;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        events.Happened -= OnHappened;
        directory.Refreshed -= plan.Refresh;
        return Task.CompletedTask;
    }

    private void OnHappened(LedgerEvent happened)
    {
        if (happened is { Kind: LedgerEventKind.Received, ForHub: true } && mail.RunsOnArrival(happened.Name.League))
        {
            plan.Arrived(happened.Name.League);
        }
    }
}
