using CliWrap;
using NovaHub.Engine.Games;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Client.Tests;

/// <summary>A Windows of its own for the tests, in a folder that goes with it.</summary>
public sealed class WinePrefix : IAsyncLifetime
{
    private const string Server = "/usr/lib/wine/wineserver64";

    public string Folder { get; } = Directory.CreateTempSubdirectory("nhwine-").FullName;

    public string DriveC => Path.Combine(Folder, "drive_c");

    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal) { ["WINEDEBUG"] = "-all", ["DISPLAY"] = "", ["WINEDLLOVERRIDES"] = "mscoree,mshtml=" };

    public async ValueTask InitializeAsync()
    {
        Environment["WINEPREFIX"] = Folder;
        if (ClientForm.Windows.WhyNot is null)
        {
            await using var client = await RunningClient.StartAsync(ClientForm.Windows, ["--version"], Folder, Environment);
            var ran = await client.EndAsync(180);
            Assert.True(ran.ExitCode == 0, ran.All);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Server))
        {
            foreach (var argument in new[] { "-k", "-w" })
            {
                await Cli.Wrap(Server).WithArguments(argument).WithEnvironmentVariables(e => e.Set("WINEPREFIX", Folder))
                    .WithValidation(CommandResultValidation.None).ExecuteAsync();
            }
        }

        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>The program as boards with Windows get it, under Wine.</summary>
public sealed class WineTests(WinePrefix windows) : IClassFixture<WinePrefix>
{
    private readonly Random _random = new(8);

