namespace NovaHub.Web.Tests.Commands;

public sealed class CommandTests : IDisposable
{
    private readonly HubProgram _hub = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task A_league_and_a_board_are_added_and_listed()
    {
        Assert.Equal("555B", (await _hub.JsonAsync("league", "add", "555B", "--name", "Realms", "--hub-address", "13:10/1")).GetProperty("league_id").GetString());

        var credentials = await _hub.JsonAsync("bbs", "add", "The Dive", "--member", "555B:2=13:10/2");

        Assert.Equal(["bbs_name", "client_id", "client_secret", "members"], credentials.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("The Dive", credentials.GetProperty("bbs_name").GetString());
        var league = Assert.Single((await _hub.JsonAsync("league", "list")).EnumerateArray());
        var member = Assert.Single(league.GetProperty("members").EnumerateArray());
        Assert.Equal((2, "The Dive", "13:10/2"), (member.GetProperty("bbs_index").GetInt32(), member.GetProperty("bbs").GetString(), member.GetProperty("ftn_address").GetString()));
        var listed = await _hub.RunAsync("bbs", "list");
        Assert.Contains("The Dive", listed.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(credentials.GetProperty("client_secret").GetString()!, listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_board_without_an_address_is_told_the_one_that_was_made_up_and_where_it_goes()
    {
        await _hub.JsonAsync("league", "add", "555B", "--name", "Realms", "--hub-address", "13:10/1");
        var added = await _hub.RunAsync("bbs", "add", "The Dive", "--member", "555B:2");
        Assert.Contains("2 of 555B, 13:10/2 (made up by the hub): line 3 of BBS.CFG must be exactly this address", added.Out, StringComparison.Ordinal);
        var member = Assert.Single((await _hub.JsonAsync("bbs", "add", "Other", "--member", "555B:3")).GetProperty("members").EnumerateArray());
        Assert.Equal(("13:10/3", true), (member.GetProperty("fidonet_address").GetString(), member.GetProperty("fidonet_address_made_up").GetBoolean()));
        Assert.Contains("The Dive  13:10/2 (made up)", (await _hub.RunAsync("league", "list")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schedule_is_in_the_time_zone_that_is_named()
    {
        await _hub.JsonAsync("league", "add", "555B", "--name", "Realms", "--cron", "0 0 4 ? * mon-sun", "--time-zone", "europe/berlin");
        var league = Assert.Single((await _hub.JsonAsync("league", "list")).EnumerateArray());
        Assert.Equal(("0 0 4 ? * MON-SUN", "Europe/Berlin"), (league.GetProperty("cron").GetString(), league.GetProperty("time_zone").GetString()));
        await _hub.JsonAsync("league", "set", "555B", "--time-zone", "UTC");
        Assert.Equal("UTC", Assert.Single((await _hub.JsonAsync("league", "list")).EnumerateArray()).GetProperty("time_zone").GetString());
    }

    [Fact]
    public async Task A_board_is_disabled_enabled_and_gets_a_new_secret()
    {
        var credentials = await _hub.JsonAsync("bbs", "add", "The Dive");
        var id = credentials.GetProperty("client_id").GetString()!;

        Assert.False((await _hub.JsonAsync("bbs", "disable", id)).GetProperty("is_active").GetBoolean());
        Assert.Contains("DISABLED", (await _hub.RunAsync("bbs", "list")).Out, StringComparison.Ordinal);
        Assert.True((await _hub.JsonAsync("bbs", "enable", id)).GetProperty("is_active").GetBoolean());
        var rotated = await _hub.JsonAsync("bbs", "rotate", id);

        Assert.Equal(id, rotated.GetProperty("client_id").GetString());
        Assert.NotEqual(credentials.GetProperty("client_secret").GetString(), rotated.GetProperty("client_secret").GetString());
    }

    [Fact]
    public async Task A_damaged_ledger_is_told_with_the_way_out_by_every_verb_and_by_the_hub_itself()
    {
        await _hub.JsonAsync("league", "add", "555B", "--name", "Realms");
        await using (var file = new FileStream(Path.Combine(_hub.Data, "novahub.db"), FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 5 * 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, 8192).ToArray());
        }

        foreach (var verb in new[] { new[] { "league", "list" }, ["serve", "--urls", "http://127.0.0.1:0"] })
        {
            var (code, output, error) = await _hub.RunAsync(verb);
            Assert.Equal((1, ""), (code, output));
            Assert.Contains("is damaged", error, StringComparison.Ordinal);
            Assert.Contains("copy a backup to", error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
        }
    }

    [Theory]
    [InlineData(2, "Required command was not provided", "nothing-like-this")]
    [InlineData(2, "is no seat", "bbs", "add", "X", "--member", "555:2")]
    [InlineData(2, "admin", "user", "add", "kim", "--role", "king")]
    [InlineData(2, "--limit is 1 to", "packets", "--limit", "0")]
    [InlineData(1, "is no league id", "league", "add", "55B", "--name", "Realms")]
    [InlineData(1, "There is no league 555B", "bbs", "add", "The Dive", "--member", "555B:2")]
    [InlineData(1, "There is no league 555B", "run", "555B")]
    [InlineData(1, "never comes", "league", "add", "555B", "--name", "Realms", "--cron", "0 0 12 31 2 ?")]
    [InlineData(1, "Minute and Second values must be between 0 and 59", "league", "add", "555B", "--name", "Realms", "--cron", "0 60 * * * ?")]
    [InlineData(1, "is no time zone", "league", "add", "555B", "--name", "Realms", "--time-zone", "Mars/Base")]
    [InlineData(1, "No BBS has the client id nobody", "bbs", "rotate", "nobody")]
    public async Task A_mistake_is_told_in_one_sentence_on_standard_error(int code, string sentence, params string[] arguments)
    {
        var result = await _hub.RunAsync(arguments);

        Assert.Equal(code, result.Code);
        Assert.Equal("", result.Out);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_user_is_added_with_a_password_from_standard_input_and_never_twice()
    {
        var added = await _hub.TypeAsync("correct horse battery\n", "user", "add", "kim", "--role", "admin", "--password-stdin");
        var again = await _hub.TypeAsync("correct horse battery\n", "user", "add", "kim", "--role", "admin", "--password-stdin");
        var weak = await _hub.TypeAsync("short\n", "user", "add", "lee", "--role", "sysop", "--password-stdin");

        Assert.True(added.Code == 0, added.Error);
        Assert.Equal((1, 1), (again.Code, weak.Code));
        Assert.DoesNotContain("correct horse", added.Out + added.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_without_a_game_folder_fails_and_says_what_is_missing()
    {
        await _hub.JsonAsync("league", "add", "555B", "--name", "Realms");

        var run = await _hub.RunAsync("run", "555B");

        Assert.Equal(1, run.Code);
        Assert.Contains("has no game folder", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_plays_two_rounds_and_everything_that_went_in_comes_out()
    {
        var demo = await _hub.RunAsync("demo", "--once");

        Assert.True(demo.Code == 0, demo.Out + demo.Error);
        Assert.Contains("6 packets uploaded, 4 consumed by the hub's game", demo.Out, StringComparison.Ordinal);
        Assert.Contains("2 relayed", demo.Out, StringComparison.Ordinal);
        Assert.Contains("Everything that went in came out.", demo.Out, StringComparison.Ordinal);
        Assert.Contains((await _hub.RunAsync("emulator")).Out.Replace("The hub uses ", "The games run under ", StringComparison.Ordinal), demo.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_removes_no_folder_that_it_did_not_make()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_hub.Data, "demo-once")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "mine.txt"), "x");

        var (code, _, error) = await _hub.RunAsync("demo", "--once");

        Assert.Equal(1, code);
        Assert.Contains("was not made by demo --once", error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "mine.txt")));
    }

    [Fact]
    public async Task The_emulator_is_the_one_that_the_configuration_leads_to()
    {
        // What ./novahub asks before it installs one
        foreach (var (machine, dosBox, dosemu, lacking) in new[]
        {
            ("auto", "no-such-dosbox", "no-such-dosemu", "dosbox\n"),
            ("dosemu", "no-such-dosbox", "no-such-dosemu", ""),
            ("dosbox", "no-such-dosbox", "sh", "dosbox\n"),
            ("auto", "no-such-dosbox", "sh", ""),
        })
        {
            var settings = new Dictionary<string, string?> { ["Dos__Machine"] = machine, ["Dos__DosBoxPath"] = dosBox, ["Dos__DosemuPath"] = dosemu };
            Assert.Equal((0, lacking, ""), await _hub.RunAsync(settings, "emulator", "--lacking"));
        }

        Assert.Equal((0, "The hub uses dosemu2.\n", ""), await _hub.RunAsync(new Dictionary<string, string?> { ["Dos__DosemuPath"] = "sh" }, "emulator"));
        var (code, _, error) = await _hub.RunAsync(new Dictionary<string, string?> { ["Dos__Machine"] = "dosemu", ["Dos__DosemuPath"] = "none" }, "emulator");
        Assert.Equal(1, code);
        Assert.Contains("Install dosemu2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_demo_that_was_ended_inside_a_board_s_game_can_be_started_again()
    {
        var board = Directory.CreateDirectory(Path.Combine(_hub.Data, "demo", "games", "B900N02")).FullName;
        await File.WriteAllTextAsync(Path.Combine(board, "INUSE.FLG"), "");
        var log = Path.Combine(_hub.Folder, "demo.log");
        await File.WriteAllTextAsync(log, "");
        using var demo = Crash.PublishedProgram.Start(
            log, new Dictionary<string, string>(), "dotnet", Path.Combine(AppContext.BaseDirectory, "NovaHub.Web.dll"), "demo", "--urls", "http://127.0.0.1:0", "--data", _hub.Data);
        try
        {
            var deadline = DateTime.UtcNow.AddMinutes(2);
            while (!(await File.ReadAllTextAsync(log)).Contains("Round 1: the boards fetched", StringComparison.Ordinal))
            {
                Assert.True(!demo.HasExited && DateTime.UtcNow < deadline, await File.ReadAllTextAsync(log));
                await Task.Delay(100);
            }
        }
        finally
        {
            demo.Kill(entireProcessTree: true);
            await demo.WaitForExitAsync();
        }
    }
}
