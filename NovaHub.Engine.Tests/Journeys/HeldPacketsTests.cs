using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Alerts.Rules;
using NovaHub.Engine.Games;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Explorer;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Tests.Alerts;

namespace NovaHub.Engine.Tests.Journeys;

public class HeldPacketsTests
{
    private static readonly DateTime s_heldAt = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task A_held_packet_waits_for_nobody_and_is_shown_with_what_was_seen_until_it_is_decided()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var ids = new[] { await hub.SendAsync(league, 2, 1), await hub.SendAsync(league, 2, 2), await hub.SendAsync(league, 3, 1) };
        var run = await HoldAsync(hub, league, ids[..2], "■  Processing Incoming Data\n    Processing Incoming Data from Node 3\n    Processing Incoming Data from Node 2\n  a player's own words");
        var held = hub.Get<HeldPackets>();

        Assert.Equal([new WaitingCount(league, 1, 1)], await hub.Get<WaitingMail>().CountAsync(default));
        Assert.Equal(ids[..2], (await held.ListAsync(null, 10, default)).Select(p => p.Id));
        Assert.Equal(ids[..2], hub.Get<PacketExplorer>().Find(new PacketFilter { State = PacketState.Held, OldestFirst = true }, null, 10).Packets.Select(p => p.Id));
        var evidence = (await held.EvidenceAsync(ids[0], default))!;
        Assert.Equal((run, true, HeldReason.GoneUnseen), (evidence.RunId!.Value, evidence.SenderShown, evidence.Packet.HeldReason!.Value));
        Assert.Equal(["Processing Incoming Data from Node 2"], evidence.Lines);
        Assert.Null(await held.EvidenceAsync(ids[2], default));
        Assert.Equal("900B0201.001 is held: decide first whether it was read.", (await hub.Get<PacketRequeue>().PlanAsync(ids[0], default)).Refusal);
        Assert.Equal(
            [StationKind.Received, StationKind.Staged, StationKind.Held], (await hub.Get<PacketJourneys>().FindAsync(ids[0], default))!.Stations.Select(s => s.Kind));

