using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>A run that can't have worked is never started: the game would answer with exit code 0 and a normal-looking screen.</summary>
public class RefusalTests
{
    [Fact]
    public Task Another_inbound_path_in_BBS_CFG_is_refused() =>
        RefusedAsync(hub => Line(hub, 4, @"C:\B900N01\MAIL\"), @"Line 4 of BBS.CFG", @"C:\B900N01\INBOUND");

    [Fact]
    public Task Another_league_number_in_BBS_CFG_is_refused() =>
        RefusedAsync(hub => Line(hub, 6, "901"), "Line 6 of BBS.CFG", "“901”");

    [Fact]
    public Task A_missing_BBS_CFG_is_refused() =>
        RefusedAsync(hub => File.Delete(Path.Combine(Game(hub), "BBS.CFG")), "BBS.CFG is not in");

    [Fact]
    public Task A_missing_program_is_refused() =>
        RefusedAsync(hub => File.Delete(Path.Combine(Game(hub), "BRE.EXE")), "BRE.EXE is not in");

    [Fact]
    public Task Two_folders_that_differ_in_case_only_are_refused() =>
        RefusedAsync(hub => Directory.CreateDirectory(Path.Combine(Game(hub), "outbound")), "OUTBOUND and outbound", "differ only in case");

    [Fact]
    public Task A_missing_INBOUND_is_refused() =>
        RefusedAsync(hub => Directory.Delete(Path.Combine(Game(hub), "INBOUND")), "INBOUND is missing");

    [Fact]
    public Task A_game_folder_that_is_gone_is_refused() =>
        RefusedAsync(hub => Directory.Move(Game(hub), Game(hub) + "X"), "does not exist");

    [Fact]
    public async Task A_folder_name_of_eleven_characters_is_refused()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        var folder = SandboxGame.Install(hub.Games, "BRE_900_N02", league, "The Hub BBS", "13:10/1", null);
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.GameFolder = folder, CancellationToken.None);

        await IsRefusedAsync(hub, packet, "'BRE_900_N02'", "8.3");
    }

    [Fact]
    public async Task A_folder_that_dosemu2_can_not_use_is_refused()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?>
        {
            ["Dos:Machine"] = "dosemu2",
            ["Dos:DosemuPath"] = Path.Combine(AppContext.BaseDirectory, "Dos", "StandIn", "dosemu"),
        });
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        var folder = SandboxGame.Install(Path.Combine(hub.Games, "my games"), "B900N01", league, "The Hub BBS", "13:10/1", null);
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.GameFolder = folder, CancellationToken.None);

        await IsRefusedAsync(hub, packet, "dosemu2 can't use", "my games as drive C: there is a blank in its path", "Dos:Machine");
    }

    [Fact]
    public async Task Without_an_emulator_the_run_says_what_to_install()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Dos:DosBoxPath"] = "/nowhere/dosbox" });
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);

        await IsRefusedAsync(hub, packet, "/nowhere/dosbox", "apt-get install dosbox");
    }

    [Fact]
    public async Task A_league_without_a_game_folder_relays_direct_mail_keeps_the_rest_and_says_what_is_missing()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.GameFolder = null, CancellationToken.None);
        var forHub = await hub.SendAsync(league, 2, 1);
        var direct = await hub.SendAsync(league, 2, 1, dest: 3);

        await IsRefusedAsync(hub, forHub, "has no game folder", "--game-folder");

        var seat = hub.Get<HubDirectory>().Current.Leagues[league].Members[3].Seats[league];
        var waiting = new List<string>();
        hub.Get<Mailbox>().List(seat, unreadOnly: true, item => waiting.Add(item.Name));
        Assert.Contains("900B0203.001", waiting);
        await VerdictTests.IsQueuedAsync(hub, direct);
    }

    [Fact]
    public async Task A_stray_ROUTE_CFG_is_a_notice()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        await File.WriteAllTextAsync(Path.Combine(Game(hub), "route.cfg"), "ROUTE * 2\r\n");

        var report = await hub.RunAsync(league);

        Assert.Equal(RunOutcome.Good, report.Run.Outcome);
        Assert.Contains(report.Verdicts, v => v is { Kind: VerdictKind.GameFolder, Weight: VerdictWeight.Notice } && v.Sentence.StartsWith("route.cfg", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Packets_that_can_not_be_put_into_INBOUND_stay_queued_and_the_run_says_why()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        // A folder where the packet's scratch file should be: writing fails, whoever runs the tests
        Directory.CreateDirectory(Path.Combine(hub.InboundOf(league), "NOVAHUB.TMP"));

        await IsRefusedAsync(hub, packet, "can't write into");
    }

    private static async Task RefusedAsync(Action<TestHub> spoil, params string[] words)
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        spoil(hub);
        await IsRefusedAsync(hub, packet, words);
    }

    private static async Task IsRefusedAsync(TestHub hub, long packet, params string[] words)
    {
        var report = await hub.RunAsync(LeagueId.Parse("900B"));
        Assert.Equal((RunOutcome.Failed, null), (report.Run.Outcome, report.Run.PlayStartedAt));
        var bad = string.Join('\n', report.Verdicts.Where(v => v.Weight == VerdictWeight.Bad).Select(v => v.Sentence));
        Assert.All(words, w => Assert.Contains(w, bad, StringComparison.Ordinal));
        // A fault is not somebody's act
        Assert.DoesNotContain("Cancelled", bad, StringComparison.Ordinal);
        await VerdictTests.IsQueuedAsync(hub, packet);
    }

    private static string Game(TestHub hub) => Path.Combine(hub.Games, "B900N01");

    private static void Line(TestHub hub, int number, string text)
    {
        var file = Path.Combine(Game(hub), "BBS.CFG");
        var lines = File.ReadAllText(file).Split("\r\n");
        lines[number - 1] = text;
        File.WriteAllText(file, string.Join("\r\n", lines));
    }
}
