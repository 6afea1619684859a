using NovaHub.Engine.Activities;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Tests.Alerts;

public class AlertDeskTests
{
    private static readonly LeagueId League = LeagueId.Parse("900B");

    [Fact]
    public async Task Taking_note_is_told_with_who_did_it_and_done_twice_it_is_done_once()
    {
        await using var bench = await WithAlertsAsync(1);
        Assert.Equal(1, await bench.Desk.AcknowledgeAsync([1], "Ada", default));
        Assert.Equal(0, await bench.Desk.AcknowledgeAsync([1], "Sid", default));
        var alert = Assert.Single(await bench.AlertsAsync());
        Assert.Equal((AlertState.Acknowledged, "Ada", bench.Now), (alert.State, alert.AcknowledgedBy, alert.AcknowledgedAt!.Value));
        var told = Assert.Single(await ToldAsync(bench));
        Assert.Equal(("Alert 1 was acknowledged: Alert number 1.", "Ada", League, null), (told.Sentence, told.Who, told.LeagueId!.Value, told.RunId));
    }

    [Fact]
    public async Task Many_are_closed_in_one_commit_and_told_in_one_sentence()
    {
        await using var bench = await WithAlertsAsync(5);
        await bench.Desk.ResolveAsync([3], "Ada", default);
        Assert.Equal(3, await bench.Desk.ResolveAsync([4, 2, 3, 2, 1, 99], "Sid", default));
        Assert.Equal(["Sid", "Sid", "Ada", "Sid", null], (await bench.AlertsAsync()).Select(a => a.ResolvedBy));
        Assert.Equal("3 alerts were resolved: 1, 2, 4.", (await ToldAsync(bench))[0].Sentence);
        // What is over needs nobody to take note of it
        Assert.Equal(0, await bench.Desk.AcknowledgeAsync([1], "Ada", default));
    }

