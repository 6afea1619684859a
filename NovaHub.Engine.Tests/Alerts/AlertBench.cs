using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Alerts;

/// <summary>A real hub whose alerts are looked at by hand, on a clock that is moved by hand.</summary>
internal sealed class AlertBench : IAsyncDisposable
{
    private readonly List<BoardHabits> _habits = [];

    private AlertBench(TestHub hub)
    {
        Hub = hub;
        Habits = Restarted();
    }

    public TestHub Hub { get; }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public DateTime Now => Clock.GetUtcNow().UtcDateTime;

    public IDbContextFactory<HubDb> Databases => Hub.Get<IDbContextFactory<HubDb>>();

    public AlertDesk Desk => new(Hub.Get<GroupCommit>(), Clock);

    public DosMachines Machines => Hub.Get<DosMachines>();

    /// <summary>Habits as a hub tells them that has been up since the bench began.</summary>
    public BoardHabits Habits { get; }

    public static async Task<AlertBench> StartAsync()
    {
        var bench = new AlertBench(await TestHub.StartAsync());
        await bench.Habits.BeginAsync(null, default);
        return bench;
    }

    /// <summary>Habits as a hub that starts now would tell them.</summary>
    public BoardHabits Restarted()
    {
        var habits = new BoardHabits(Databases, Hub.Get<GroupCommit>(), Clock);
        _habits.Add(habits);
        return habits;
    }

    /// <summary>A watch as a process that starts now would have it.</summary>
    public AlertWatch Watch(params IAlertRule[] rules) => new(
        rules, new AlertKeeper(Databases, Hub.Get<GroupCommit>(), Clock), Habits, Hub.Get<SignalWatch>(), Hub.Get<LedgerEvents>(), Clock, NullLogger<AlertWatch>.Instance);

    /// <summary>Has the rules look once, in a process of their own, and gives every alert, oldest first.</summary>
    public async Task<IReadOnlyList<Alert>> LookAsync(params IAlertRule[] rules)
    {
        using var watch = Watch(rules);
        await watch.LookAsync(null, default);
        return await AlertsAsync();
    }

    public async Task<IReadOnlyList<Alert>> AlertsAsync()
    {
        await using var db = await Databases.CreateDbContextAsync();
        return await db.Set<Alert>().AsNoTracking().OrderBy(a => a.Id).ToListAsync();
    }

    public async Task StoreAsync(params object[] rows)
    {
        await using var db = await Databases.CreateDbContextAsync();
        db.AddRange(rows);
        await db.SaveChangesAsync();
    }

    /// <summary>A board spoke in these hours before now, and last so long ago.</summary>
    public async Task SpokeAsync(int bbsId, TimeSpan ago, IEnumerable<int> hoursAgo)
    {
        await using var db = await Databases.CreateDbContextAsync();
        var hour = Now.Date.AddHours(Now.Hour);
        await db.Set<BbsHour>().Where(h => h.BbsId == bbsId).ExecuteDeleteAsync();
        db.AddRange(hoursAgo.Select(h => new BbsHour { BbsId = bbsId, Hour = hour.AddHours(-h) }));
        await db.SaveChangesAsync();
        var at = Now - ago;
        await db.Set<Bbs>().Where(b => b.Id == bbsId).ExecuteUpdateAsync(b => b.SetProperty(x => x.LastSeenAt, at));
    }

    public async ValueTask DisposeAsync()
    {
        _habits.ForEach(h => h.Dispose());
        await Hub.DisposeAsync();
    }
}

/// <summary>A rule that sees what a test tells it to see.</summary>
internal sealed class ToldRule(params AlertCondition[] conditions) : IAlertRule
{
    public AlertKind Kind { get; init; } = AlertKind.LeagueStopped;

    public IReadOnlyList<string> Topics { get; init; } = [];

    public int Looks { get; private set; }

    public Exception? Failure { get; set; }

    public IReadOnlyList<AlertCondition> Conditions { get; set; } = conditions;

    public Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        Looks++;
        return Failure is null ? Task.FromResult(Conditions) : Task.FromException<IReadOnlyList<AlertCondition>>(Failure);
    }
}
