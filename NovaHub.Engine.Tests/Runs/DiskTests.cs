using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>A game folder on a file system of its own that has no room.</summary>
public class DiskTests
{
    private static readonly Dictionary<string, string?> s_small = new() { ["Runs:MinFreeMegabytes"] = "2" };

    [Fact]
    public async Task Without_room_on_the_game_folders_disk_no_game_is_started_and_the_packets_wait()
    {
        await using var hub = await TestHub.StartAsync(s_small);
        await using var disk = await SmallDisk.MountAsync(hub.Games, kilobytes: 4096);
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        disk.Fill(leave: 1500 * 1024);

        var refused = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Failed, null, 0), (refused.Run.Outcome, refused.Run.PlayStartedAt, refused.Run.Staged));
        VerdictTests.Bad(refused, VerdictKind.Disk, "has 1 MiB left; a run needs 2 (Runs:MinFreeMegabytes). Free some room; the packets wait.");
        await VerdictTests.IsQueuedAsync(hub, packet);

        File.Delete(Path.Combine(hub.Games, "filler"));
        Assert.Equal((RunOutcome.Good, 1), ((await hub.RunAsync(league)).Run is var run) ? (run.Outcome!.Value, run.Consumed) : default);
    }

    [Fact]
    public async Task What_a_game_reads_while_its_disk_is_full_is_held_though_all_looks_well()
    {
        await using var hub = await TestHub.StartAsync(s_small);
        await using var disk = await SmallDisk.MountAsync(hub.Games, kilobytes: 4096);
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED SLOW");
        var packet = await hub.SendAsync(league, 2, 1);
        var id = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        await hub.LiveAsync(id, s => s.Phases.Count > 0, "The game at work");
        disk.Fill(leave: 0);

        var report = await hub.ReportAsync(id);

        Assert.Equal(0, report.Run.ExitCode);
        Assert.True(report.Run is { Outcome: RunOutcome.Incomplete or RunOutcome.Failed, Consumed: 0, Doubtful: 1 }, RunTests.Show(report));
        VerdictTests.Bad(report, VerdictKind.Disk, "The disk of the game folder was full while the game ran.");
        Assert.Equal(HeldReason.DiskFull, (await hub.PacketAsync(packet)).HeldReason);
    }
}
