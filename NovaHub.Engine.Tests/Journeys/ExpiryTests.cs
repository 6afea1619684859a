using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Packets.Explorer;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Journeys;

public class ExpiryTests
{
    [Fact]
    public async Task What_is_given_up_is_kept_and_offered_to_nobody_until_it_is_put_back()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var ids = new[] { await hub.SendAsync(league, 2, 1, dest: 3), await hub.SendAsync(league, 2, 2, dest: 3), await hub.SendAsync(league, 2, 3, dest: 3) };
        var (mailbox, beta, expiry) = (hub.Get<Mailbox>(), Board(hub, league, 3), hub.Get<PacketExpiry>());

        var plan = await expiry.PlanAsync(ids[..2], default);
        Assert.Null(plan.Refusal);
        Assert.Equal("2 packets wait no longer: Beta 900 does not get them, and nobody tells their senders.", plan.Sentences[0]);
        Assert.Equal(2, (await expiry.ExpireAsync(ids[..2], "Ada", default)).Done);

        Assert.Equal(["900B0203.003"], Listed(mailbox, beta, league, unreadOnly: true));
        Assert.Equal(["900B0203.003"], Listed(mailbox, beta, league, unreadOnly: false));
        Assert.Null(mailbox.Find(new PacketName(league, 2, 3, 1)));
        Assert.Equal(ids[..2], hub.Get<PacketExplorer>().Find(new PacketFilter { State = PacketState.Expired, OldestFirst = true }, null, 10).Packets.Select(p => p.Id));
        Assert.Equal([new WaitingCount(league, 3, 1)], await new WaitingMail(hub.Get<Microsoft.EntityFrameworkCore.IDbContextFactory<HubDb>>()).CountAsync(default));
        var told = Assert.Single(await ToldAsync(hub, ActivityKind.Expired));
        Assert.Equal(("2 packets for Beta 900 were given up: 900B0203.001, 900B0203.002.", "Ada", beta.Id, league), (told.Sentence, told.Who, told.BbsId!.Value, told.LeagueId!.Value));
        Assert.Equal(ids[..2], hub.Get<LedgerEvents>().Feed.State.Latest.Where(e => e.Kind == LedgerEventKind.Expired).Select(e => e.PacketId));
        var journey = (await hub.Get<PacketJourneys>().FindAsync(ids[0], default))!;
        Assert.Equal([(StationKind.Received, null), (StationKind.Expired, "Ada")], journey.Stations.Select(s => (s.Kind, s.Who)));

