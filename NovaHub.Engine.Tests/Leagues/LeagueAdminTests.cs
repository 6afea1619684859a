using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Schedules;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Leagues;

public sealed class LeagueAdminTests : IAsyncLifetime
{
    private static readonly LeagueId League = LeagueId.Parse("900B");

    private static readonly DateTime s_longAgo = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private TestHub _hub = default!;
    private LeagueAdmin _leagues = default!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        await _hub.AddSandboxLeagueAsync();
        _leagues = _hub.Get<LeagueAdmin>();
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(2, "Node 2 of 900B is Alpha 900")]
    [InlineData(0, "0 is no BBS index")]
    public async Task The_hub_s_node_is_one_that_is_free(int index, string reason)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _leagues.ChangeAsync(League, l => l.HubIndex = index, default));
        Assert.Contains(reason, refused.Message);
    }

    [Fact]
    public async Task The_hub_s_node_stays_while_mail_waits_for_it()
    {
        await _leagues.ChangeAsync(League, l => l.HubIndex = 9, default);
        Assert.Equal(9, _hub.Get<HubDirectory>().Current.Leagues[League].HubIndex);
        await _hub.SendAsync(League, 2, 1, dest: 9);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _leagues.ChangeAsync(League, l => l.HubIndex = 1, default));
        Assert.Contains("Run the league first", refused.Message);
    }

    [Fact]
    public async Task A_folder_that_went_missing_does_not_stand_in_the_way_of_a_pause()
    {
        Directory.Delete(_hub.GameOf(League), recursive: true);
        await _leagues.ChangeAsync(League, l => l.PausedAt = DateTime.UtcNow, default);
        Assert.True(_hub.Get<HubDirectory>().Current.Leagues[League].IsPaused);
        await Assert.ThrowsAsync<RefusedException>(() => _leagues.ChangeAsync(League, l => l.GameFolder = "/no/such/folder", default));
    }

    [Fact]
    public async Task A_draft_says_what_would_change_and_changes_nothing()
    {
        var history = _hub.Get<NodelistHistory>();
        Assert.False((await history.DraftAsync(League, default)).Result.Changed);
        await using (var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync())
        {
            await db.Set<Bbs>().Where(b => b.Name == "Alpha 900").ExecuteUpdateAsync(s => s.SetProperty(b => b.City, "Graz"));
        }

        var before = await history.VersionsAsync(League, 10, default);
        var draft = await history.DraftAsync(League, default);
        Assert.True(draft.Result.Changed);
        Assert.Equal(["Node 2, city: nothing became “Graz”."], draft.Differences);
        Assert.Equal(before.Count, (await history.VersionsAsync(League, 10, default)).Count);

        await _leagues.RegenerateAsync(League, default);
        Assert.Equal(draft.Bytes, (await history.FindAsync(League, null, default))!.Bytes);
        Assert.Equal(before[0].Version + 1, (await history.VersionsAsync(League, 1, default))[0].Version);
    }

    [Fact]
    public async Task Two_versions_differ_in_words()
    {
        var history = _hub.Get<NodelistHistory>();
        var two = (await history.FindAsync(League, 2, default))!;
        var three = (await history.FindAsync(League, 3, default))!;
        Assert.Equal(
            ["Node 1, routes for: “2” became “2 3”.", "Node 3 is new: Beta 900, 13:900/3."],
            NodelistHistory.Differences(two.Bytes, three.Bytes));
        Assert.Contains("Node 3 is gone: Beta 900, 13:900/3.", NodelistHistory.Differences(three.Bytes, two.Bytes));
        Assert.Null(await history.FindAsync(League, 4711, default));
    }

    [Fact]
    public async Task The_route_map_names_each_route_with_its_latest_packet_and_what_waits()
    {
        var routes = _hub.Get<RouteMap>();
        Assert.Empty(routes.Read(League, s_longAgo));
        await _hub.SendAsync(League, 2, 998);
        await _hub.SendAsync(League, 2, 1);
        await _hub.SendAsync(League, 3, 7, dest: 2);
        Assert.Equal(
            [(2, 1, 2, "900B0201.001", 2L), (3, 2, 1, "900B0302.007", 1L)],
            routes.Read(League, s_longAgo).Select(r => (r.Source, r.Dest, r.Waiting, r.Last.ToString(), r.Ever)));
        Assert.Empty(routes.Read(LeagueId.Parse("901B"), s_longAgo));
    }

    [Theory]
    [InlineData(RouteMap.NextRoute, "(LeagueId=? AND (Source,Dest)>(?,?))")]
    [InlineData(RouteMap.Latest, "IX_Packets_Route (LeagueId=? AND Source=? AND Dest=?)")]
    [InlineData(RouteMap.WaitingBySender, "IX_Packets_Waiting (LeagueId=? AND Dest=?)")]
    public void The_route_map_never_walks_the_ledger(string sql, string seek)
    {
        var plan = _hub.Get<LedgerReads>().Read(sight =>
        {
            using var rows = sight.Query("EXPLAIN QUERY PLAN " + sql, "900B", 1, 2);
            var lines = new List<string>();
            while (rows.Read())
            {
                lines.Add(rows.GetString(3));
            }

            return lines;
        });
        Assert.Contains(plan, l => l.Contains(seek));
        Assert.DoesNotContain(plan, l => l.StartsWith("SCAN Packets"));
    }

    [Fact]
    public void A_preview_has_the_next_five_times_in_utc()
    {
        var now = new DateTime(2026, 7, 1, 12, 1, 0, DateTimeKind.Utc);
        var preview = CronPreview.Of(" 0 0/30 * * * ? ", null, now);
        Assert.Null(preview.Refusal);
        Assert.Equal([30, 60, 90, 120, 150], preview.Times.Select(t => (int)(t.Utc - now.Date.AddHours(12)).TotalMinutes));
        Assert.All(preview.Times, t => Assert.Equal(DateTimeKind.Utc, t.Utc.Kind));
        Assert.Equal(new CronPreview([], null).Times, CronPreview.Of("  ", null, now).Times);
        Assert.Contains("is no cron expression", CronPreview.Of("every day", null, now).Refusal);
        Assert.Contains("never comes", CronPreview.Of("0 0 0 1 1 ? 2020", null, now).Refusal);
    }

    [Fact]
    public async Task The_schedule_book_follows_the_leagues()
    {
        await using var hub = await TestHub.StartAsync(schedules: true);
        await hub.AddSandboxLeagueAsync();
        var book = hub.Get<ScheduleBook>();
        var changes = 0;
        book.Changed += () => Interlocked.Increment(ref changes);
        Assert.Equal(new LeagueTimes(null, null, null), book.TimesOf(League));

        await hub.Get<LeagueAdmin>().ChangeAsync(League, l => l.Cron = "0 0 4 * * ?", default);
        var times = await Eventually.GetAsync(() => Task.FromResult(book.TimesOf(League) is { Next: not null } set ? set : null), "A cron trigger");
        Assert.Equal(4, times.Next!.Value.Hour);
        Assert.NotEqual(0, Volatile.Read(ref changes));

        await hub.Get<LeagueAdmin>().ChangeAsync(League, l => l.PausedAt = DateTime.UtcNow, default);
        await Eventually.TrueAsync(() => Task.FromResult(book.TimesOf(League).Next is null), "No trigger");
    }
}
