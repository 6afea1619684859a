using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>Packets are held for a person's decision: the hub does nothing more with them by itself.</summary>
internal sealed class PacketsHeldRule(IDbContextFactory<HubDb> databases, HubDirectory directory) : IAlertRule
{
    // More are counted no further
    private const int MostCounted = 999;

    public AlertKind Kind => AlertKind.PacketsHeld;

    public IReadOnlyList<string> Topics { get; } = [Signal.Packets, Signal.Directory];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = new List<AlertCondition>();
        foreach (var league in directory.Current.Leagues.Keys)
        {
            var held = db.Set<Packet>().Where(p => p.LeagueId == league).Held().OrderBy(p => p.Id);
            var oldest = await held.AsNoTracking().FirstOrDefaultAsync(cancellationToken);
            if (oldest is null)
            {
                continue;
            }

            var count = await held.Take(MostCounted).CountAsync(cancellationToken);
            found.Add(new AlertCondition(
                $"held:{league}", AlertWeight.Bad,
                $"{(count == 1 ? $"{oldest.Name} is" : $"{count}{(count == MostCounted ? " or more" : "")} packets of {league} are")} held for your decision. {oldest.HeldReason?.Sentence()}")
            {
                League = league,
                Since = oldest.HeldAt,
            });
        }

        return found;
    }
}
