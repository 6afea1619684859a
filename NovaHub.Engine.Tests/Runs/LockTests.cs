using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

public class LockTests
{
    [Fact]
    public async Task A_run_waits_until_the_player_inside_has_left()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        await hub.SendAsync(league, 2, 1);
        await File.WriteAllTextAsync(hub.LockOf(league), "x");

        var run = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        await hub.LiveAsync(run, s => s.Glance.Phase == "Waiting for a player to leave", "Waiting for the player");
        Assert.Empty(Directory.EnumerateFiles(hub.InboundOf(league)));
        File.Delete(hub.LockOf(league));

        Assert.Equal((RunOutcome.Good, 1), ((await hub.ReportAsync(run)).Run.Outcome, (await hub.ReportAsync(run)).Run.Consumed));
    }

    [Fact]
    public async Task A_player_who_stays_is_left_alone_and_the_packets_wait()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:PlayerWait"] = "00:00:00.300" });
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        await File.WriteAllTextAsync(hub.LockOf(league), "x");

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.GameInUse, null), (report.Run.Outcome, report.Run.PlayStartedAt));
        Assert.True(File.Exists(hub.LockOf(league)));
        await VerdictTests.IsQueuedAsync(hub, packet);
    }

    [Fact]
    public async Task A_player_inside_keeps_no_other_league_from_running()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:AtOnce"] = "1" });
        var (busy, other) = (await hub.AddSandboxLeagueAsync("900"), await hub.AddSandboxLeagueAsync("901"));
        await File.WriteAllTextAsync(hub.LockOf(busy), "x");
        var waiting = await hub.Runs.StartAsync(busy, RunTrigger.ByHand, null, CancellationToken.None);
        await hub.LiveAsync(waiting, s => s.Glance.Phase == "Waiting for a player to leave", "Waiting for the player");

        Assert.Equal(RunOutcome.Good, (await hub.RunAsync(other)).Run.Outcome);

        await hub.Runs.CancelAsync(waiting, CancellationToken.None);
        Assert.Equal(RunOutcome.Cancelled, (await hub.ReportAsync(waiting)).Run.Outcome);
    }

    [Fact]
    public async Task A_lock_made_after_the_game_had_removed_its_own_is_a_players()
    {
        using var scene = new Scene();
        using var gameLock = new GameLock(scene.Folder, DateTime.UtcNow);
        await File.WriteAllTextAsync(scene.Lock, "x");
        File.Delete(scene.Lock);
        await File.WriteAllTextAsync(scene.Lock, "x");

        await Eventually.TrueAsync(
            () => Task.FromResult(gameLock.Look(endedByItself: true, lockedOut: false) == LockEvidence.Player), "The removal was seen");
        Assert.Equal(LockEvidence.LeftByRun, gameLock.Look(endedByItself: false, lockedOut: false));
        Assert.Equal(LockEvidence.Player, gameLock.Look(endedByItself: false, lockedOut: true));
    }

    [Fact]
    public async Task A_lock_older_than_the_session_is_a_players_and_one_made_in_it_is_its_own()
    {
        using var scene = new Scene();
        using var gameLock = new GameLock(scene.Folder, DateTime.UtcNow);
        Assert.Equal(LockEvidence.Clean, gameLock.Look(true, false));
        await File.WriteAllTextAsync(scene.Lock, "x");
        Assert.Equal(LockEvidence.LeftByRun, gameLock.Look(true, false));
        File.SetLastWriteTimeUtc(scene.Lock, DateTime.UtcNow.AddMinutes(-1));
        Assert.Equal(LockEvidence.Player, gameLock.Look(true, false));
    }

    private sealed class Scene : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("novahub-lock-").FullName;

        public GameFolder Folder => GameFolder.At(LeagueId.Parse("900B"), _path);

        public string Lock => Path.Combine(_path, "INUSE.FLG");

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
