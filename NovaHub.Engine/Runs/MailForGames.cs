using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>Which leagues run because of mail, and whether any waits for their games.</summary>
internal sealed class MailForGames(IDbContextFactory<HubDb> databases, HubDirectory directory)
{
    /// <summary>Leagues that run because of mail.</summary>
    public IReadOnlyList<LeagueId> Leagues => [.. directory.Current.Leagues.Values.Where(Runs).Select(l => l.Id)];

    /// <summary>Whether the league runs because of mail: it is not paused, and has a game.</summary>
    public bool RunsOnArrival(LeagueId league) => directory.Current.Leagues.TryGetValue(league, out var entry) && Runs(entry);

    /// <summary>Whether mail waits that a run could put before the game.</summary>
    public async Task<bool> WaitsAsync(LeagueId league, CancellationToken cancellationToken)
    {
        if (!directory.Current.Leagues.TryGetValue(league, out var entry))
        {
            return false;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<Packet>().Where(p => p.LeagueId == league && p.Dest == entry.HubIndex && p.StagedInRunId == null).Waiting().AnyAsync(cancellationToken);
    }

    private static bool Runs(LeagueEntry league) => league is { RunsOnArrival: true, IsPaused: false, GameFolder: not null };
}
