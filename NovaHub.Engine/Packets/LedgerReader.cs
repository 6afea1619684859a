using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>Totals for a dashboard, from the hourly counters and the queue's index.</summary>
/// <param name="Received">Packets uploaded, ever.</param>
/// <param name="Written">Packets the hub's games wrote, ever.</param>
/// <param name="Delivered">Packets that boards fetched, ever.</param>
/// <param name="Consumed">Packets the hub's games read, ever.</param>
/// <param name="Relayed">Uploaded packets that went straight to another board, ever.</param>
/// <param name="ReceivedToday">Packets uploaded since midnight UTC.</param>
/// <param name="WaitingForGames">Packets that wait for a game of the hub.</param>
/// <param name="WaitingForBoards">Packets that wait for a board.</param>
public sealed record LedgerTotals(
    long Received, long Written, long Delivered, long Consumed, long Relayed, long ReceivedToday, int WaitingForGames, int WaitingForBoards);

/// <summary>Reads the ledger for people, a page at a time and by index.</summary>
public sealed class LedgerReader(IDbContextFactory<HubDb> databases, Leagues.HubDirectory directory, TimeProvider clock)
{
    /// <summary>The latest packets, newest first.</summary>
    public async Task<IReadOnlyList<Packet>> LatestAsync(LeagueId? league, int take, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var packets = db.Set<Packet>().AsNoTracking();
        if (league is { } only)
        {
            packets = packets.Where(p => p.LeagueId == only);
        }

        return await packets.OrderByDescending(p => p.Id).Take(take).ToListAsync(cancellationToken);
    }

    /// <summary>What there is in all.</summary>
    public async Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var today = clock.GetUtcNow().UtcDateTime.Date;
        var sums = await db.Set<TrafficHour>().GroupBy(_ => 1).Select(g => new
        {
            Received = g.Sum(t => t.Received),
            Written = g.Sum(t => t.Written),
            Delivered = g.Sum(t => t.Delivered),
            Consumed = g.Sum(t => t.Consumed),
            Relayed = g.Sum(t => t.Relayed),
        }).SingleOrDefaultAsync(cancellationToken);
        var receivedToday = await db.Set<TrafficHour>().Where(t => t.Hour >= today).SumAsync(t => t.Received, cancellationToken);
        var waiting = await db.Set<Packet>().Waiting()
            .GroupBy(p => new { p.LeagueId, p.Dest }).Select(g => new { g.Key.LeagueId, g.Key.Dest, Count = g.Count() }).ToListAsync(cancellationToken);
        var leagues = directory.Current.Leagues;
        var forGames = waiting.Where(w => leagues.TryGetValue(w.LeagueId, out var l) && l.HubIndex == w.Dest).Sum(w => w.Count);
        return new LedgerTotals(
            sums?.Received ?? 0, sums?.Written ?? 0, sums?.Delivered ?? 0, sums?.Consumed ?? 0, sums?.Relayed ?? 0,
            receivedToday, forGames, waiting.Sum(w => w.Count) - forGames);
    }
}