    [Fact]
    public async Task The_Windows_program_carries_mail_both_ways_and_holds_its_lock()
    {
        ClientForm.Windows.SkipWhereAbsent();
        await using var hub = await LeagueHub.StartAsync();
        var board = new WindowsBoard(windows, hub, "SYNC");
        var sent = new[] { ("555B0201.001", Some.Bytes(_random, 300)), ("555B0201.002", Some.Bytes(_random, 2_000_000)) };
        foreach (var (name, bytes) in sent)
        {
            File.WriteAllBytes(Path.Combine(board.Game, "OUTBOUND", name), bytes);
        }

        var waiting = new[] { await hub.QueueAsync("555B0302.001", Some.Bytes(_random, 300)), await hub.QueueAsync("555B0302.002", Some.Bytes(_random, 2_000_000)) };
        var ran = await board.RunAsync("--verbose");
        Assert.True(ran.ExitCode == 0, ran.All);
        Some.AssertSame(sent, await hub.LedgerAsync(2));
        Some.AssertSame(waiting, board.Consume());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(board.Game, "OUTBOUND")));
        Some.AssertSame(sent, Directory.EnumerateFiles(Path.Combine(board.Folder, "sent")).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f))));
        Assert.DoesNotContain(Directory.EnumerateDirectories(board.Game), d => Path.GetFileName(d).StartsWith('.'));
        await hub.NothingUnreadAsync(2);

        await using var daemon = await board.StartAsync(["daemon"]);
        await HubHost.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(board.Folder, "novahub-status.json"))), "the daemon has begun");
        var second = await board.RunAsync();
        Assert.Equal(3, second.ExitCode);
        Assert.Contains("Another novahub-client runs", second.Err, StringComparison.Ordinal);
        Assert.Contains("Running", (await board.RunAsync("status")).Out, StringComparison.Ordinal);
        // Ended without a word, it leaves no lock behind
        await daemon.SignalAsync(9);
        await daemon.EndAsync();
        await HubHost.UntilAsync(async () => (await board.RunAsync()).ExitCode == 0, "the lock went with the program");
    }

    [Fact]
    public async Task On_Windows_the_path_is_the_DOS_path_and_line_4_is_held_against_it()
    {
        ClientForm.Windows.SkipWhereAbsent();
        await using var hub = await LeagueHub.StartAsync();
        var board = new WindowsBoard(windows, hub, "CHECK");
        await board.RunAsync();
        var good = await board.RunAsync("validate");
        Assert.True(good.ExitCode == 0, good.All);
        Assert.Contains("Nothing stands in the way.", good.Out, StringComparison.Ordinal);

        board.SetLine4(@"C:\BRE\INBOUND\");
        var wrong = await board.RunAsync("validate");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains($@"Set line 4 to C:\CHECK\BRE\INBOUND\,", wrong.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_init_writes_on_Windows_passes_validate()
    {
        ClientForm.Windows.SkipWhereAbsent();
        await using var hub = await LeagueHub.StartAsync();
        var board = new WindowsBoard(windows, hub, "INIT");
        // The game reads from a folder that is not called INBOUND, as line 4 says
        Directory.Move(Path.Combine(board.Game, "INBOUND"), Path.Combine(board.Game, "IN"));
        board.SetLine4(@"C:\INIT\BRE\IN\");
        File.Delete(Path.Combine(board.Folder, "config.toml"));
        await using var client = await board.StartAsync(
            ["init"], $"{hub.Host.Address}\n{hub.Credentials.ClientId}\n{hub.Credentials.ClientSecret}\n" + @"C:\INIT\BRE" + "\n");
        var ran = await client.EndAsync();
        Assert.True(ran.ExitCode == 0, ran.All);
        var sync = await board.RunAsync();
        Assert.True(sync.ExitCode == 0, sync.All);
        Assert.True(File.Exists(Path.Combine(board.Game, "IN", "BRNODES.555")));
        var check = await board.RunAsync("validate");
        Assert.True(check.ExitCode == 0, check.All);
        Assert.DoesNotContain("WARNING", check.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_PowerShell_clients_configuration_is_read_on_Windows()
    {
        ClientForm.Windows.SkipWhereAbsent();
        await using var hub = await LeagueHub.StartAsync();
        var board = new WindowsBoard(windows, hub, "PSD1");
        File.Delete(Path.Combine(board.Folder, "config.toml"));
        File.WriteAllText(Path.Combine(board.Folder, "config.psd1"), Psd1Tests.Config(hub, @"C:\PSD1\BRE"));
        File.WriteAllBytes(Path.Combine(board.Game, "OUTBOUND", "555B0201.001"), [1, 2, 3]);
        await hub.QueueAsync("555B0302.001", [4, 5]);
        var ran = await board.RunAsync();
        Assert.True(ran.ExitCode == 0, ran.All);
        Assert.Equal([1, 2, 3], Assert.Single(await hub.LedgerAsync(2)).Bytes);
        Assert.Equal([4, 5], Assert.Single(board.Consume()).Bytes);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(board.Folder, "sent", "555B0201.001")));
        Assert.True(File.Exists(Path.Combine(board.Folder, "metrics.json")));
    }

    /// <summary>A board in a folder of drive C: with the program's configuration, and the game below it.</summary>
    private sealed class WindowsBoard
    {
        private readonly WinePrefix _windows;
        private readonly string _secret;

        public WindowsBoard(WinePrefix windows, LeagueHub hub, string name)
        {
            (_windows, _secret) = (windows, hub.Credentials.ClientSecret);
            Folder = Directory.CreateDirectory(Path.Combine(windows.DriveC, name)).FullName;
            Game = SandboxGame.Install(Folder, "BRE", LeagueId.Parse("555B"), "The Dive", "", null);
            SetLine4($@"C:\{name}\BRE\INBOUND\");
            File.WriteAllText(Path.Combine(Folder, "config.toml"), $"""
                [hub]
                url = "{hub.Host.Address}"
                client_id = "{hub.Credentials.ClientId}"
                client_secret = "{_secret}"

                [bbs]
                name = "The Dive"

                [sync]
                sent_action = "archive"
                retry_delay = 0.1

                [daemon]
                sync_interval = 1
                maintenance_interval = 0

                [leagues.BRE.555]
                bbs_index = 2
                outbound_dir = 'C:\{name}\BRE\OUTBOUND'
                inbound_dir = "C:\\{name}\\BRE\\INBOUND"
                game_folder = 'C:\{name}\BRE'
                """);
        }

        public string Folder { get; }

        public string Game { get; }

        public void SetLine4(string path)
        {
            var file = Path.Combine(Game, "BBS.CFG");
            var lines = File.ReadAllText(file).Split("\r\n");
            lines[3] = path;
            File.WriteAllText(file, string.Join("\r\n", lines));
        }

        public Task<RunningClient> StartAsync(string[] arguments, string? input = null) =>
            RunningClient.StartAsync(ClientForm.Windows, arguments, Folder, _windows.Environment, input, _secret);

        public async Task<Ran> RunAsync(params string[] arguments)
        {
            await using var client = await StartAsync(arguments);
            return await client.EndAsync();
        }

        public List<(string Name, byte[] Bytes)> Consume()
        {
            var files = Directory.EnumerateFiles(Path.Combine(Game, "INBOUND")).Where(f => !f.Contains("NODES.", StringComparison.Ordinal)).Order().ToList();
            var found = files.ConvertAll(f => (Path.GetFileName(f), File.ReadAllBytes(f)));
            files.ForEach(File.Delete);
            return found;
        }
    }
}
