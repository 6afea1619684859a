namespace NovaHub.Web.Tests.Crash;

/// <summary>Hubs that stand still for a while, as in a suspended machine, and commands that lose their league.</summary>
public class SleepTests
{
    // A lease lives for six of these, which is less than a command needs to start
    private static readonly (string, string) s_quick = ("Runs:Heartbeat", "00:00:00.100");

    [Fact]
    public async Task A_hub_that_stood_still_goes_on_with_its_run_and_no_other_process_takes_the_league_meanwhile()
    {
        await using var hub = await KilledHub.MakeAsync(s_quick);
        hub.Start();
        using var http = new HttpClient { BaseAddress = hub.Address };
        await hub.HealthyAsync(http);
        var board = new CrashBoard(hub.Boards[0], http, new Random(1));
        var uploading = Task.CompletedTask;

        for (var round = 1; round <= 3; round++)
        {
            using var enough = new CancellationTokenSource();
            uploading = board.UploadAsync(enough.Token);
            // Each round at another moment of the run: before the game, in it, behind it
            var reached = round switch { 1 => "StartedAt", 2 => "PlayStartedAt", _ => "PlayEndedAt" };
            await HubHost.UntilAsync(() => Task.FromResult(hub.Number($"SELECT COUNT(*) FROM Runs WHERE EndedAt IS NULL AND {reached} IS NOT NULL") == 1), "a run under way");
            await hub.StandStillAsync();
            var stood = hub.Query("SELECT Id, RunId FROM Runs, RunLeases WHERE EndedAt IS NULL", r => (Run: r.GetInt64(0), Lease: r.GetInt64(1)));

            var (code, said) = await hub.TryAsync("run", "900B");

            // It may have ended in the moment before it was stopped
            if (stood is [var (run, lease)] && run == lease)
            {
                Assert.Equal(1, code);
                Assert.Contains($"runs already (run {run})", said, StringComparison.Ordinal);
            }

            await hub.SignalAsync("CONT");
            await enough.CancelAsync();
            await uploading;
        }

        await HubHost.UntilAsync(
            () => Task.FromResult(hub.Number("""SELECT (SELECT COUNT(*) FROM Packets WHERE Dest = 1 AND ConsumedAt IS NULL) + (SELECT COUNT(*) FROM Runs WHERE EndedAt IS NULL)""") == 0),
            "the end of all runs");
        Assert.Empty(hub.Query("SELECT Id, Outcome, Summary FROM Runs WHERE Outcome <> 'Good'", r => $"{r.GetInt64(0)} {r.GetString(1)} {r.GetString(2)}"));
        Assert.Empty(hub.Query("SELECT Sentence FROM RunVerdicts WHERE Kind = 'Recovery'", r => r.GetString(0)));
        Assert.Empty(hub.Query("SELECT RunId FROM RunVerdicts WHERE Kind = 'Completion' GROUP BY RunId HAVING COUNT(*) > 1", r => r.GetInt64(0)));
        // OUTBOUND may just be looked through
        await HubHost.UntilAsync(() => Task.FromResult(hub.Number("SELECT COUNT(*) FROM RunLeases") == 0), "the last lease given back");
        Assert.Equal(0, await hub.EndAsync());
    }

    [Fact]
    public async Task A_run_command_that_lost_the_league_ends_with_exit_code_1_and_a_sentence()
    {
        await using var hub = await KilledHub.MakeAsync(s_quick);
        await File.WriteAllTextAsync(Path.Combine(hub.Game, "inuse.flg"), "x");
        var running = hub.TryAsync("run", "900B");
        await HubHost.UntilAsync(() => Task.FromResult(hub.Number("SELECT COUNT(*) FROM Runs, RunLeases WHERE EndedAt IS NULL AND RunId = Id") == 1), "the command's run");

        hub.Execute("UPDATE RunLeases SET Holder = 'elsewhere/1/1/x', HeartbeatAt = '2020-01-01 00:00:00'");

        var (code, said) = await running;
        Assert.Equal(1, code);
        Assert.Contains("lost the game folder of 900B to another process", said, StringComparison.Ordinal);
        Assert.Equal(1, hub.Number("SELECT COUNT(*) FROM Runs WHERE EndedAt IS NULL"));

        // The other machine is dead: the next command closes the run and runs by itself
        File.Delete(Path.Combine(hub.Game, "inuse.flg"));
        (code, said) = await hub.TryAsync("run", "900B");
        Assert.True(code == 0, said);
        Assert.Equal(["Interrupted", "Good"], hub.Query("SELECT Outcome FROM Runs ORDER BY Id", r => r.GetString(0)));
    }
}
