using System.Diagnostics;
using System.Text.Json;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Client.Tests;

/// <summary>A board with the sandbox game under a real DOSBox.</summary>
public sealed class GameTests
{
    private static readonly LeagueId s_league = LeagueId.Parse("555B");

    [Fact]
    public async Task Maintenance_follows_a_delivery_at_once_and_what_it_writes_is_sent()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = GameBoard(hub);
        await board.SyncAsync();
        Assert.Empty(await hub.LedgerAsync(2));
        // A packet that the sandbox game understands: what the other board's game writes
        await hub.QueueAsync("555B0302.001", RealPacket(3, 2));
        await using var daemon = await board.StartAsync("daemon", "--verbose");
        await HubHost.UntilAsync(async () => (await hub.LedgerAsync(2)).Count > 0, $"the game's own packets were sent; the daemon said {daemon.Out}{daemon.Err}");
        Assert.Empty(board.Consume());
        await daemon.SignalAsync(15);
        var ran = await daemon.EndAsync();
        Assert.Contains("maintenance done", ran.Out, StringComparison.Ordinal);
        using var status = JsonDocument.Parse((await board.RunAsync("status", "--json")).Out);
        var league = status.RootElement.GetProperty("daemon").GetProperty("leagues").GetProperty("BRE_555");
        Assert.Equal("done", league.GetProperty("last_outcome").GetString());
        Assert.Single(Directory.EnumerateFiles(Path.Combine(board.Folder, "logs"), "BRE_555_*.log"));
    }

    [Fact]
    public async Task A_game_that_does_not_end_is_killed_with_everything_it_started()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = GameBoard(hub, "PLANETARY HANG");
        board.Daemon = "sync_interval = 60\nmaintenance_interval = 600\nmaintenance_timeout = 2\ndosemu_path = \"/nowhere/dosemu\"";
        board.WriteConfig();
        await using var daemon = await board.StartAsync("daemon");
        await HubHost.UntilAsync(() => Task.FromResult(daemon.Err.Contains("did not end within 2 s", StringComparison.Ordinal)), "the game was ended");
        Assert.Empty(Emulators(daemon.Id));
        await daemon.SignalAsync(15);
        await daemon.EndAsync();
    }

    [Fact]
    public async Task Two_leagues_in_one_folder_never_run_their_game_at_once()
    {
        await using var hub = await LeagueHub.StartAsync();
        await hub.Host.AddLeagueAsync("556B");
        await hub.Host.Get<BbsAdmin>().JoinAsync(hub.Credentials.ClientId, new SeatRequest(LeagueId.Parse("556B"), 2), HubHost.Stop);
        using var board = GameBoard(hub, "PLANETARY SLOW");
        var other = Directory.CreateDirectory(Path.Combine(board.Folder, "OTHER")).FullName;
        board.Daemon = "sync_interval = 60\nmaintenance_interval = 600\nmaintenance_timeout = 60\ndosemu_path = \"/nowhere/dosemu\"";
        board.More += $"""

            [leagues.BRE.556]
            bbs_index = 2
            outbound_dir = "{other}"
            inbound_dir = "{Directory.CreateDirectory(Path.Combine(board.Folder, "OTHER2")).FullName}"
            game_folder = "{GameFolder(board)}"
            maintenance_args = "PLANETARY SLOW"
            """;
        board.WriteConfig();
        await using var daemon = await board.StartAsync("daemon");
        var most = 0;
        await HubHost.UntilAsync(
            () =>
            {
                most = Math.Max(most, Emulators(daemon.Id).Count);
                return Task.FromResult(daemon.Out.Split('\n').Count(l => l.Contains("maintenance done", StringComparison.Ordinal)) + daemon.Err.Split('\n').Count(l => l.Contains("maintenance failed", StringComparison.Ordinal)) == 2);
            },
            "both games ended");
        Assert.Equal(1, most);
        await daemon.SignalAsync(15);
        await daemon.EndAsync();
    }

    [Fact]
    public async Task A_daemon_that_is_asked_to_end_lets_its_game_finish()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = GameBoard(hub, "PLANETARY SLOW");
        board.Daemon = "sync_interval = 60\nmaintenance_interval = 600\nmaintenance_timeout = 60\ndosemu_path = \"/nowhere/dosemu\"";
        board.WriteConfig();
        await using var daemon = await board.StartAsync("daemon");
        await HubHost.UntilAsync(() => Task.FromResult(Emulators(daemon.Id).Count > 0), "the game runs");
        await daemon.SignalAsync(15);
        var ran = await daemon.EndAsync();
        Assert.Equal(130, ran.ExitCode);
        Assert.Contains("maintenance done", ran.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(GameFolder(board), "INUSE.FLG")));
    }

    [Fact]
    public async Task While_somebody_is_in_the_game_maintenance_waits()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = GameBoard(hub);
        board.Daemon = "sync_interval = 60\nmaintenance_interval = 600\ndosemu_path = \"/nowhere/dosemu\"";
        board.WriteConfig();
        File.WriteAllText(Path.Combine(GameFolder(board), "inuse.flg"), "1");
        await using var daemon = await board.StartAsync("daemon");
        await HubHost.UntilAsync(() => Task.FromResult(daemon.Out.Contains("Somebody is in the game", StringComparison.Ordinal)), "it is noticed");
        Assert.Empty(Emulators(daemon.Id));
        await daemon.SignalAsync(15);
        await daemon.EndAsync();
    }

    [Fact]
    public async Task A_good_board_passes_validation_and_every_trap_is_named()
    {
        using var board = new Board(new Uri("http://127.0.0.1:9"), "id", "the-secret-itself");
        var game = InstallGame(board, "B555N02");
        File.WriteAllBytes(Path.Combine(game, "BRNODES.DAT"), NodelistText.Write(
            [new NodelistEntry(1, [2], "Hub", "", "", "", ""), new NodelistEntry(2, null, "The Dive", "", "", "", "")], 1));
        var good = await board.RunAsync("validate");
        Assert.True(good.ExitCode == 0, good.All);

        await TrapAsync("line 4 of BBS.CFG says", () => Edit(Path.Combine(game, "BBS.CFG"), t => t.Replace(@"C:\B555N02\INBOUND\", @"C:\ELSE\", StringComparison.Ordinal)));
        await TrapAsync("line 6 of BBS.CFG says league “777”", () => Edit(Path.Combine(game, "BBS.CFG"), t => t.Replace("\r\n555\r\n", "\r\n777\r\n", StringComparison.Ordinal)));
        await TrapAsync("BRNODES.DAT has no node 2", () => Edit(Path.Combine(game, "BRNODES.DAT"), t => t.Replace("2\r\nThe Dive", "9\r\nThe Dive", StringComparison.Ordinal)));
        await TrapAsync("is “Another” in BRNODES.DAT, and bbs.name says “The Dive”", () => Edit(Path.Combine(game, "BRNODES.DAT"), t => t.Replace("The Dive", "Another", StringComparison.Ordinal)));
        await TrapAsync("BRNODES.DAT can't be read", () => Edit(Path.Combine(game, "BRNODES.DAT"), _ => "1\r\nHub"));
        await TrapAsync("differ only in case", () => New(Path.Combine(game, "bre.exe")));
        await TrapAsync("differ only in case", () =>
        {
            Directory.CreateDirectory(Path.Combine(game, "inbound"));
            return () => Directory.Delete(Path.Combine(game, "inbound"));
        });
        await TrapAsync("hours old", () =>
        {
            var undo = New(Path.Combine(game, "INUSE.FLG"));
            File.SetLastWriteTimeUtc(Path.Combine(game, "INUSE.FLG"), DateTime.UtcNow.AddDays(-2));
            return undo;
        });
        await TrapAsync("the game's program", () =>
        {
            File.Move(Path.Combine(game, "BRE.EXE"), Path.Combine(game, "BRE.OLD"));
            return () => File.Move(Path.Combine(game, "BRE.OLD"), Path.Combine(game, "BRE.EXE"));
        });
        await TrapAsync("BBS.CFG is not in", () =>
        {
            File.Move(Path.Combine(game, "BBS.CFG"), Path.Combine(game, "BBS.OLD"));
            return () => File.Move(Path.Combine(game, "BBS.OLD"), Path.Combine(game, "BBS.CFG"));
        });
        await TrapAsync("is used twice", () => Edit(board.ConfigPath, t => t.Replace("/OUTBOUND\"", "/INBOUND\"", StringComparison.Ordinal)));
        await TrapAsync("WARNING  BRE_555  outbound_dir", () => Edit(board.ConfigPath, t => t.Replace("/OUTBOUND\"", "/NOWHERE\"", StringComparison.Ordinal)), exit: 0);
        await TrapAsync("still says CHANGE-ME", () => Edit(board.ConfigPath, t => t.Replace("/OUTBOUND\"", "/CHANGE-ME/OUTBOUND\"", StringComparison.Ordinal)));
        await TrapAsync("does not fit game_folder", () => Edit(board.ConfigPath, t => t.Replace("game_command", "game_dos_path = \"C:\\\\OTHER\"\ngame_command", StringComparison.Ordinal)));
        await TrapAsync("is not 8.3", () => Edit(board.ConfigPath, t => t.Replace("game_command", $"game_dos_path = \"C:\\\\{Path.GetFileName(board.Folder).ToUpperInvariant()}\\\\B555N02\"\ngame_command", StringComparison.Ordinal)));
        await TrapAsync("network path", () => Edit(board.ConfigPath, t => t.Replace($"game_folder = \"{game}\"", "game_folder = '\\\\server\\share\\BRE'", StringComparison.Ordinal)), exit: 2);
        Assert.Equal(0, (await board.RunAsync("validate")).ExitCode);
        await using (await SmallDisk.MountAsync(board.Outbound, kilobytes: 16, readOnly: true))
        {
            Assert.Contains("can't be written to", (await board.RunAsync("validate")).Out, StringComparison.Ordinal);
        }

        async Task TrapAsync(string sentence, Func<Action> set, int exit = 1)
        {
            var undo = set();
            var ran = await board.RunAsync("validate");
            undo();
            Assert.True(ran.ExitCode == exit && ran.Out.Contains(sentence, StringComparison.Ordinal), $"{sentence}: {ran.ExitCode} {ran.All}");
        }
    }

    private static Action New(string path)
    {
        File.WriteAllText(path, "");
        return () => File.Delete(path);
    }

    private static Action Edit(string path, Func<string, string> edit)
    {
        var before = File.ReadAllText(path);
        var after = edit(before);
        Assert.NotEqual(before, after);
        File.WriteAllText(path, after);
        return () => File.WriteAllText(path, before);
    }

    private static string GameFolder(Board board) => Path.Combine(board.Folder, "B555N02");

    private static Board GameBoard(LeagueHub hub, string arguments = "PLANETARY FORCE")
    {
        var board = new Board(hub.Host, hub.Credentials);
        InstallGame(board, "B555N02", arguments);
        board.Daemon = "sync_interval = 1\nmaintenance_interval = 0\ndosemu_path = \"/nowhere/dosemu\"";
        board.WriteConfig();
        return board;
    }

    private static string InstallGame(Board board, string name, string arguments = "PLANETARY")
    {
        var game = SandboxGame.Install(board.Folder, name, s_league, board.Name, "", null);
        board.Inbound = Path.Combine(game, "INBOUND");
        board.Outbound = Path.Combine(game, "OUTBOUND");
        board.More = $"game_folder = \"{game}\"\ngame_command = \"BRE\"\nmaintenance_args = \"{arguments}\"";
        board.WriteConfig();
        return game;
    }

    private static byte[] RealPacket(int source, int dest) => NovaHub.Engine.BrePackets.BrePacketWriter.Write(
        1, [new NovaHub.Engine.BrePackets.BreRecord(0x1A, (byte)source, (byte)dest, new byte[8])]);

    // The emulators below a client, whole
    private static List<int> Emulators(int client)
    {
        var found = new List<int>();
        foreach (var process in Process.GetProcessesByName("dosbox"))
        {
            using (process)
            {
                for (var id = process.Id; id > 1;)
                {
                    if (id == client)
                    {
                        found.Add(process.Id);
                        break;
                    }

                    var stat = $"/proc/{id}/stat";
                    try
                    {
                        var text = File.ReadAllText(stat);
                        id = int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
                    }
                    catch (IOException)
                    {
                        break;
                    }
                }
            }
        }

        return found;
    }
}
