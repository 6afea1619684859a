using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>Each way in which a game can end, under a real DOSBox, and what the hub says about it.</summary>
public class VerdictTests
{
    private static readonly Dictionary<string, string?> s_impatient = new() { ["Runs:TimeLimit"] = "00:00:03" };

    [Fact]
    public async Task A_game_that_hangs_is_ended_at_the_limit_and_its_packets_stay_queued()
    {
        await using var hub = await TestHub.StartAsync(s_impatient);
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED HANG");
        var packet = await hub.SendAsync(league, 2, 1);

        var report = await hub.RunAsync(league);

        Assert.True(report.Run.Outcome == RunOutcome.TimedOut, RunTests.Show(report));
        Assert.InRange(report.Run.EmulatorMs, 3000, 12_000);
        Assert.Equal((1, 0, 1), (report.Run.Staged, report.Run.Consumed, report.Run.Unconsumed));
        Bad(report, VerdictKind.Lock, "The hub removed the lock");
        Assert.False(File.Exists(hub.LockOf(league)));
        Assert.Empty(Directory.EnumerateFiles(hub.InboundOf(league)));
        await IsQueuedAsync(hub, packet);
        Assert.Empty(Emulators.Of(hub, report.Run.Id, "play"));
    }

    [Fact]
    public async Task A_game_that_dies_fails_the_run_and_the_error_is_named_with_advice()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED CRASH");
        var packet = await hub.SendAsync(league, 2, 1);

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Failed, 200), (report.Run.Outcome, report.Run.ExitCode));
        Bad(report, VerdictKind.Completion, "Runtime error 200 at 0000:0000");
        Bad(report, VerdictKind.Completion, "Dos:DosBoxCycles");
        Bad(report, VerdictKind.Lock, "The hub removed the lock");
        Assert.False(File.Exists(hub.LockOf(league)));
        // It had read the packet before it died, and a packet that is gone was read
        Assert.Equal((1, 0), (report.Run.Consumed, report.Run.Unconsumed));
        Assert.NotNull((await hub.PacketAsync(packet)).ConsumedAt);
    }

    [Fact]
    public async Task An_exit_code_of_1_is_not_good_even_when_all_was_read()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED EXIT1");
        await hub.SendAsync(league, 2, 1);

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Failed, 1, 1), (report.Run.Outcome, report.Run.ExitCode, report.Run.Consumed));
        Bad(report, VerdictKind.ExitCode, "exit code was 1");
        Assert.Equal(2, report.Run.Written);
    }

    [Fact]
    public async Task Packets_that_a_good_looking_game_did_not_read_are_counted_and_read_by_the_next_run()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED NOREAD");
        var packet = await hub.SendAsync(league, 2, 1);

        var first = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Incomplete, 0), (first.Run.Outcome, first.Run.ExitCode));
        Assert.Equal((1, 0, 1), (first.Run.Staged, first.Run.Consumed, first.Run.Unconsumed));
        Bad(first, VerdictKind.Consumption, "900B0201.001");
        Assert.Equal([false], first.PacketsIn.Select(p => p.Consumed));
        Assert.Empty(Directory.EnumerateFiles(hub.InboundOf(league)));
        await IsQueuedAsync(hub, packet);

        await hub.WordsAsync(league, "");
        var second = await hub.RunAsync(league);

        Assert.True(second.Run.Outcome == RunOutcome.Good, RunTests.Show(second));
        Assert.NotNull((await hub.PacketAsync(packet)).ConsumedAt);
    }

    [Fact]
    public async Task Without_the_completion_line_a_run_is_never_good()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED NOLINE");
        await hub.SendAsync(league, 2, 1);

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Failed, 0, 1), (report.Run.Outcome, report.Run.ExitCode, report.Run.Consumed));
        Bad(report, VerdictKind.Completion, "was not seen");
    }

    [Fact]
    public async Task A_lock_that_the_game_leaves_behind_is_removed_and_the_run_is_not_good()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED LOCK");

        var report = await hub.RunAsync(league);

        // The sandbox game makes the lock and leaves, without its completion line
        Assert.Equal((RunOutcome.Failed, 0), (report.Run.Outcome, report.Run.ExitCode));
        Bad(report, VerdictKind.Lock, "left its lock inuse.flg behind");
        Assert.False(File.Exists(hub.LockOf(league)));
    }

    [Fact]
    public async Task Files_in_OUTBOUND_that_are_no_packets_of_the_league_are_left_there_and_reported_once()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED JUNK FORCE");
        await File.WriteAllTextAsync(Path.Combine(hub.OutboundOf(league), "brnodes.900"), "the game's own");

        var first = await hub.RunAsync(league);
        var second = await hub.RunAsync(league);

        Assert.Equal(["901B0102.001", "README.TXT"], Foreign(first));
        Assert.Empty(Foreign(second));
        Assert.Equal(
            ["901B0102.001", "BRNODES.900", "README.TXT"],
            Directory.EnumerateFiles(hub.OutboundOf(league)).Select(f => Path.GetFileName(f).ToUpperInvariant()).Order(StringComparer.Ordinal));
        Assert.Equal((RunOutcome.Good, RunOutcome.Good), (first.Run.Outcome, second.Run.Outcome));
        Assert.Equal((2, 2), (first.Run.Written, second.Run.Written));

        static IEnumerable<string> Foreign(RunReport report) => report.Verdicts
            .Where(v => v is { Kind: VerdictKind.Outbound, Weight: VerdictWeight.Notice }).Select(v => v.Sentence.Split(' ')[0]).Order(StringComparer.Ordinal);
    }

    internal static void Bad(RunReport report, VerdictKind kind, string words) => Assert.True(
        report.Verdicts.Any(v => v.Kind == kind && v.Weight == VerdictWeight.Bad && v.Sentence.Contains(words, StringComparison.Ordinal)),
        $"No bad verdict about {kind} says “{words}”.\n{RunTests.Show(report)}");

    internal static async Task IsQueuedAsync(TestHub hub, long packetId)
    {
        var packet = await hub.PacketAsync(packetId);
        Assert.Equal((null, null), (packet.ConsumedAt, packet.StagedInRunId));
    }
}