        var back = await hub.Get<PacketRequeue>().PlanAsync(ids[0], default);
        Assert.Equal("900B0203.001 waits for Beta 900 again, which fetches it with its next poll.", Assert.Single(back.Sentences));
        var answer = await hub.Get<PacketRequeue>().RequeueAsync(ids, "Sid", default);
        Assert.Equal((2, "900B0203.003 waits already."), (answer.Done, Assert.Single(answer.Refusals)));
        Assert.Equal(["900B0203.001", "900B0203.002", "900B0203.003"], Listed(mailbox, beta, league, unreadOnly: true));
        Assert.Equal("2 packets wait for Beta 900 again: 900B0203.001, 900B0203.002.", Assert.Single(await ToldAsync(hub, ActivityKind.Requeued)).Sentence);
    }

    [Fact]
    public async Task Two_who_press_at_once_give_up_once()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var ids = new List<long>();
        for (var i = 1; i <= 20; i++)
        {
            ids.Add(await hub.SendAsync(league, 2, i, dest: 3));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => hub.Get<PacketExpiry>().ExpireAsync(ids, "Ada", default)));
        Assert.Equal(20, answers.Sum(a => a.Done));
        Assert.Equal(80, answers.Sum(a => a.Refusals.Count));
        Assert.Equal(20, hub.Get<LedgerEvents>().Feed.State.Latest.Count(e => e.Kind == LedgerEventKind.Expired));
        Assert.InRange((await ToldAsync(hub, ActivityKind.Expired)).Count, 1, 5);
    }

    [Fact]
    public async Task A_packet_that_was_on_its_way_when_it_was_given_up_is_delivered()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var id = await hub.SendAsync(league, 2, 1, dest: 3);
        var (mailbox, name) = (hub.Get<Mailbox>(), new PacketName(league, 2, 3, 1));
        var underWay = mailbox.Find(name)!;
        Assert.Equal(1, (await hub.Get<PacketExpiry>().ExpireAsync([id], "Ada", default)).Done);
        await mailbox.DeliveredAsync(underWay);
        Assert.Equal(PacketState.Delivered, (await hub.PacketAsync(id)).StateAt(1));
        // And once more delivered it is there like any other
        await hub.Get<PacketRequeue>().RequeueAsync(id, "Ada", default);
        Assert.Equal(PacketState.WaitingForBoard, (await hub.PacketAsync(id)).StateAt(1));
        Assert.True(mailbox.Find(name)!.Unread);
    }

    [Fact]
    public async Task A_packet_in_the_game_can_not_be_given_up_and_one_that_waits_for_it_is_left_out_of_the_next_run()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var (staged, waits) = (await hub.SendAsync(league, 2, 1), await hub.SendAsync(league, 2, 2));
        var (expiry, commits) = (hub.Get<PacketExpiry>(), hub.Get<GroupCommit>());
        await commits.WriteAsync(w => w.Execute("""UPDATE "Packets" SET "StagedInRunId" = 77 WHERE "Id" = @p0""", staged));
        Assert.Contains("is in the game right now", (await expiry.PlanAsync([staged], default)).Refusal);
        var answer = await expiry.ExpireAsync([staged, waits], "Ada", default);
        Assert.Equal((1, "900B0201.001 is in the game right now. Wait for the end of the run."), (answer.Done, Assert.Single(answer.Refusals)));
        await commits.WriteAsync(w => w.Execute("""UPDATE "Packets" SET "StagedInRunId" = NULL WHERE "Id" = @p0""", staged));

        var run = await hub.RunAsync(league);
        Assert.Equal(RunOutcome.Good, run.Run.Outcome);
        Assert.Equal((PacketState.Consumed, PacketState.Expired), ((await hub.PacketAsync(staged)).StateAt(1), (await hub.PacketAsync(waits)).StateAt(1)));
        await hub.Get<PacketRequeue>().RequeueAsync(waits, "Ada", default);
        await hub.RunAsync(league);
        Assert.Equal(PacketState.Consumed, (await hub.PacketAsync(waits)).StateAt(1));
    }

    [Fact]
    public async Task What_is_over_is_not_given_up_and_too_much_at_once_is_refused()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var id = await hub.SendAsync(league, 2, 1, dest: 3);
        var (expiry, mailbox) = (hub.Get<PacketExpiry>(), hub.Get<Mailbox>());
        await mailbox.DeliveredAsync(mailbox.Find(new PacketName(league, 2, 3, 1))!);
        Assert.Equal("900B0203.001 was delivered.", (await expiry.PlanAsync([id], default)).Refusal);
        Assert.Equal("These packets are not there.", (await expiry.PlanAsync([4711], default)).Refusal);
        Assert.Equal(0, (await expiry.ExpireAsync([id, 4711], "Ada", default)).Done);
        Assert.Contains("too many", (await Assert.ThrowsAsync<RefusedException>(() => expiry.ExpireAsync([.. Enumerable.Range(1, 501)], "Ada", default))).Message);
        Assert.Empty(await ToldAsync(hub, ActivityKind.Expired));
    }

    [Fact]
    public async Task A_board_s_lists_are_those_of_all_its_seats()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var second = await hub.AddSandboxLeagueAsync("901");
        await hub.Get<BbsAdmin>().JoinAsync(Board(hub, league, 3).ClientId, new SeatRequest(second, 9, "13:901/9"), default);
        var board = Board(hub, league, 3);
        var (packets, mailbox) = (hub.Get<BoardPackets>(), hub.Get<Mailbox>());
        var ids = new List<long>();
        for (var i = 1; i <= 6; i++)
        {
            ids.Add(await hub.SendAsync(i % 2 == 0 ? league : second, 2, i, dest: i % 2 == 0 ? 3 : 9));
        }

        ids.Add(await hub.SendAsync(league, 3, 7));
        await mailbox.DeliveredAsync(mailbox.Find(new PacketName(league, 2, 3, 4))!);
        await mailbox.DeliveredAsync(mailbox.Find(new PacketName(second, 2, 9, 1))!);

        Assert.Equal([ids[1], ids[2], ids[4], ids[5]], packets.Waiting(board, null, 10).Packets.Select(p => p.Id));
        var first = packets.Waiting(board, null, 3);
        Assert.Equal([ids[1], ids[2], ids[4]], first.Packets.Select(p => p.Id));
        Assert.True(first.More);
        var rest = packets.Waiting(board, ids[4], 3);
        Assert.Equal([ids[5]], rest.Packets.Select(p => p.Id));
        Assert.False(rest.More);
        Assert.Equal([ids[0], ids[3]], packets.Fetched(board, 10).Packets.Select(p => p.Id));
        Assert.Equal([ids[6]], packets.Sent(board, 10).Packets.Select(p => p.Id));
        Assert.True(packets.Fetched(board, 1).More);
    }

    private static BoardEntry Board(TestHub hub, LeagueId league, int index) => hub.Get<HubDirectory>().Current.Leagues[league].Members[index];

    private static List<string> Listed(Mailbox mailbox, BoardEntry board, LeagueId league, bool unreadOnly)
    {
        var names = new List<string>();
        mailbox.List(board.Seats[league], unreadOnly, item => names.Add(item.Name));
        return [.. names.Where(n => n.StartsWith("900B", StringComparison.Ordinal))];
    }

    private static async Task<IReadOnlyList<Activity>> ToldAsync(TestHub hub, ActivityKind kind) =>
        (await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: kind), null, false, 50, default)).Items;
}
