using System.Text.Json;

namespace NovaHub.Client.Tests;

public sealed class ConfigTests
{
    // As boards have it today, to the letter: comments behind values, DOS paths, a league that is switched off
    private const string Existing = """
        # Nova Client configuration
        [hub]
        url = "{URL}"
        client_id = "{ID}"      # Get from hub admin
        client_secret = "{SECRET}"     # Get from hub admin

        [bbs]
        name = "The Dive"

        [sync]
        sent_action = "archive"       # "archive" or "delete"
        archive_dir = "./sent"        # Where to move sent packets
        max_retries = 3
        retry_delay = 5
        timeout_seconds = 120
        metrics_file = "./metrics.json"

        [daemon]
        enabled = true
        sync_interval = 120               # Seconds between hub syncs
        maintenance_interval = 600        # Seconds between scheduled maintenance
        maintenance_timeout = 300         # Max seconds for game execution
        run_maintenance_on_download = true
        dosemu_path = "/usr/bin/dosemu"
        dosemu_config_dir = "./dosemu_configs"
        dosemu_term = "linux"
        log_dir = "./logs"

        [leagues.BRE.555]
        enabled = true
        bbs_index = 2
        outbound_dir = "./doors/bre/outbound"
        inbound_dir = "./doors/bre/inbound"
        game_folder = "./doors/bre"
        game_command = "BRE"
        maintenance_args = "PLANETARY"
        game_dos_path = "C:\\DOORS\\BRE"  # DOS path inside dosemu

        [leagues.FE.123]
        enabled = false
        bbs_index = 7
        outbound_dir = "/home/user/.dosemu/drive_c/BBS/FE/OUTBOUND"
        inbound_dir = "/home/user/.dosemu/drive_c/BBS/FE/INBOUND"
        """;

