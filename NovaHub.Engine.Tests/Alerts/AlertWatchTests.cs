using NovaHub.Engine.Alerts;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Alerts;

public class AlertWatchTests
{
    private static readonly AlertCondition Stopped = new("stopped:900B:folder", AlertWeight.Bad, "The game folder is gone.") { League = LeagueId.Parse("900B") };

    [Fact]
    public async Task A_condition_has_one_open_alert_however_often_and_by_whom_it_is_seen()
    {
        await using var bench = await AlertBench.StartAsync();
        var watches = Enumerable.Range(0, 4).Select(_ => bench.Watch(new ToldRule(Stopped))).ToList();
        await Task.WhenAll(watches.Select(w => Task.Run(() => w.LookAsync(null, default))));
        await Task.WhenAll(watches.Select(w => Task.Run(() => w.LookAsync(null, default))));
        watches.ForEach(w => w.Dispose());
        var alert = Assert.Single(await bench.AlertsAsync());
        Assert.Equal((AlertState.New, AlertWeight.Bad, 1, "The game folder is gone."), (alert.State, alert.Weight, alert.Times, alert.Sentence));
        Assert.Equal((bench.Now, bench.Now), (alert.RaisedAt, alert.ChangedAt));
    }

    [Fact]
    public async Task An_alert_follows_its_condition_and_ends_by_itself_with_it()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.LookAsync(new ToldRule(Stopped));
        var raised = bench.Now;
        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        // Other words alone are no change of the thing
        var alert = Assert.Single(await bench.LookAsync(new ToldRule(Stopped with { Sentence = "It is gone still." })));
        Assert.Equal((raised, "It is gone still."), (alert.ChangedAt, alert.Sentence));
        alert = Assert.Single(await bench.LookAsync(new ToldRule(Stopped with { Times = 3, RunId = 7, Weight = AlertWeight.Notice })));
        Assert.Equal((bench.Now, raised, 3, 7L, AlertWeight.Notice), (alert.ChangedAt, alert.RaisedAt, alert.Times, alert.RunId!.Value, alert.Weight));
        alert = Assert.Single(await bench.LookAsync(new ToldRule(Stopped with { Times = 1 })));
        Assert.Equal(3, alert.Times);
        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        alert = Assert.Single(await bench.LookAsync(new ToldRule()));
        Assert.Equal((AlertState.Resolved, bench.Now, null), (alert.State, alert.ResolvedAt!.Value, alert.ResolvedBy));
        // It comes back: a new alert, the old one stays as it was
        var both = await bench.LookAsync(new ToldRule(Stopped));
        Assert.Equal([AlertState.Resolved, AlertState.New], both.Select(a => a.State));
    }

    [Fact]
    public async Task What_somebody_closed_stays_closed_while_it_goes_on_also_after_a_restart()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.LookAsync(new ToldRule(Stopped));
        await bench.Desk.ResolveAsync([1], "Ada", default);
        for (var i = 0; i < 3; i++)
        {
            bench.Clock.Advance(TimeSpan.FromHours(1));
            // Each look is a process of its own
            Assert.Equal("Ada", Assert.Single(await bench.LookAsync(new ToldRule(Stopped))).ResolvedBy);
        }
    }

    [Fact]
    public async Task What_somebody_closed_is_an_alert_again_when_it_went_away_in_between_also_across_a_restart()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.LookAsync(new ToldRule(Stopped));
        await bench.Desk.ResolveAsync([1], "Ada", default);
        // On a clock that stands still, too
        await bench.LookAsync(new ToldRule());
        var alerts = await bench.LookAsync(new ToldRule(Stopped));
        Assert.Equal([AlertState.Resolved, AlertState.New], alerts.Select(a => a.State));
        Assert.Equal("Ada", alerts[0].ResolvedBy);
    }

    [Fact]
    public async Task One_process_that_closes_and_sees_it_over_tells_the_same()
    {
        await using var bench = await AlertBench.StartAsync();
        var rule = new ToldRule(Stopped);
        using var watch = bench.Watch(rule);
        await watch.LookAsync(null, default);
        await bench.Desk.ResolveAsync([1], "Ada", default);
        await watch.LookAsync(new HashSet<string> { AlertBook.Topic, "*" }, default);
        rule.Conditions = [];
        await watch.LookAsync(null, default);
        rule.Conditions = [Stopped];
        await watch.LookAsync(null, default);
        Assert.Equal(2, (await bench.AlertsAsync()).Count);
    }

    [Theory]
    [InlineData("a later run")]
    [InlineData("it began anew")]
    [InlineData("it weighs more")]
    public async Task What_somebody_closed_is_an_alert_again_when_it_came_again_unseen(string how)
    {
        await using var bench = await AlertBench.StartAsync();
        var first = Stopped with { Weight = AlertWeight.Notice, RunId = 7, Since = bench.Now.AddHours(-1) };
        await bench.LookAsync(new ToldRule(first));
        await bench.Desk.ResolveAsync([1], "Ada", default);
        Assert.Single(await bench.LookAsync(new ToldRule(first)));
        var again = how switch
        {
            "a later run" => first with { RunId = 8 },
            "it began anew" => first with { Since = bench.Now.AddMinutes(1) },
            _ => first with { Weight = AlertWeight.Bad },
        };
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([AlertState.Resolved, AlertState.New], (await bench.LookAsync(new ToldRule(again))).Select(a => a.State));
    }

    [Fact]
    public async Task A_rule_that_throws_leaves_its_alerts_and_the_other_rules_alone()
    {
        await using var bench = await AlertBench.StartAsync();
        var broken = new ToldRule(Stopped);
        await bench.LookAsync(broken);
        broken.Failure = new InvalidOperationException("no");
        var alerts = await bench.LookAsync(broken, new ToldRule(new AlertCondition("hub:disk", AlertWeight.Bad, "Full.")) { Kind = AlertKind.HubFault });
        Assert.Equal([("stopped:900B:folder", AlertState.New), ("hub:disk", AlertState.New)], alerts.Select(a => (a.Key, a.State)));
    }

    [Fact]
    public async Task A_rule_looks_after_its_own_topics_only()
    {
        await using var bench = await AlertBench.StartAsync();
        var (runs, hub) = (new ToldRule { Topics = [Signal.Runs] }, new ToldRule { Kind = AlertKind.HubFault });
        using var watch = bench.Watch(runs, hub);
        await watch.LookAsync(new HashSet<string> { Signal.Runs }, default);
        Assert.Equal((1, 0), (runs.Looks, hub.Looks));
        await watch.LookAsync(null, default);
        Assert.Equal((2, 1), (runs.Looks, hub.Looks));
    }

    [Fact]
    public async Task Alerts_that_are_over_are_removed_after_400_days_with_their_notes()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.LookAsync(new ToldRule(Stopped));
        await bench.Desk.NoteAsync(1, "Ada", "Seen.", default);
        await bench.LookAsync(new ToldRule());
        await bench.LookAsync(new ToldRule(Stopped));
        bench.Clock.Advance(TimeSpan.FromDays(401));
        await new AlertKeeper(bench.Databases, bench.Hub.Get<GroupCommit>(), bench.Clock).ForgetAsync(default);
        Assert.Equal(2, Assert.Single(await bench.AlertsAsync()).Id);
        Assert.Null(await bench.Hub.Get<AlertBook>().FindAsync(1, default));
    }

    [Fact]
    public async Task A_hub_that_serves_raises_and_ends_alerts_by_itself()
    {
        await using var hub = await TestHub.StartAsync(schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        await hub.WordsAsync(league, "NOLINE");
        var bad = await hub.RunAsync(league);
        Assert.NotEqual(RunOutcome.Good, bad.Run.Outcome);
        var book = hub.Get<AlertBook>();
        await Eventually.TrueAsync(() => Task.FromResult(book.Feed.State is { Worst: [{ Kind: AlertKind.RunNotGood } alert] } && alert.RunId == bad.Run.Id), "The alert is raised");
        await hub.WordsAsync(league, "");
        Assert.Equal(RunOutcome.Good, (await hub.RunAsync(league)).Run.Outcome);
        await Eventually.TrueAsync(() => Task.FromResult(book.Feed.State is { Count: 0 }), "The alert ends");
        Assert.Null((await book.FindAsync(1, default))!.Alert.ResolvedBy);
    }
}