        var report = await hub.RunAsync(league);
        Assert.Equal((1, 1), (report.Run.Staged, report.Run.Consumed));
        Assert.Equal(PacketState.Held, (await hub.PacketAsync(ids[0])).StateAt(1));
    }

    [Fact]
    public async Task It_was_read_makes_it_consumed_and_is_told_with_who_decided()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var ids = new[] { await hub.SendAsync(league, 2, 1), await hub.SendAsync(league, 2, 2), await hub.SendAsync(league, 3, 1) };
        var run = await HoldAsync(hub, league, ids[..2]);
        var held = hub.Get<HeldPackets>();

        var plan = await held.PlanAsync(HeldDecision.Read, ids, default);
        Assert.Equal("2 packets count as read. The game does not get them again.", plan.Sentences[0]);
        Assert.Equal("1 packet stays as it is: 900B0301.001 is not held.", plan.Sentences[2]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => held.DecideAsync(HeldDecision.Read, ids[..2], "Ada", default)));

        Assert.Equal(2, answers.Sum(a => a.Done));
        Assert.Equal(PacketState.Consumed, (await hub.PacketAsync(ids[0])).StateAt(1));
        Assert.Equal(2, (await hub.Get<LedgerReader>().TotalsAsync(default)).Consumed);
        var told = await ToldAsync(hub);
        Assert.Equal(("2 packets were held; it was decided that the game has read them: 900B0201.001, 900B0201.002.", "Ada"), (told.Sentence, told.Who));
        var last = (await hub.Get<PacketJourneys>().FindAsync(ids[0], default))!.Stations[^1];
        Assert.Equal((StationKind.Consumed, run, "Ada", HeldReason.GoneUnseen), (last.Kind, last.RunId!.Value, last.Who, last.Doubt!.Value));
        // And a wrong decision can still be put right
        Assert.Equal(2, (await hub.Runs.PlanReprocessAsync(run, default)).Packets);
    }

    [Fact]
    public async Task Give_it_to_the_game_again_warns_and_the_next_run_reads_it()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var id = await hub.SendAsync(league, 2, 1);
        await HoldAsync(hub, league, [id]);
        var held = hub.Get<HeldPackets>();

        Assert.Contains("happens twice", (await held.PlanAsync(HeldDecision.Again, [id], default)).Sentences[1], StringComparison.Ordinal);
        Assert.Equal(1, (await held.DecideAsync(HeldDecision.Again, [id], "Ada", default)).Done);
        Assert.Equal("900B0201.001 was held; it was decided that the hub's game of 900B gets it again.", (await ToldAsync(hub)).Sentence);
        Assert.Equal("900B0201.001 is not held.", Assert.Single((await held.DecideAsync(HeldDecision.Read, [id], "Sid", default)).Refusals));

        Assert.Equal(1, (await hub.RunAsync(league)).Run.Consumed);
    }

    [Fact]
    public async Task A_held_packet_that_is_given_up_and_put_back_is_held_again()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var id = await hub.SendAsync(league, 2, 1);
        await HoldAsync(hub, league, [id]);

        Assert.Equal(1, (await hub.Get<PacketExpiry>().ExpireAsync([id], "Ada", default)).Done);
        Assert.Equal(PacketState.Expired, (await hub.PacketAsync(id)).StateAt(1));
        Assert.Empty(await hub.Get<HeldPackets>().ListAsync(league, 10, default));
        Assert.Equal(["900B0201.001 is held again, until somebody decides whether it was read."], (await hub.Get<PacketRequeue>().PlanAsync(id, default)).Sentences);
        await hub.Get<PacketRequeue>().RequeueAsync(id, "Ada", default);
        Assert.Equal(PacketState.Held, (await hub.PacketAsync(id)).StateAt(1));
    }

    [Fact]
    public async Task Held_packets_are_an_alert_until_the_last_one_is_decided()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var ids = new[] { await bench.Hub.SendAsync(league, 2, 1), await bench.Hub.SendAsync(league, 2, 2) };
        var rule = new PacketsHeldRule(bench.Databases, bench.Hub.Get<HubDirectory>());
        Assert.Empty(await bench.LookAsync(rule));

        await HoldAsync(bench.Hub, league, ids);
        var alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertKind.PacketsHeld, AlertWeight.Bad, league), (alert.Kind, alert.Weight, alert.LeagueId!.Value));
        Assert.StartsWith("2 packets of 900B are held for your decision. It is gone from INBOUND", alert.Sentence, StringComparison.Ordinal);

        await bench.Hub.Get<HeldPackets>().DecideAsync(HeldDecision.Read, ids[..1], null, default);
        Assert.StartsWith("900B0201.002 is held", Assert.Single(await bench.LookAsync(rule)).Sentence, StringComparison.Ordinal);
        await bench.Hub.Get<HeldPackets>().DecideAsync(HeldDecision.Again, ids[1..], null, default);
        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
    }

    private static async Task<long> HoldAsync(TestHub hub, LeagueId league, IReadOnlyList<long> ids, string transcript = "")
    {
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        var run = new Run { LeagueId = league, StartedAt = s_heldAt, EndedAt = s_heldAt, VerifiedAt = s_heldAt, Outcome = RunOutcome.Incomplete, Summary = "", Staged = ids.Count, Doubtful = ids.Count };
        db.Add(run);
        await db.SaveChangesAsync();
        db.AddRange(ids.Select(id => new RunPacket { RunId = run.Id, PacketId = id, Doubt = HeldReason.GoneUnseen }));
        db.Add(new RunRecording { RunId = run.Id, Bytes = [], Transcript = transcript });
        db.Add(new RunSender { RunId = run.Id, Pass = 1, Node = 2, Shown = true });
        await db.SaveChangesAsync();
        await db.Set<Packet>().Where(p => ids.Contains(p.Id))
            .ExecuteUpdateAsync(s => s.SetProperty(p => p.HeldAt, s_heldAt).SetProperty(p => p.HeldReason, HeldReason.GoneUnseen));
        return run.Id;
    }

    private static async Task<Activity> ToldAsync(TestHub hub) =>
        Assert.Single((await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.PacketDecided), null, false, 20, default)).Items);
}
