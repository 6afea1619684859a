using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>Packets are read in the order in which they came, however DOS lists the folder.</summary>
public class OrderTests
{
    /// <summary>A hub whose dosemu2 is a stand-in that plays a small game and lists folders in the host's order.</summary>
    internal static Task<TestHub> WithDosemuAsync(params (string Key, string Value)[] settings) => TestHub.StartAsync(
        settings.Append(("Dos:Machine", "dosemu2")).Append(("Dos:DosemuPath", Path.Combine(AppContext.BaseDirectory, "Dos", "StandIn", "dosemu-game")))
            .ToDictionary(s => s.Item1, s => (string?)s.Item2));

    [Fact]
    public async Task Under_DOSBox_a_batch_that_goes_over_the_wrap_is_read_in_two_passes()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var sent = new List<(int Sequence, int Size)> { (998, 11), (999, 12), (0, 13), (1, 14) };
        foreach (var (sequence, size) in sent)
        {
            await SendAsync(hub, league, 2, sequence, size);
        }

        await SendAsync(hub, league, 3, 5, 15);
        var report = await hub.RunAsync(league);

        Assert.True(report.Run is { Outcome: RunOutcome.Good, Staged: 5, Consumed: 5, Passes: 2 }, RunTests.Show(report));
        // The game shows each record as it reads it
        Assert.Equal([11, 12, 15, 13, 14], report.Items.Where(i => i.Read).OrderBy(i => i.Order).Select(i => i.PackedSize));
        Assert.Contains(report.Verdicts, v => v.Sentence == "Pass 1: 3 packets read, before the packets that come after them.");
    }

    [Fact]
    public async Task Under_dosemu2_one_packet_of_a_route_is_read_at_a_time_oldest_first()
    {
        await using var hub = await WithDosemuAsync();
        var league = await hub.AddSandboxLeagueAsync();
        foreach (var sequence in new[] { 997, 998, 999, 0, 1, 2 })
        {
            await hub.SendAsync(league, 2, sequence);
        }

        await hub.SendAsync(league, 3, 7);
        var report = await hub.RunAsync(league);

        Assert.True(report.Run is { Outcome: RunOutcome.Good, Staged: 7, Consumed: 7, Passes: 6 }, RunTests.Show(report));
        var read = await File.ReadAllLinesAsync(Path.Combine(hub.Games, "read.txt"));
        Assert.Equal(["INBOUND", "INBOUND", "INBOUND", "INBOUND", "INBOUND", "PLANETARY"], read.Where(l => !l.Contains('.')));
        Assert.Equal(
            ["900B0201.997", "900B0201.998", "900B0201.999", "900B0201.000", "900B0201.001", "900B0201.002"],
            read.Where(l => l.StartsWith("900B02", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_number_of_passes_is_bounded_and_the_rest_is_read_by_the_next_run()
    {
        await using var hub = await WithDosemuAsync(("Runs:MostPasses", "2"));
        var league = await hub.AddSandboxLeagueAsync();
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            await hub.SendAsync(league, 2, sequence);
        }

        Assert.Equal((RunOutcome.Good, 2), ((await hub.RunAsync(league)).Run is var first) ? (first.Outcome!.Value, first.Consumed) : default);
        Assert.Equal((RunOutcome.Good, 1), ((await hub.RunAsync(league)).Run is var second) ? (second.Outcome!.Value, second.Consumed) : default);
        Assert.Equal(
            ["900B0201.001", "900B0201.002", "900B0201.003"],
            (await File.ReadAllLinesAsync(Path.Combine(hub.Games, "read.txt"))).Where(l => l.Contains('.')));
    }

    [Fact]
    public async Task When_a_player_comes_in_between_two_passes_the_game_is_not_started_again_and_what_was_not_read_waits()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var (first, second) = (await hub.SendAsync(league, 2, 999), await hub.SendAsync(league, 2, 0));
        using var door = new FileSystemWatcher(hub.GameOf(league)) { NotifyFilter = NotifyFilters.FileName };
        door.Deleted += (_, change) =>
        {
            if ("inuse.flg".Equals(change.Name, StringComparison.OrdinalIgnoreCase))
            {
                door.EnableRaisingEvents = false;
                File.WriteAllText(hub.LockOf(league), "a player");
            }
        };
        door.EnableRaisingEvents = true;

        var report = await hub.RunAsync(league);

        Assert.True(report.Run is { Outcome: RunOutcome.GameInUse, Staged: 1, Consumed: 1, Passes: 1, CollectedAt: null }, RunTests.Show(report));
        Assert.Single(report.Verdicts, v => v.Sentence.StartsWith("Somebody came into the hub's game between two passes.", StringComparison.Ordinal));
        Assert.NotNull((await hub.PacketAsync(first)).ConsumedAt);
        await VerdictTests.IsQueuedAsync(hub, second);
        Assert.True(File.Exists(hub.LockOf(league)));
    }

    [Fact]
    public async Task What_came_later_does_not_overtake_a_packet_that_a_pass_left_in_doubt()
    {
        await using var hub = await WithDosemuAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED UNDELETABLE");
        var (first, second) = (await hub.SendAsync(league, 2, 1), await hub.SendAsync(league, 2, 2));

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Incomplete, 1, 0, 1, 2), (report.Run.Outcome, report.Run.Staged, report.Run.Consumed, report.Run.Doubtful, report.Run.Passes));
        Assert.NotNull((await hub.PacketAsync(first)).HeldAt);
        await VerdictTests.IsQueuedAsync(hub, second);
        // The league's own maintenance ran all the same
        Assert.Equal("PLANETARY", (await File.ReadAllLinesAsync(Path.Combine(hub.Games, "read.txt")))[^1]);
    }

    private static Task<long> SendAsync(TestHub hub, LeagueId league, int source, int sequence, int size) => hub.UploadAsync(
        new PacketName(league, source, 1, sequence).ToString(),
        BrePacketWriter.Write((uint)size, [new BreRecord(0x1A, (byte)source, 1, [.. Enumerable.Range(1, size).Select(i => (byte)i)])]));
}
