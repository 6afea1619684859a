using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Live;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts;

/// <summary>The alerts that are open at one moment. Immutable.</summary>
/// <param name="Worst">The worst first, then the latest; at most <see cref="Most"/>.</param>
/// <param name="Count">How many are open in all.</param>
/// <param name="New">How many of them nobody has taken note of.</param>
public sealed record OpenAlerts(IReadOnlyList<Alert> Worst, int Count, int New)
{
    /// <summary>How many are kept at hand.</summary>
    public const int Most = 50;
}

/// <summary>Which alerts a list shows.</summary>
public enum AlertScope
{
    /// <summary>What is not over.</summary>
    Open,

    /// <summary>What nobody has taken note of yet.</summary>
    New,

    /// <summary>What somebody took note of and is not over.</summary>
    Acknowledged,

    /// <summary>What is over.</summary>
    Resolved,

    /// <summary>All.</summary>
    All,
}

/// <summary>Which alerts are looked for. What is null does not matter.</summary>
public sealed record AlertFilter(
    AlertScope Scope = AlertScope.Open, AlertKind? Kind = null, AlertWeight? Weight = null, LeagueId? League = null, int? BbsId = null);

/// <summary>What alerts are sorted by.</summary>
public enum AlertOrder
{
    /// <summary>When they were raised.</summary>
    Raised,

    /// <summary>When they last changed.</summary>
    Changed,

    /// <summary>How much they weigh, then when they last changed.</summary>
    Weight,
}

/// <summary>One page of alerts.</summary>
/// <param name="Items">The alerts.</param>
/// <param name="Total">How many fit in all.</param>
public sealed record AlertPage(IReadOnlyList<Alert> Items, int Total);

/// <summary>One alert with what was written about it.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Notes">Oldest first; the latest <see cref="AlertBook.MostNotes"/>.</param>
/// <param name="Before">The alert that told of the same condition before this one, or null.</param>
public sealed record AlertReport(Alert Alert, IReadOnlyList<AlertNote> Notes, Alert? Before);

/// <summary>Reads alerts for people. Pages follow <see cref="Feed"/>, which tells what is open and moves with every change, also of other processes.</summary>
public sealed class AlertBook : IDisposable
{
    /// <summary>Of an alert's notes at most so many are read.</summary>
    public const int MostNotes = 200;

    /// <summary>The signal that other processes see.</summary>
    internal const string Topic = "alerts";

    private readonly IDbContextFactory<HubDb> _databases;
    private readonly SignalWatch _signals;
    private readonly ILogger<AlertBook> _log;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _disposed = new();
    private int _asked;

    /// <summary>Follows what other processes change, too.</summary>
    public AlertBook(IDbContextFactory<HubDb> databases, SignalWatch signals, TimeProvider clock, ILogger<AlertBook> log)
    {
        (_databases, _signals, _clock, _log) = (databases, signals, clock, log);
        signals.Changed += OnSignal;
        Refresh();
    }

    /// <summary>What is open, read once for everybody; null until it was read. It moves after every change of any alert.</summary>
    public LiveFeed<OpenAlerts?, OpenAlerts> Feed { get; } = new(null, (_, now) => now, capacity: 64);

    /// <summary>A page of alerts, sorted and cut by the database.</summary>
    public async Task<AlertPage> ListAsync(AlertFilter filter, AlertOrder order, bool descending, int skip, int take, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var fitting = Fitting(db.Set<Alert>().AsNoTracking(), filter);
        var items = await Sorted(fitting, order, descending).Skip(skip).Take(take).ToListAsync(cancellationToken);
        return new AlertPage(items, await fitting.CountAsync(cancellationToken));
    }

    /// <summary>One alert with its notes, or null.</summary>
    public async Task<AlertReport?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var alerts = db.Set<Alert>().AsNoTracking();
        if (await alerts.SingleOrDefaultAsync(a => a.Id == id, cancellationToken) is not { } alert)
        {
            return null;
        }

