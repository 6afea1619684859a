using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

public class StopTests
{
    private const string Hang = "PLANETARY /DETAILED HANG";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancelled_run_ends_its_game_and_its_packets_stay_queued_wherever_it_is_cancelled(bool here)
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: Hang);
        await using var other = await TestHub.StartAsync(folder: hub.Folder);
        var packet = await hub.SendAsync(league, 2, 1);
        var run = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        await hub.LiveAsync(run, s => s.Phases.Any(p => p.Name == "Processing Incoming Data"), "The game at work");

        await (here ? hub : other).Runs.CancelAsync(run, CancellationToken.None);
        var report = await hub.ReportAsync(run);

        Assert.Equal((RunOutcome.Cancelled, 0, 1), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed));
        Assert.NotNull(report.Run.CancelRequestedAt);
        Assert.Empty(Emulators.Of(hub, run, "play"));
        Assert.Empty(Directory.EnumerateFiles(hub.InboundOf(league)));
        Assert.False(File.Exists(hub.LockOf(league)));
        await VerdictTests.IsQueuedAsync(hub, packet);
    }

    [Fact]
    public async Task A_run_that_waits_for_a_free_place_can_be_cancelled()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:AtOnce"] = "1" });
        var (first, second) = (await hub.AddSandboxLeagueAsync("900", Hang), await hub.AddSandboxLeagueAsync("901"));
        var packet = await hub.SendAsync(second, 2, 1);
        var playing = await hub.Runs.StartAsync(first, RunTrigger.ByHand, null, CancellationToken.None);
        await hub.LiveAsync(playing, s => s.Glance.Step == RunStep.Play, "The first game");
        var waiting = await hub.Runs.StartAsync(second, RunTrigger.ByHand, null, CancellationToken.None);
        await hub.LiveAsync(waiting, s => s.Glance.Phase == "Waiting for a free place", "Waiting for a place");

        await hub.Runs.CancelAsync(waiting, CancellationToken.None);

        Assert.Equal((RunOutcome.Cancelled, null), (await hub.ReportAsync(waiting)).Run is var run ? (run.Outcome, run.PlayStartedAt) : default);
        await VerdictTests.IsQueuedAsync(hub, packet);
        await hub.Runs.CancelAsync(playing, CancellationToken.None);
        Assert.Equal(RunOutcome.Cancelled, (await hub.ReportAsync(playing)).Run.Outcome);
    }

    [Fact]
    public async Task A_hub_that_closes_ends_its_games_cleanly_and_soon()
    {
        var hub = await TestHub.StartAsync(keep: true, schedules: true);
        var league = await hub.AddSandboxLeagueAsync(maintenance: Hang);
        // Mail starts the run by the schedule, so that its job is under way, too
        var packet = await hub.SendAsync(league, 2, 1);
        var run = (await Eventually.GetAsync(async () => await hub.RunsOfAsync(league) is [var one, ..] ? one : null, "The run")).Id;
        await hub.LiveAsync(run, s => s.Phases.Any(p => p.Name == "Processing Incoming Data"), "The game at work");
        var began = TimeProvider.System.GetTimestamp();

        await hub.DisposeAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 6);
        await using var next = await TestHub.StartAsync(folder: hub.Folder);
        var report = (await next.Get<RunHistory>().FindAsync(run, CancellationToken.None))!;
        Assert.Equal((RunOutcome.Interrupted, 1), (report.Run.Outcome, report.Run.Unconsumed));
        VerdictTests.Bad(report, VerdictKind.Emulator, "The hub was closed");
        Assert.Empty(Emulators.Of(next, run, "play"));
        Assert.Empty(Directory.EnumerateFiles(next.InboundOf(league)));
        await VerdictTests.IsQueuedAsync(next, packet);
        next.RemoveFolder();
    }

    [Fact]
    public async Task No_run_starts_in_a_hub_that_closes()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        await hub.Runs.DisposeAsync();

        await Assert.ThrowsAsync<Engine.Leagues.RefusedException>(() => hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None));
        Assert.Empty(await hub.RunsOfAsync(league));
    }
}
