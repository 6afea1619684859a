using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;

namespace NovaHub.Client.Tests;

public sealed partial class TerminalTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("1", false)]
    public async Task On_a_terminal_there_are_bars_and_a_table_and_NO_COLOR_takes_the_colours_away(string? noColor, bool colours)
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        board.Write("555B0201.001", [1, 2, 3]);
        await hub.QueueAsync("555B0302.001", [1]);
        var program = await ClientProgram.PathAsync();
        var result = await Cli.Wrap("script").WithArguments(["-qefc", $"stty rows 40 cols 120; {program} --config {board.ConfigPath}", "/dev/null"])
            .WithEnvironmentVariables(e => e.Set("TERM", "xterm-256color").Set("NO_COLOR", noColor))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("╭", result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("BRE_555", result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("1 sent, 1 received", result.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(colours, Colours().IsMatch(result.StandardOutput));
        Assert.DoesNotContain(hub.Credentials.ClientSecret, result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_there_are_plain_lines_and_with_json_one_document()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        board.Write("555B0201.001", [1, 2, 3]);
        var plain = await board.RunAsync();
        Assert.DoesNotContain('\u001b', plain.All);
        Assert.Contains("BRE_555: 1 sent", plain.Out, StringComparison.Ordinal);
        board.Write("555B0201.002", [1, 2, 3]);
        var json = await board.RunAsync("--json");
        using var document = JsonDocument.Parse(json.Out);
        Assert.Equal(1, document.RootElement.GetProperty("total_uploaded").GetInt32());
        Assert.Equal(document.RootElement.GetProperty("start_time").GetString(), board.Metrics().GetProperty("start_time").GetString());
    }

    [Fact]
    public async Task Test_connection_compares_leagues_and_indices_with_the_hub()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var good = await board.RunAsync("test-connection");
        Assert.Equal(0, good.ExitCode);
        Assert.Contains("BRE_555  BBS #2 in 555B; 1 file(s) wait", good.Out, StringComparison.Ordinal);
        // The nodelist was looked at and not taken
        await board.SyncAsync();
        Assert.True(File.Exists(Path.Combine(board.Inbound, "BRNODES.555")));

        board.Index = 9;
        board.WriteConfig();
        var wrong = await board.RunAsync("test-connection");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("The hub has this BBS as #2, your file says #9", wrong.Out, StringComparison.Ordinal);

        board.League = "FE.555";
        board.WriteConfig();
        var absent = await board.RunAsync("test-connection");
        Assert.Equal(1, absent.ExitCode);
        Assert.Contains("does not have this BBS in league 555F", absent.Out, StringComparison.Ordinal);
        Assert.Contains("has no [leagues.BRE.555]", absent.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_asks_the_sysop_and_the_hub()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var path = Path.Combine(board.Folder, "new.toml");
        var game = Path.Combine(board.Folder, "BRE");
        await using var client = await board.StartAsync(
            ["init", "--config", path], null, $"{hub.Host.Address}\n{hub.Credentials.ClientId}\n{hub.Credentials.ClientSecret}\n{game}\n");
        var ran = await client.EndAsync();
        Assert.True(ran.ExitCode == 0, ran.All);
        Assert.Contains("you are BBS #2", ran.Out, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Directory.CreateDirectory(Path.Combine(game, "OUTBOUND"));
        Directory.CreateDirectory(Path.Combine(game, "INBOUND"));
        Assert.Equal(0, (await board.RunAsync("--config", path)).ExitCode);
    }

    [Fact]
    public async Task A_service_is_described_for_systemd_and_for_windows()
    {
        using var board = new Board(new Uri("http://127.0.0.1:9"), "id", "the-secret-itself");
        var unit = await board.RunAsync("install-service", "--print", "--user", "bbs");
        Assert.Equal(0, unit.ExitCode);
        Assert.Contains($"daemon --config \"{board.ConfigPath}\"", unit.Out, StringComparison.Ordinal);
        Assert.Contains("User=bbs", unit.Out, StringComparison.Ordinal);
        var file = Path.Combine(board.Folder, "novahub-client.service");
        Assert.Equal(0, (await board.RunAsync("install-service", "--output", file, "--user", "bbs")).ExitCode);
        Assert.Equal(unit.Out, File.ReadAllText(file));

        var task = Path.Combine(board.Folder, "task.xml");
        var windows = await board.RunAsync("install-service", "--windows", "--output", task);
        Assert.Contains("schtasks /create", windows.Out, StringComparison.Ordinal);
        var xml = System.Xml.Linq.XDocument.Load(task);
        Assert.Contains(board.ConfigPath, xml.Descendants().Single(e => e.Name.LocalName == "Arguments").Value, StringComparison.Ordinal);
        Assert.Equal("PT0S", xml.Descendants().Single(e => e.Name.LocalName == "ExecutionTimeLimit").Value);
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"\x1b\[([0-9]+;)*[34]8?;?[0-9;]*m", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, 1000)]
    private static partial System.Text.RegularExpressions.Regex Colours();
}
