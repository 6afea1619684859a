using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>How many packets wait for one seat of a league.</summary>
/// <param name="League">The league.</param>
/// <param name="Dest">BBS index of the receiver; the hub's own index means its game.</param>
/// <param name="Count">Packets.</param>
public sealed record WaitingCount(LeagueId League, int Dest, int Count);

/// <summary>Counts what waits, by the queue's index: as small as the queue, however large the ledger is.</summary>
public sealed class WaitingMail(IDbContextFactory<HubDb> databases)
{
    /// <summary>Every seat for which something waits.</summary>
    public async Task<IReadOnlyList<WaitingCount>> CountAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await CountAsync(db, cancellationToken);
    }

    internal static async Task<IReadOnlyList<WaitingCount>> CountAsync(HubDb db, CancellationToken cancellationToken)
    {
        var counts = await db.Set<Packet>().Waiting()
            .GroupBy(p => new { p.LeagueId, p.Dest })
            .Select(g => new { g.Key.LeagueId, g.Key.Dest, Count = g.Count() })
            .ToListAsync(cancellationToken);
        return [.. counts.Select(c => new WaitingCount(c.LeagueId, c.Dest, c.Count))];
    }
}
