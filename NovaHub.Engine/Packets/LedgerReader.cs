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
public sealed class LedgerReader(IDbContextFactory<HubDb> databases, Leagues.HubDirectory directory, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _summing = new(1, 1);
    private volatile Closed? _closed;

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
        return await TotalsAsync(db, await WaitingMail.CountAsync(db, cancellationToken), cancellationToken);
    }

    /// <summary>What there is in all, with the queue as it was counted a moment ago: a long one is not counted twice.</summary>
    public async Task<LedgerTotals> TotalsAsync(IReadOnlyList<WaitingCount> waiting, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await TotalsAsync(db, waiting, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _summing.Dispose();

    private async Task<LedgerTotals> TotalsAsync(HubDb db, IReadOnlyList<WaitingCount> waiting, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var closed = await ClosedAsync(db, now, cancellationToken);
        var open = await db.Set<TrafficHour>().AsNoTracking().Where(t => t.Hour >= closed.Until).ToListAsync(cancellationToken);
        var sums = Sums.Of(open).With(closed.Sums);
        var receivedToday = open.Where(t => t.Hour.Date == now.Date).Sum(t => t.Received);
        var leagues = directory.Current.Leagues;
        var forGames = waiting.Where(w => leagues.TryGetValue(w.League, out var l) && l.HubIndex == w.Dest).Sum(w => w.Count);
        return new LedgerTotals(
            sums.Received, sums.Written, sums.Delivered, sums.Consumed, sums.Relayed,
            receivedToday, forGames, waiting.Sum(w => w.Count) - forGames);
    }

    // Days before yesterday: no commit adds to them any more, however long it took and whichever process makes it. Summed
    // once an hour all the same, for the sake of hours that somebody brings in afterwards
    private async Task<Closed> ClosedAsync(HubDb db, DateTime now, CancellationToken cancellationToken)
    {
        var hour = now.Date.AddHours(now.Hour);
        if (_closed is { } known && known.Hour == hour)
        {
            return known;
        }

        await _summing.WaitAsync(cancellationToken);
        try
        {
            if (_closed is { } meanwhile && meanwhile.Hour == hour)
            {
                return meanwhile;
            }

            var until = now.Date.AddDays(-1);
            var sums = await db.Set<TrafficHour>().Where(t => t.Hour < until).GroupBy(_ => 1).Select(g => new Sums(
                g.Sum(t => t.Received), g.Sum(t => t.Written), g.Sum(t => t.Delivered), g.Sum(t => t.Consumed), g.Sum(t => t.Relayed)))
                .SingleOrDefaultAsync(cancellationToken);
            return _closed = new Closed(hour, until, sums ?? new Sums(0, 0, 0, 0, 0));
        }
        finally
        {
            _summing.Release();
        }
    }

    private sealed record Closed(DateTime Hour, DateTime Until, Sums Sums);

    private sealed record Sums(long Received, long Written, long Delivered, long Consumed, long Relayed)
    {
        public static Sums Of(IReadOnlyCollection<TrafficHour> hours) => new(
            hours.Sum(t => t.Received), hours.Sum(t => t.Written), hours.Sum(t => t.Delivered), hours.Sum(t => t.Consumed), hours.Sum(t => t.Relayed));

        public Sums With(Sums other) => new(
            Received + other.Received, Written + other.Written, Delivered + other.Delivered, Consumed + other.Consumed, Relayed + other.Relayed);
    }
}
