using System.Text;
using System.Text.Json;

namespace NovaHub.Client.Tests;

/// <summary>What boards bring along from other clients and other editors.</summary>
public sealed class ConfigFormTests
{
    [Theory]
    [InlineData(@"outbound_dir = ""C:\DOORS\BRE\OUTBOUND""", @"write 'C:\DOORS\BRE\OUTBOUND' in single quotes, or double every backslash.")]
    [InlineData(@"outbound_dir = ""C:\new\bre""", @"write 'C:\new\bre' in single quotes")]
    [InlineData(@"outbound_dir = ""C:\BRE\"" # the game", @"write 'C:\BRE\' in single quotes")]
    [InlineData(@"outbound_dir = "".\out""", @"write '.\out' in single quotes")]
    public async Task A_single_backslash_in_double_quotes_is_explained_once(string line, string sentence)
    {
        using var board = new Board(new Uri("http://127.0.0.1:9"), "id", "the-secret-itself");
        var text = string.Join('\n', File.ReadAllLines(board.ConfigPath).Select(l => l.StartsWith("outbound_dir", StringComparison.Ordinal) ? line
            : l.StartsWith("inbound_dir", StringComparison.Ordinal) ? @"inbound_dir = ""C:\BRE\IN""" : l));
        File.WriteAllText(board.ConfigPath, text);
        var ran = await board.RunAsync("validate");
        Assert.Equal(2, ran.ExitCode);
        var said = Assert.Single(ran.Out.Split('\n'), l => l.StartsWith("ERROR", StringComparison.Ordinal));
        Assert.Contains(sentence, said, StringComparison.Ordinal);
        var lines = text.Split('\n').ToList();
        Assert.Contains($"config.toml, line {lines.IndexOf(line) + 1}: ", said, StringComparison.Ordinal);
        Assert.Contains($"The same in line {lines.IndexOf(@"inbound_dir = ""C:\BRE\IN""") + 1}.", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.toml")]
    [InlineData("config.psd1")]
    public async Task A_file_in_an_old_Windows_encoding_is_explained_with_its_line(string name)
    {
        using var board = new Board(new Uri("http://127.0.0.1:9"), "id", "the-secret-itself", "Zum Fährmann");
        var path = Path.Combine(board.Folder, name);
        File.WriteAllText(path, name == "config.toml" ? File.ReadAllText(board.ConfigPath) : "@{\n  Bbs = @{ Name = 'Zum Fährmann' }\n}", Encoding.Latin1);
        var ran = await board.RunAsync("validate", "--config", path);
        Assert.Equal(2, ran.ExitCode);
        Assert.Matches($"{name}, line [0-9]+: a letter here is not UTF-8.*Save it as UTF-8", ran.Out);
        Assert.Contains($"line {Array.FindIndex(File.ReadAllText(path, Encoding.Latin1).Split('\n'), l => l.Contains('ä', StringComparison.Ordinal)) + 1}:", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Marks_at_the_beginning_of_a_file_tell_its_encoding()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var text = File.ReadAllText(board.ConfigPath);
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            File.WriteAllText(board.ConfigPath, text, encoding);
            Assert.Equal(0, (await board.RunAsync()).ExitCode);
        }
    }

    [Fact]
    public async Task A_board_without_a_league_signs_in_and_is_told_what_is_missing()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        File.WriteAllText(board.ConfigPath, File.ReadAllText(board.ConfigPath).Split("[leagues.")[0]);
        foreach (var verb in new[] { "sync", "validate" })
        {
            var ran = await board.RunAsync(verb);
            Assert.True(ran.ExitCode == 0, ran.All);
            Assert.Single(ran.All.Split('\n'), l => l.Contains("there is no league in it yet, so nothing is carried; add a table such as [leagues.BRE.555]", StringComparison.Ordinal));
        }

        Assert.True(board.Metrics().GetProperty("success").GetBoolean());
        var test = await board.RunAsync("test-connection");
        Assert.Equal(0, test.ExitCode);
        Assert.Contains("has no [leagues.BRE.555]", test.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_OUTBOUND_is_a_warning_and_INBOUND_is_made()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        board.Outbound = Path.Combine(board.Folder, "none", "OUTBOUND");
        board.Inbound = Path.Combine(board.Folder, "new", "INBOUND");
        board.WriteConfig();
        await hub.QueueAsync("555B0302.001", [1, 2]);
        var check = await board.RunAsync("validate");
        Assert.Equal(0, check.ExitCode);
        Assert.Contains($"WARNING  BRE_555  outbound_dir {board.Outbound} does not exist", check.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(board.Inbound));
        var ran = await board.SyncAsync();
        Assert.Contains($"{board.Outbound} (leagues.BRE.555.outbound_dir) does not exist; nothing is sent", ran.Err, StringComparison.Ordinal);
        Assert.Contains("did not exist and was made", ran.Err, StringComparison.Ordinal);
        Assert.Single(board.Consume());
        Assert.False(Directory.Exists(board.Outbound));

        // Nothing is made where the path is plainly unfinished or the game is not there
        board.Inbound = Path.Combine(board.Folder, "CHANGE-ME", "INBOUND");
        board.WriteConfig();
        var unfinished = await board.RunAsync();
        Assert.Equal(1, unfinished.ExitCode);
        Assert.Contains("still says CHANGE-ME", unfinished.Err, StringComparison.Ordinal);
        board.Inbound = Path.Combine(board.Folder, "GAME", "INBOUND");
        board.More = $"game_folder = \"{Path.Combine(board.Folder, "GAME")}\"";
        board.WriteConfig();
        var gone = await board.RunAsync();
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("(leagues.BRE.555.game_folder) does not exist", gone.Err, StringComparison.Ordinal);
        Assert.False(Directory.Exists(board.Inbound));
    }

    [Fact]
    public async Task Credentials_are_read_from_a_dotenv_file_and_the_environment_goes_before_it()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host.Address, "somebody", "something-else");
        var file = Path.Combine(board.Folder, ".env");
        File.WriteAllText(file, $"# credentials\n\nexport HUB_CLIENT_ID={hub.Credentials.ClientId} # ours\nHUB_CLIENT_SECRET = \"{hub.Credentials.ClientSecret}\"\nOTHER\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(0, (await board.RunAsync()).ExitCode);
        Assert.DoesNotContain("holds a secret", (await board.RunAsync("validate")).Out, StringComparison.Ordinal);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains($"{file} holds a secret", (await board.RunAsync("validate")).Out, StringComparison.Ordinal);

        File.WriteAllText(file, $"HUB_CLIENT_ID='{hub.Credentials.ClientId}'\nHUB_CLIENT_SECRET=wrong-secret\n");
        Assert.Equal(1, (await board.RunAsync()).ExitCode);
        await using var client = await board.StartAsync(["sync"], new Dictionary<string, string?> { ["HUB_CLIENT_SECRET"] = hub.Credentials.ClientSecret });
        Assert.Equal(0, (await client.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Metrics_have_the_shapes_that_monitoring_reads_today()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        board.Write("555B0201.001", [1]);
        board.More = $"""

            [leagues.FE.015]
            bbs_index = 3
            outbound_dir = "{Path.Combine(board.Folder, "fe-out")}"
            inbound_dir = "{Path.Combine(board.Folder, "fe-in")}"
            """;
        board.WriteConfig();
        Assert.Equal(1, (await board.RunAsync()).ExitCode);
        var metrics = board.Metrics();
        var good = metrics.GetProperty("leagues").GetProperty("BRE_555");
        Assert.Equal(["BRE", "555"], new[] { "game_type", "league_number" }.Select(n => good.GetProperty(n).GetString()));
        Assert.Equal(["FE", "015"], new[] { "game_type", "league_number" }.Select(n => metrics.GetProperty("leagues").GetProperty("FE_015").GetProperty(n).GetString()));
        var error = Assert.Single(metrics.GetProperty("errors").EnumerateArray().ToList());
        Assert.Equal(JsonValueKind.Object, error.ValueKind);
        Assert.Equal("015", error.GetProperty("league").GetString());
        Assert.Contains("does not have this BBS in league 015F", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$", error.GetProperty("time").GetString());
        Assert.Contains("015F", (await board.RunAsync("status")).Out, StringComparison.Ordinal);

        // What goes for the whole sync belongs to no league
        board.Hub = new Uri("http://127.0.0.1:9");
        board.WriteConfig();
        await board.RunAsync();
        Assert.Equal(JsonValueKind.Null, Assert.Single(board.Metrics().GetProperty("errors").EnumerateArray().ToList()).GetProperty("league").ValueKind);
    }

    [Fact]
    public async Task A_DOS_path_on_Linux_is_explained_and_a_game_folder_of_that_kind_does_not_stop_the_mail()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials) { More = @"game_folder = 'C:\BBS\BRE'" };
        board.WriteConfig();
        await hub.QueueAsync("555B0302.001", [1, 2]);
        var ran = await board.SyncAsync();
        Assert.Contains(@"leagues.BRE.555.game_folder is the DOS path C:\BBS\BRE; write the folder as this machine knows it", ran.Err, StringComparison.Ordinal);
        Assert.Single(board.Consume());
        board.Inbound = "C:/BBS/BRE/INBOUND";
        board.WriteConfig();
        var wrong = await board.RunAsync();
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("leagues.BRE.555.inbound_dir is the DOS path C:/BBS/BRE/INBOUND", wrong.Err, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(board.Folder, "INBOUND"), Path.Combine(board.Folder, "OUTBOUND")], Directory.EnumerateDirectories(board.Folder).Order());
    }

    [Fact]
    public async Task Init_finds_drive_C_and_INBOUND_in_the_games_own_configuration()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        // Line 4 of BBS.CFG: C:\BBS\BRE\INBOUND\, so drive C: is two folders above the game
        var drive = Directory.CreateDirectory(Path.Combine(board.Folder, "dos")).FullName;
        var game = Engine.Sandbox.SandboxGame.Install(drive, "BBS/BRE", Engine.Games.LeagueId.Parse("555B"), board.Name, "", null);
        var path = Path.Combine(board.Folder, "new.toml");
        await using var client = await board.StartAsync(
            ["init", "--config", path], null, $"{hub.Host.Address}\n{hub.Credentials.ClientId}\n{hub.Credentials.ClientSecret}\n{game}/\n");
        var ran = await client.EndAsync();
        Assert.True(ran.ExitCode == 0, ran.All);
        Assert.Contains($"It reads packets from {game}/INBOUND.", ran.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("CHANGE-ME", ran.Out, StringComparison.Ordinal);
        Assert.Contains("""game_dos_path = "C:\\BBS\\BRE" """.TrimEnd(), File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(0, (await board.RunAsync("--config", path)).ExitCode);
        var check = await board.RunAsync("validate", "--config", path);
        Assert.True(check.ExitCode == 0, check.All);
        Assert.DoesNotContain("WARNING", check.Out, StringComparison.Ordinal);
    }
}
