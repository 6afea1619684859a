using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>Games under real emulators of which it can't be told whether they read a packet, and those that are not given one.</summary>
public class DoubtTests
{
    [Fact]
    public async Task A_packet_that_the_game_deletes_without_a_word_of_its_sender_is_held_and_the_run_is_not_good()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED FORGET");
        var packet = await hub.SendAsync(league, 2, 1);

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Incomplete, 0, 0, 1), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed, report.Run.Doubtful));
        VerdictTests.Bad(report, VerdictKind.Consumption, "1 packet is held for your decision (900B0201.001; from node 2). Gone without a word");
        Assert.Equal("0 of 1 packet read, 2 written, 1 held for your decision; see the verdicts.", report.Run.Summary);
        Assert.Equal((null, HeldReason.GoneUnseen), (report.PacketsIn[0].Consumed, report.PacketsIn[0].Doubt!.Value));
        Assert.Equal(HeldReason.GoneUnseen, (await hub.PacketAsync(packet)).HeldReason);

        // Never staged again by itself
        await hub.WordsAsync(league, "");
        Assert.Equal(0, (await hub.RunAsync(league)).Run.Staged);
    }

    [Fact]
    public async Task A_game_that_reads_and_can_not_delete_is_not_given_the_same_packets_again()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED KEEP");
        var (read, other) = (await hub.SendAsync(league, 2, 1), await hub.SendAsync(league, 3, 1));

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Incomplete, 0, 0, 2), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed, report.Run.Doubtful));
        VerdictTests.Bad(report, VerdictKind.Consumption, "Taken up, but still there");
        Assert.Empty(Directory.EnumerateFiles(hub.InboundOf(league)));
        foreach (var id in new[] { read, other })
        {
            Assert.Equal(HeldReason.ShownButLeft, (await hub.PacketAsync(id)).HeldReason);
        }

        Assert.Equal(0, (await hub.RunAsync(league)).Run.Staged);
    }

    [Fact]
    public async Task A_nodes_line_alone_shows_nothing_where_the_game_was_asked_for_details_and_is_enough_where_it_was_not()
    {
        await using var hub = await OrderTests.WithDosemuAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED NOITEMS");
        await hub.SendAsync(league, 2, 1);

        Assert.Equal((0, 1), ((await hub.RunAsync(league)).Run is var detailed) ? (detailed.Consumed, detailed.Doubtful) : default);

        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.MaintenanceCommand = "PLANETARY", CancellationToken.None);
        await hub.SendAsync(league, 2, 2);
        var plain = await hub.RunAsync(league);
        Assert.True(plain.Run is { Outcome: RunOutcome.Good, Consumed: 1, Doubtful: 0 }, RunTests.Show(plain));
    }

    [Fact]
    public async Task A_new_member_stands_in_the_games_node_file_before_its_first_packet_is_staged()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        await hub.RunAsync(league);
        await hub.Get<BbsAdmin>().AddAsync("Gamma", [new SeatRequest(league, 4, "13:900/4")], CancellationToken.None);
        var packet = await hub.SendAsync(league, 4, 1);

        // This game deletes mail of nodes that its own file lacks
        var report = await hub.RunAsync(league);

        Assert.True(report.Run is { Outcome: RunOutcome.Good, Consumed: 1 }, RunTests.Show(report));
        Assert.Contains(report.Items, i => i is { Read: true, Source: 4 });
        Assert.NotNull((await hub.PacketAsync(packet)).ConsumedAt);
    }

    [Fact]
    public async Task Packets_of_a_node_that_the_games_file_lacks_are_not_put_before_it_and_the_run_says_so()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var (gone, there) = (await hub.SendAsync(league, 3, 1), await hub.SendAsync(league, 2, 1));
        var beta = hub.Get<HubDirectory>().Current.Leagues[league].Members[3];
        await hub.Get<BbsAdmin>().LeaveAsync(beta.ClientId, league, CancellationToken.None);

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Incomplete, 1, 1), (report.Run.Outcome, report.Run.Staged, report.Run.Consumed));
        VerdictTests.Bad(report, VerdictKind.Nodelist, "1 packet from node 3 waits: the game's own node file BRNODES.DAT has no node 3");
        await VerdictTests.IsQueuedAsync(hub, gone);
        Assert.NotNull((await hub.PacketAsync(there)).ConsumedAt);
    }

    [Fact]
    public async Task The_game_folder_carries_the_hubs_and_the_runs_mark_and_another_hubs_is_named()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var first = await hub.RunAsync(league);
        var file = Path.Combine(hub.GameOf(league), "NOVAHUB.ID");
        var lines = await File.ReadAllLinesAsync(file);
        Assert.Equal($"hub={(await File.ReadAllTextAsync(Path.Combine(hub.Folder, "data", "hub.id"))).Trim()}", lines[1]);
        Assert.Equal([$"league={league}", $"run={first.Run.Id}", $"mark={first.Run.FolderMark}"], lines[2..5]);
        Assert.DoesNotContain(first.Verdicts, v => v.Sentence.Contains("Another hub", StringComparison.Ordinal));

        lines[1] = "hub=0123456789abcdef0123456789abcdef";
        await File.WriteAllLinesAsync(file, lines);
        var second = await hub.RunAsync(league);

        Assert.Contains(second.Verdicts, v => v is { Weight: VerdictWeight.Notice } && v.Sentence.StartsWith("Another hub's runs used", StringComparison.Ordinal));
        Assert.NotEqual(first.Run.FolderMark, second.Run.FolderMark);
    }
}