        var notes = await db.Set<AlertNote>().AsNoTracking().Where(n => n.AlertId == id).OrderByDescending(n => n.Id).Take(MostNotes).ToListAsync(cancellationToken);
        notes.Reverse();
        var same = alert switch
        {
            { BbsId: { } bbs } => alerts.Where(a => a.BbsId == bbs),
            { LeagueId: { } league } => alerts.Where(a => a.LeagueId == league),
            _ => alerts.Where(a => a.Kind == alert.Kind),
        };
        var before = await same.Where(a => a.Id < id && a.Key == alert.Key).OrderByDescending(a => a.Id).FirstOrDefaultAsync(cancellationToken);
        return new AlertReport(alert, notes, before);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.Changed -= OnSignal;
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private static IQueryable<Alert> Fitting(IQueryable<Alert> all, AlertFilter filter)
    {
        all = filter.Scope switch
        {
            AlertScope.Open => all.Where(a => a.ResolvedAt == null),
            AlertScope.New => all.Where(a => a.ResolvedAt == null && a.AcknowledgedAt == null),
            AlertScope.Acknowledged => all.Where(a => a.ResolvedAt == null && a.AcknowledgedAt != null),
            AlertScope.Resolved => all.Where(a => a.ResolvedAt != null),
            _ => all,
        };
        all = filter.Kind is { } kind ? all.Where(a => a.Kind == kind) : all;
        all = filter.Weight is { } weight ? all.Where(a => a.Weight == weight) : all;
        all = filter.League is { } league ? all.Where(a => a.LeagueId == league) : all;
        return filter.BbsId is { } bbs ? all.Where(a => a.BbsId == bbs) : all;
    }

    // The weight is kept as a word, and its words don't sort as they weigh
    private static IOrderedQueryable<Alert> Sorted(IQueryable<Alert> alerts, AlertOrder order, bool descending) => (order, descending) switch
    {
        (AlertOrder.Raised, false) => alerts.OrderBy(a => a.Id),
        (AlertOrder.Raised, true) => alerts.OrderByDescending(a => a.Id),
        (AlertOrder.Changed, false) => alerts.OrderBy(a => a.ChangedAt).ThenBy(a => a.Id),
        (AlertOrder.Changed, true) => alerts.OrderByDescending(a => a.ChangedAt).ThenByDescending(a => a.Id),
        (_, false) => alerts.OrderBy(a => a.Weight == AlertWeight.Bad ? 1 : 0).ThenByDescending(a => a.ChangedAt).ThenByDescending(a => a.Id),
        _ => alerts.OrderByDescending(a => a.Weight == AlertWeight.Bad ? 1 : 0).ThenByDescending(a => a.ChangedAt).ThenByDescending(a => a.Id),
    };

    private void OnSignal(string topic)
    {
        if (topic == Topic)
        {
            Refresh();
        }
    }

    // One reading at a time; what is asked for meanwhile is answered by one more
    private void Refresh()
    {
        if (Interlocked.Increment(ref _asked) == 1)
        {
            _ = ReadAsync(_disposed.Token);
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var asked = Volatile.Read(ref _asked);
            try
            {
                Feed.Publish(await OpenAsync(cancellationToken));
                if (Interlocked.CompareExchange(ref _asked, 0, asked) == asked)
                {
                    return;
                }
            }
            catch (DbException failure)
            {
                Log.NotRead(_log, failure);
                await Task.Delay(TimeSpan.FromSeconds(1), _clock, CancellationToken.None);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<OpenAlerts> OpenAsync(CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var open = Fitting(db.Set<Alert>().AsNoTracking(), new AlertFilter());
        var worst = await Sorted(open, AlertOrder.Weight, true).Take(OpenAlerts.Most).ToListAsync(cancellationToken);
        return worst.Count < OpenAlerts.Most
            ? new OpenAlerts(worst, worst.Count, worst.Count(a => a.State == AlertState.New))
            : new OpenAlerts(worst, await open.CountAsync(cancellationToken), await open.CountAsync(a => a.AcknowledgedAt == null, cancellationToken));
    }
}