    [Fact]
    public async Task Hands_that_press_at_the_same_time_close_it_once()
    {
        await using var bench = await WithAlertsAsync(1);
        var closed = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => bench.Desk.ResolveAsync([1], $"Hand {i}", default))));
        Assert.Equal(1, closed.Sum());
        Assert.Single(await ToldAsync(bench));
    }

    [Fact]
    public async Task No_alert_and_too_many_are_refused()
    {
        await using var bench = await WithAlertsAsync(1);
        await Assert.ThrowsAsync<RefusedException>(() => bench.Desk.ResolveAsync([], "Ada", default));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => bench.Desk.AcknowledgeAsync([.. Enumerable.Range(1, 101).Select(i => (long)i)], "Ada", default));
        Assert.Equal("101 alerts are chosen; at most 100 go in one act.", refused.Message);
        Assert.Empty(await ToldAsync(bench));
    }

    [Fact]
    public async Task Notes_stay_in_order_and_the_same_one_sent_twice_is_one()
    {
        await using var bench = await WithAlertsAsync(1);
        await bench.Desk.NoteAsync(1, "Ada", " I wrote to its sysop. ", default);
        await bench.Desk.NoteAsync(1, "Ada", "I wrote to its sysop.", default);
        await bench.Desk.NoteAsync(1, "Sid", "I wrote to its sysop.", default);
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        await bench.Desk.NoteAsync(1, "Ada", "I wrote to its sysop.", default);
        var report = (await bench.Hub.Get<AlertBook>().FindAsync(1, default))!;
        Assert.Equal([("Ada", "I wrote to its sysop."), ("Sid", "I wrote to its sysop."), ("Ada", "I wrote to its sysop.")], report.Notes.Select(n => (n.Who, n.Text)));
        // The text of a note is for those who look at the alert
        Assert.Equal(3, (await ToldAsync(bench)).Count(t => t.Sentence == "A note was written about alert 1: Alert number 1."));
    }

    [Theory]
    [InlineData("  ", "The note is empty.")]
    [InlineData(null, "The note has 1001 characters; 1000 fit.")]
    public async Task A_note_without_words_or_with_too_many_is_refused(string? text, string why)
    {
        await using var bench = await WithAlertsAsync(1);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => bench.Desk.NoteAsync(1, "Ada", text ?? new string('x', 1001), default));
        Assert.StartsWith(why, refused.Message);
        Assert.Contains("no alert 9", (await Assert.ThrowsAsync<RefusedException>(() => bench.Desk.NoteAsync(9, "Ada", "Hm.", default))).Message);
    }

    [Fact]
    public async Task An_alert_that_is_closed_before_its_last_change_by_a_clock_put_back_is_closed_behind_it()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.StoreAsync(Alert(1, bench.Now, a => a.ChangedAt = bench.Now.AddMinutes(5)));
        await bench.Desk.ResolveAsync([1], "Ada", default);
        var alert = Assert.Single(await bench.AlertsAsync());
        Assert.Equal(alert.ChangedAt, alert.ResolvedAt);
    }

    [Fact]
    public async Task A_page_is_filtered_sorted_and_cut_by_the_database()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.StoreAsync([.. Enumerable.Range(1, 30).Select(i => Alert(i, bench.Now, a =>
        {
            a.Weight = i % 3 == 0 ? AlertWeight.Bad : AlertWeight.Notice;
            a.ChangedAt = bench.Now.AddMinutes(-i);
            a.AcknowledgedAt = i % 2 == 0 ? bench.Now : null;
            a.ResolvedAt = i > 20 ? bench.Now : null;
        }))]);
        var book = bench.Hub.Get<AlertBook>();
        var worst = await book.ListAsync(new AlertFilter(), AlertOrder.Weight, true, 0, 8, default);
        Assert.Equal((20, "3 6 9 12 15 18 1 2"), (worst.Total, string.Join(' ', worst.Items.Select(a => a.Id))));
        Assert.Equal([4L, 5], (await book.ListAsync(new AlertFilter(), AlertOrder.Weight, true, 8, 2, default)).Items.Select(a => a.Id));
        Assert.Equal([1L, 2], (await book.ListAsync(new AlertFilter(), AlertOrder.Weight, false, 0, 2, default)).Items.Select(a => a.Id));
        Assert.Equal([20L, 19], (await book.ListAsync(new AlertFilter(), AlertOrder.Changed, false, 0, 2, default)).Items.Select(a => a.Id));
        Assert.Equal([30L, 29], (await book.ListAsync(new AlertFilter(AlertScope.All), AlertOrder.Raised, true, 0, 2, default)).Items.Select(a => a.Id));
        async Task<int> CountAsync(AlertFilter filter) => (await book.ListAsync(filter, AlertOrder.Changed, true, 0, 1, default)).Total;
        Assert.Equal((10, 10, 10, 30), (await CountAsync(new(AlertScope.New)), await CountAsync(new(AlertScope.Acknowledged)), await CountAsync(new(AlertScope.Resolved)), await CountAsync(new(AlertScope.All))));
        Assert.Equal((6, 0, 20, 0), (await CountAsync(new(Weight: AlertWeight.Bad)), await CountAsync(new(Kind: AlertKind.HubFault)), await CountAsync(new(League: League)), await CountAsync(new(BbsId: 4))));
        await Eventually.TrueAsync(() => Task.FromResult(book.Feed.State is { Count: 20, New: 10, Worst: [{ Id: 3 }, ..] }), "The open alerts are read");
    }

    [Fact]
    public async Task An_alert_knows_the_one_before_it_and_every_change_moves_the_feed_also_of_other_processes()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.StoreAsync(Alert(1, bench.Now, a => (a.ResolvedAt, a.ResolvedBy) = (bench.Now, "Ada")));
        await bench.StoreAsync(new Alert { Id = 2, Key = "key1", Sentence = "Again.", LeagueId = League, RaisedAt = bench.Now, ChangedAt = bench.Now });
        await using var other = await TestHub.StartAsync(folder: bench.Hub.Folder);
        var book = other.Get<AlertBook>();
        Assert.Equal((2, 1L), ((int)(await book.FindAsync(2, default))!.Alert.Id, (await book.FindAsync(2, default))!.Before!.Id));
        await Eventually.TrueAsync(() => Task.FromResult(book.Feed.State is { New: 1 }), "The open alerts are read");
        await bench.Desk.AcknowledgeAsync([2], "Ada", default);
        await Eventually.TrueAsync(() => Task.FromResult(book.Feed.State is { New: 0, Count: 1 }), "The other process sees it", 5);
    }

    private static async Task<AlertBench> WithAlertsAsync(int count)
    {
        var bench = await AlertBench.StartAsync();
        await bench.StoreAsync([.. Enumerable.Range(1, count).Select(i => Alert(i, bench.Now))]);
        return bench;
    }

    private static Alert Alert(long id, DateTime now, Action<Alert>? with = null)
    {
        var alert = new Alert { Id = id, Kind = AlertKind.RunNotGood, Key = $"key{id}", Sentence = $"Alert number {id}.", LeagueId = League, RunId = 7, RaisedAt = now, ChangedAt = now };
        with?.Invoke(alert);
        return alert;
    }

    private static async Task<IReadOnlyList<Activity>> ToldAsync(AlertBench bench) =>
        (await bench.Hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.AlertHandled), null, false, 50, default)).Items;
}
