using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>Reads the hourly counters: a range of their key, never the ledger.</summary>
public sealed class TrafficReader(IDbContextFactory<HubDb> databases)
{
    /// <summary>Every league's counters from an hour on, by hour. Hours in which nothing moved have no row.</summary>
    /// <param name="from">The first hour, UTC.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<TrafficHour>> SinceAsync(DateTime from, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<TrafficHour>().AsNoTracking().Where(t => t.Hour >= from).OrderBy(t => t.Hour).ThenBy(t => t.LeagueId).ToListAsync(cancellationToken);
    }
}
