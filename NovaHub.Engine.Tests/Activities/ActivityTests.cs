using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Accounts;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Activities;

public class ActivityTests
{
    [Fact]
    public async Task What_is_done_to_leagues_boards_and_people_is_told_in_order()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var boards = hub.Get<BbsAdmin>();
        var alpha = hub.Get<HubDirectory>().Current.Leagues[league].Members[2];
        await boards.RotateAsync(alpha.ClientId, default);
        await boards.SetActiveAsync(alpha.ClientId, false, default);
        await boards.SetActiveAsync(alpha.ClientId, true, default);
        await hub.Get<AccountAdmin>().AddUserAsync("Ada", HubRoles.Admin, "correct horse", default);
        var told = await ListAsync(hub, new ActivityFilter());
        Assert.Equal(
            [
                ActivityKind.LeagueAdded, ActivityKind.NodelistPublished, ActivityKind.BoardAdded, ActivityKind.NodelistPublished, ActivityKind.BoardAdded,
                ActivityKind.NodelistPublished, ActivityKind.SecretRotated, ActivityKind.BoardDisabled, ActivityKind.BoardEnabled, ActivityKind.AccountAdded,
            ],
            told.Reverse().Select(a => a.Kind));
        Assert.Equal(["Alpha 900 got a new secret; the old one and its tokens are dead."], told.Where(a => a.Kind == ActivityKind.SecretRotated).Select(a => a.Sentence));
        Assert.Equal(4, (await ListAsync(hub, new ActivityFilter(BbsId: alpha.Id))).Count);
        Assert.Equal(3, (await ListAsync(hub, new ActivityFilter(League: league, Kind: ActivityKind.NodelistPublished))).Count);
    }

    [Fact]
    public async Task What_a_person_does_to_leagues_and_boards_is_told_as_theirs_and_what_changes_nothing_is_not_told()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var boards = hub.Get<BbsAdmin>();
        var alpha = hub.Get<HubDirectory>().Current.Leagues[league].Members[2];
        using (ActingPerson.Begin("Ada"))
        {
            await boards.ChangeAsync(alpha.ClientId, new BbsEntry("Omega", "Bern", "", ""), default);
            await boards.ChangeAsync(alpha.ClientId, new BbsEntry("Omega", "Bern", "", ""), default);
            await boards.ChangeSeatAsync(alpha.ClientId, new SeatRequest(league, 9, "13:900/9"), default);
            await boards.ChangeSeatAsync(alpha.ClientId, new SeatRequest(league, 9, "13:900/9"), default);
            await boards.LeaveAsync(alpha.ClientId, league, default);
            await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.Name = "Other", default);
        }

        await boards.RotateAsync(alpha.ClientId, default);
        var told = (await ListAsync(hub, new ActivityFilter())).Where(a => a.Kind != ActivityKind.NodelistPublished).Take(5).Reverse().Select(a => (a.Kind, a.Who, a.Sentence));
        Assert.Equal(
            [
                (ActivityKind.BoardChanged, "Ada", "The entry of Omega was changed: name “Alpha 900”, city."),
                (ActivityKind.BoardChanged, "Ada", "Omega is node 9 of 900B now, 13:900/9."),
                (ActivityKind.BoardLeft, "Ada", "Omega left 900B; node 9 is free."),
                (ActivityKind.LeagueChanged, "Ada", "League 900B, Other, was changed."),
                (ActivityKind.SecretRotated, null, "Omega got a new secret; the old one and its tokens are dead."),
            ],
            told);
        Assert.Equal("Ada", (await ListAsync(hub, new ActivityFilter(Kind: ActivityKind.NodelistPublished)))[0].Who);
    }

    [Fact]
    public async Task The_activity_of_the_last_while_is_counted_up_to_a_limit()
    {
        await using var hub = await TestHub.StartAsync();
        var log = hub.Get<ActivityLog>();
        var now = DateTime.UtcNow;
        foreach (var (hours, kind) in new[] { (30, ActivityKind.UploadRefused), (5, ActivityKind.UploadRefused), (1, ActivityKind.UploadRefused), (1, ActivityKind.SignedIn) })
        {
            await log.AddAsync(new Activity { At = now.AddHours(-hours), Kind = kind, Sentence = "x", BbsId = 4 });
        }

        Assert.Equal(2, await log.CountAsync(new ActivityFilter(BbsId: 4, Kind: ActivityKind.UploadRefused), now.AddDays(-1), 100, default));
        Assert.Equal(1, await log.CountAsync(new ActivityFilter(BbsId: 4, Kind: ActivityKind.UploadRefused), now.AddDays(-1), 1, default));
        Assert.Equal(0, await log.CountAsync(new ActivityFilter(BbsId: 5), now.AddDays(-1), 100, default));
    }

    [Fact]
    public async Task What_is_refused_leaves_no_trace_of_having_been_done()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.AddSandboxLeagueAsync();
        var before = (await ListAsync(hub, new ActivityFilter())).Count;
        await Assert.ThrowsAsync<RefusedException>(() => hub.Get<BbsAdmin>().AddAsync("Gamma", [new SeatRequest(LeagueId.Parse("900B"), 2)], default));
        Assert.Equal(before, (await ListAsync(hub, new ActivityFilter())).Count);
    }

    [Fact]
    public async Task The_end_of_a_run_and_a_packet_put_back_are_told_once()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var id = await hub.SendAsync(league, 2, 1);
        var run = await hub.RunAsync(league);
        await Eventually.TrueAsync(async () => (await ListAsync(hub, new ActivityFilter(Kind: ActivityKind.RunEnded))).Count == 1, "The end of the run is told");
        await hub.Get<PacketRequeue>().RequeueAsync(id, "Ada", default);
        var requeued = Assert.Single(await ListAsync(hub, new ActivityFilter(Kind: ActivityKind.Requeued)));
        Assert.Equal(("Ada", id, league), (requeued.Who, requeued.PacketId!.Value, requeued.LeagueId!.Value));
        await hub.RunAsync(league);
        await Eventually.TrueAsync(async () => (await ListAsync(hub, new ActivityFilter(Kind: ActivityKind.RunEnded))).Count == 2, "The end of the second run is told");
        var ended = (await ListAsync(hub, new ActivityFilter(Kind: ActivityKind.RunEnded)))[^1];
        Assert.Equal((run.Run.Id, run.Run.Summary, false), (ended.RunId!.Value, ended.Sentence, ended.Notable));
    }

    [Fact]
    public async Task A_refused_upload_is_told_with_its_reason_and_wakes_the_page()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var woken = hub.Get<ActivityLog>().Feed.State;
        var board = hub.Get<HubDirectory>().Current.Leagues[league].Members[2];
        Assert.NotNull(hub.Get<PacketIntake>().Judge(board, "900B", "900B0301.001").Refusal);
        await Eventually.TrueAsync(async () => (await ListAsync(hub, new ActivityFilter(BbsId: board.Id, Kind: ActivityKind.UploadRefused))).Count == 1, "The refusal is told");
        var told = (await ListAsync(hub, new ActivityFilter(Kind: ActivityKind.UploadRefused)))[0];
        Assert.Contains("900B0301.001 comes from node 3", told.Sentence);
        Assert.True(told.Notable);
        Assert.Equal(league, told.LeagueId);
        await Eventually.TrueAsync(() => Task.FromResult(hub.Get<ActivityLog>().Feed.State > woken), "The feed moves");
    }

    [Fact]
    public void Of_each_board_a_few_refusals_a_minute_are_told_and_the_rest_is_counted()
    {
        var clock = new FakeTimeProvider();
        var gate = new RefusalGate(clock);
        Assert.Equal(RefusalGate.PerMinute, Enumerable.Range(0, 100).Count(i => gate.Tells(1, "The Dive", $"{i}")));
        Assert.Equal(1, Enumerable.Range(0, 10).Count(_ => gate.Tells(3, "The Attic", "always the same")));
        Assert.True(gate.Tells(2, "Last Resort", "0"));
        Assert.Empty(gate.TakeOver());
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([(1, "The Dive", 95)], gate.TakeOver());
        Assert.Empty(gate.TakeOver());
        // All the same ones again: it is known
        Assert.Equal(0, Enumerable.Range(0, 100).Count(i => gate.Tells(1, "The Dive", $"{i}")));
        Assert.True(gate.Tells(1, "The Dive", "another"));
        clock.Advance(RefusalGate.Repeat);
        Assert.Empty(gate.TakeOver());
        Assert.Equal(5, Enumerable.Range(0, 100).Count(i => gate.Tells(1, "The Dive", $"{i}")));
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Empty(gate.TakeOver());
        Assert.Equal(RefusalGate.PerMinute, Enumerable.Range(0, 100).Count(i => gate.Tells(1, "The Dive", $"{i}")));
        // Names without end take bounded memory
        Assert.Equal(0, Enumerable.Range(0, 5000).Count(i => gate.Tells(1, "The Dive", $"name {i}")));
    }

    [Fact]
    public async Task A_file_that_is_offered_with_every_call_is_told_once()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var board = hub.Get<HubDirectory>().Current.Leagues[league].Members[2];
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        // Each call to a hub of its own, as after a restart: nothing is remembered but what the database has
        for (var call = 0; call < 4; call++)
        {
            using var refused = new RefusedUploads(hub.Get<ActivityLog>(), hub.Get<GroupCommit>(), clock, NullLogger<RefusedUploads>.Instance);
            await refused.StartAsync(default);
            refused.Note(board.Id, board.Name, league, "900B0301.001 comes from node 3.");
            var at = clock.GetUtcNow().UtcDateTime;
            await Eventually.TrueAsync(async () => await LastAsync() == at, "The call is noted");
            await refused.StopAsync(default);
            clock.Advance(TimeSpan.FromDays(6));
        }

        Assert.Single(await ListAsync(hub, new ActivityFilter(Kind: ActivityKind.UploadRefused)));

        async Task<DateTime?> LastAsync()
        {
            await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
            return (await db.Set<RefusedUpload>().SingleOrDefaultAsync())?.LastAt;
        }
    }

    [Fact]
    public async Task Pages_lead_to_older_activity_and_back()
    {
        await using var hub = await TestHub.StartAsync();
        var log = hub.Get<ActivityLog>();
        for (var i = 1; i <= 25; i++)
        {
            await log.AddAsync(new Activity { Kind = ActivityKind.SignedIn, Sentence = $"{i}" });
        }

        var first = await log.ListAsync(new ActivityFilter(), null, false, 10, default);
        Assert.Equal((10, false, true, "25"), (first.Items.Count, first.HasNewer, first.HasOlder, first.Items[0].Sentence));
        var second = await log.ListAsync(new ActivityFilter(), first.Items[^1].Id, false, 10, default);
        Assert.Equal((true, true, "15"), (second.HasNewer, second.HasOlder, second.Items[0].Sentence));
        var third = await log.ListAsync(new ActivityFilter(), second.Items[^1].Id, false, 10, default);
        Assert.Equal((5, true, false), (third.Items.Count, third.HasNewer, third.HasOlder));
        var back = await log.ListAsync(new ActivityFilter(), third.Items[0].Id, true, 10, default);
        Assert.Equal(second.Items.Select(i => i.Id), back.Items.Select(i => i.Id));
        var front = await log.ListAsync(new ActivityFilter(), back.Items[0].Id, true, 10, default);
        Assert.Equal((first.Items[0].Id, false), (front.Items[0].Id, front.HasNewer));
    }

    private static async Task<IReadOnlyList<Activity>> ListAsync(TestHub hub, ActivityFilter filter) =>
        (await hub.Get<ActivityLog>().ListAsync(filter, null, false, 200, default)).Items;
}