    [Fact]
    public async Task A_config_as_it_is_written_today_works_unchanged()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        Write(board, Existing.Replace("{URL}", hub.Host.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("{ID}", hub.Credentials.ClientId, StringComparison.Ordinal).Replace("{SECRET}", hub.Credentials.ClientSecret, StringComparison.Ordinal));
        var game = Path.Combine(board.Folder, "doors/bre");
        Directory.CreateDirectory(Path.Combine(game, "outbound"));
        Directory.CreateDirectory(Path.Combine(game, "inbound"));
        File.WriteAllBytes(Path.Combine(game, "outbound/555b0201.001"), [1, 2, 3]);
        await hub.QueueAsync("555B0302.001", [4, 5]);

        // From another folder, as cron calls it: what is relative is relative to the file
        await using var client = await RunningClient.StartAsync(["--config", board.ConfigPath], "/", secrets: hub.Credentials.ClientSecret);
        var ran = await client.EndAsync();

        Assert.True(ran.ExitCode == 0, ran.All);
        Assert.DoesNotContain("not known", ran.All, StringComparison.Ordinal);
        Assert.Equal([4, 5], File.ReadAllBytes(Path.Combine(game, "inbound/555B0302.001")));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(board.Folder, "sent/555B0201.001")));
        Assert.Equal(1, board.Metrics().GetProperty("leagues").GetProperty("BRE_555").GetProperty("downloaded").GetInt32());
        Assert.False(board.Metrics().GetProperty("leagues").TryGetProperty("FE_123", out _));
        // The game's own nodelist, too
        Assert.Contains("The Dive", File.ReadAllText(Path.Combine(game, "BRNODES.DAT")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_gives_the_credentials()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host.Address, "somebody", "something-else");
        var environment = new Dictionary<string, string?> { ["HUB_CLIENT_ID"] = hub.Credentials.ClientId, ["HUB_CLIENT_SECRET"] = hub.Credentials.ClientSecret };
        await using var client = await board.StartAsync(["sync"], environment);
        Assert.Equal(0, (await client.EndAsync()).ExitCode);
        Write(board, string.Join('\n', File.ReadAllLines(board.ConfigPath).Where(l => !l.StartsWith("client_", StringComparison.Ordinal))));
        await using var without = await board.StartAsync(["sync"], environment);
        Assert.Equal(0, (await without.EndAsync()).ExitCode);
    }

    [Theory]
    [InlineData("sent_action = \"archive\"", "sent_action = \"move\"", "sync.sent_action is \"move\"; allowed is \"archive\" or \"delete\".")]
    [InlineData("max_retries = 2", "max_retries = -1", "sync.max_retries is -1; allowed is a whole number from 0 to 100.")]
    [InlineData("max_retries = 2", "max_retries = \"3\"", "sync.max_retries is \"3\"; allowed is a whole number")]
    [InlineData("bbs_index = 2", "bbs_index = 256", "leagues.BRE.555.bbs_index is 256; allowed is a whole number from 1 to 255.")]
    [InlineData("bbs_index = 2", "bbs_index = 0", "leagues.BRE.555.bbs_index is 0; allowed is a whole number from 1 to 255.")]
    [InlineData("bbs_index = 2", "", "leagues.BRE.555.bbs_index is missing; it is a whole number from 1 to 255.")]
    [InlineData("enabled = true", "enabled = \"yes\"", "leagues.BRE.555.enabled is \"yes\"; allowed is true or false.")]
    [InlineData("sync_interval = 1", "sync_interval = 0", "daemon.sync_interval is 0; allowed is a number of seconds from 1")]
    [InlineData("url = \"http", "url = \"ftp", "hub.url is \"ftp://")]
    [InlineData("client_id = ", "# client_id = ", "hub.client_id is missing")]
    [InlineData("[leagues.BRE.555]", "[leagues.BRE.55]", "[leagues.BRE.55] is no league")]
    [InlineData("[leagues.BRE.555]", "[leagues.LORD.555]", "[leagues.LORD.555] is no league")]
    [InlineData("[sync]", "[sync", "this is no TOML")]
    [InlineData("archive_dir = \"./sent\"", "archive_dir = 7", "sync.archive_dir is 7; allowed is a text in quotation marks.")]
    public async Task A_fault_names_the_line_the_key_and_what_is_allowed(string good, string bad, string sentence)
    {
        using var board = new Board(new Uri("http://127.0.0.1:9"), "id", "the-secret-itself");
        var lines = File.ReadAllText(board.ConfigPath);
        var broken = lines.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(lines, broken);
        Write(board, broken);
        foreach (var verb in new[] { "sync", "daemon", "validate", "test-connection", "status" })
        {
            var ran = await board.RunAsync(verb);
            Assert.Equal(2, ran.ExitCode);
            Assert.Contains(sentence, ran.All, StringComparison.Ordinal);
            Assert.Matches("config.toml, line [0-9]+: ", ran.All);
        }

        var at = Array.FindIndex(broken.Split('\n'), l => bad.Length > 0 && l.Contains(bad, StringComparison.Ordinal)) + 1;
        if (at > 0 && bad[0] != '#' && bad != "[sync")
        {
            Assert.Contains($"line {at}: ", (await board.RunAsync("validate")).Out, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[sync]", "[sync]\nretry_dealy = 5", "sync.retry_dealy is not known and is ignored; did you mean retry_delay?")]
    [InlineData("[sync]", "[sync]\nsync_interval = 5", "sync.sync_interval is not known and is ignored; sync_interval belongs to [daemon].")]
    [InlineData("[bbs]", "[bsb]\nx = 1\n[bbs]", "[bsb] is not known and is ignored; did you mean [bbs]?")]
    [InlineData("bbs_index = 2", "bbs_index = 2\nindbound_dir = \"x\"", "leagues.BRE.555.indbound_dir is not known and is ignored; did you mean inbound_dir?")]
    [InlineData("[bbs]", "[bbs]\nquux = 1", "bbs.quux is not known and is ignored.")]
    public async Task An_unknown_key_is_a_warning_with_a_suggestion(string at, string with, string sentence)
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        Write(board, File.ReadAllText(board.ConfigPath).Replace(at, with, StringComparison.Ordinal));
        var ran = await board.RunAsync();
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains(sentence, ran.Err, StringComparison.Ordinal);
        Assert.Single(ran.Err.Split('\n'), l => l.Contains("not known", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_faults_are_told_at_once_and_as_json_too()
    {
        using var board = new Board(new Uri("http://127.0.0.1:9"), "id", "the-secret-itself") { Sync = "max_retries = -1\nretry_delay = \"x\"" };
        board.WriteConfig();
        var ran = await board.RunAsync("validate", "--json");
        Assert.Equal(2, ran.ExitCode);
        using var document = JsonDocument.Parse(ran.Out);
        Assert.False(document.RootElement.GetProperty("success").GetBoolean());
        Assert.Equal(2, document.RootElement.GetProperty("checks").EnumerateArray().Count(c => c.GetProperty("level").GetString() == "error"));
    }

    [Fact]
    public async Task Without_a_configuration_or_with_words_that_mean_nothing_it_ends_with_2()
    {
        using var board = new Board(new Uri("http://127.0.0.1:9"), "id", "the-secret-itself");
        var missing = await board.RunAsync("--config", "/nowhere/config.toml");
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("novahub-client init", missing.Err, StringComparison.Ordinal);
        Assert.Equal(2, (await board.RunAsync("frobnicate")).ExitCode);
    }

    private static void Write(Board board, string text)
    {
        File.WriteAllText(board.ConfigPath, text);
        File.SetUnixFileMode(board.ConfigPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
