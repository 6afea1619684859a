using NovaHub.Engine.Dos;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>
/// Sessions under a program that stands in for dosemu2, which Debian does not package. The pseudo-terminal, the signals
/// and the recordings are real.
/// </summary>
public class Dosemu2Tests : IDisposable
{
    private readonly DosBench _bench = new("games");

    public Dosemu2Tests()
    {
        _bench.Options = _bench.Options with { Machine = "dosemu2", DosemuPath = StandIn };
        Play("replay=" + Fixture.PathOf("dosemu2-planetary.raw"), "code=0", "exit=0");
    }

    private static string StandIn => Path.Combine(AppContext.BaseDirectory, "Dos", "StandIn", "dosemu");

    private string Seen => File.ReadAllText(Path.Combine(_bench.DriveC, "seen.txt"));

    public void Dispose()
    {
        _bench.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Play(params string[] words) => File.WriteAllLines(Path.Combine(_bench.DriveC, "standin.txt"), words);

    private void AssertClean() => _bench.AssertClean("seen.txt", "standin.txt");

    [Fact]
    public async Task A_maintenance_run_is_read_from_the_pseudo_terminal()
    {
        var outcome = await _bench.RunAsync("ACT.COM L");

        var reader = new TranscriptReader();
        _bench.Screen.End().ForEach(row => reader.Line(row));
        Assert.True(reader.Completed);
        Assert.Equal(10, reader.Items.Count);
        Assert.Equal(DosEnding.Ended, outcome.Ending);
        Assert.Equal([0], outcome.CommandCodes);
        Assert.Equal(0, outcome.HostExitCode);
        Assert.Null(outcome.Trouble);
        Assert.True(outcome.OutputBytes > 3000);
        AssertClean();
    }

    [Fact]
    public async Task The_terminal_has_25_rows_and_a_type_and_the_home_is_writable()
    {
        await _bench.RunAsync("ACT.COM L");

        Assert.Contains("size=25 80\n", Seen, StringComparison.Ordinal);
        Assert.Contains("term=linux\n", Seen, StringComparison.Ordinal);
        Assert.Contains("home=" + _bench.Work, Seen, StringComparison.Ordinal);
        Assert.Contains("home-writable=yes\n", Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_is_the_one_that_was_tried()
    {
        await _bench.RunAsync("ACT.COM L");

        Assert.Contains("video=yes\noptions= -n\n", Seen, StringComparison.Ordinal);
        Assert.Contains($"drive={_bench.DriveC}\n", Seen, StringComparison.Ordinal);
        Assert.Contains("batch=JOB.BAT\n", Seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$_cpu_vm = \"emulated\"")]
    [InlineData("$_cpu_vm_dpmi = \"emulated\"")]
    [InlineData("$_sound = (off)")]
    [InlineData("$_external_char_set = \"utf8\"")]
    [InlineData("$_internal_char_set = \"cp437\"")]
    [InlineData("$_layout = \"us\"")]
    public async Task The_configuration_works_headless(string line)
    {
        await _bench.RunAsync("ACT.COM L");

        Assert.Contains("\n" + line + "\n", Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_batch_goes_to_the_game_notes_each_error_level_and_waits_for_the_last_frame()
    {
        await _bench.RunAsync("ACT.COM L", "ACT.COM F 3");

        var batch = Seen[Seen.IndexOf("batch file:", StringComparison.Ordinal)..].Split("\r\n");
        var job = batch[4].Split('\\')[1];
        Assert.Matches("^NHJ[0-9A-F]{5}$", job);
        Assert.Equal(
            [
                "batch file:\n@echo off", "c:", @"cd \B900N01", "ACT.COM L", $@"echo rc1=%errorlevel%>>C:\{job}\DONE.TXT",
                "ACT.COM F 3", $@"echo rc2=%errorlevel%>>C:\{job}\DONE.TXT", $@"C:\{job}\WAIT.COM", "",
            ],
            batch);
    }

    [Fact]
    public async Task The_error_level_comes_whole_from_the_proof_and_the_exit_code_is_handed_on()
    {
        Play("replay=" + Fixture.PathOf("dosemu2-planetary.raw"), "code=200", "exit=200");

        var outcome = await _bench.RunAsync("ACT.COM L");

        Assert.Equal([200], outcome.CommandCodes);
        Assert.Equal(200 & 127, outcome.HostExitCode);
    }

    [Fact]
    public async Task A_terminal_that_cannot_draw_is_named()
    {
        _bench.Options = _bench.Options with { Terminal = "dumb" };
        Play("replay=" + Fixture.PathOf("dosemu2-dumb-terminal.raw"), "code=0", "exit=0");

        var outcome = await _bench.RunAsync("ACT.COM L");

        Assert.Equal([0], outcome.CommandCodes);
        Assert.Contains("not seen", outcome.Trouble, StringComparison.Ordinal);
        Assert.Contains("TERM=dumb", outcome.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_emulator_that_says_nothing_and_proves_nothing_is_trouble()
    {
        Play("silent");

        var outcome = await _bench.RunAsync("ACT.COM L");

        Assert.Equal(DosEnding.Ended, outcome.Ending);
        Assert.Equal(0, outcome.HostExitCode);
        Assert.Equal([null], outcome.CommandCodes);
        Assert.Equal("dosemu2 ended before the first command was over.", outcome.Trouble);
        AssertClean();
    }

    [Theory]
    [InlineData("drive c", "there is a blank in its path")]
    [InlineData("it's", "the character ' is in its path")]
    [InlineData("a\"b", "the character \" is in its path")]
    [InlineData("a*b", "the character * is in its path")]
    [InlineData("a?b", "the character ? is in its path")]
    [InlineData("a\\b", "the character \\ is in its path")]
    [InlineData("a$b", "the character $ is in its path")]
    [InlineData("a%b", "the character % is in its path")]
    [InlineData("a:b", "the character : is in its path")]
    [InlineData("a`b", "the character ` is in its path")]
    [InlineData("235", "its path has 235 characters, and at most 234 work")]
    public async Task A_drive_that_it_can_not_use_is_refused_before_the_run(string name, string sentence)
    {
        var root = Path.GetDirectoryName(_bench.DriveC)!;
        using var bench = new DosBench(name == "235" ? new string('x', 235 - root.Length - 1) : name) { Options = _bench.Options };

        var outcome = await bench.RunAsync("ACT.COM L");

        Assert.Equal(DosEnding.NotStarted, outcome.Ending);
        Assert.StartsWith($"dosemu2 can't use {bench.DriveC} as drive C: {sentence}.", outcome.Trouble, StringComparison.Ordinal);
        Assert.Equal(outcome.Trouble, bench.Machines.Find().Machine!.FolderFault(bench.DriveC));
        Assert.False(File.Exists(Path.Combine(bench.DriveC, "seen.txt")));
        Assert.Null((bench.Machines.Find(new DosOptions { Machine = "dosbox", DosBoxPath = StandIn }).Machine!.FolderFault(bench.DriveC), name) switch
        {
            // DOSBox has rules of its own
            (not null, "a\"b" or "a%b") => null,
            var (fault, _) => fault,
        });
    }

    [Fact]
    public void A_longest_path_is_taken() =>
        Assert.Null(_bench.Machines.Find().Machine!.FolderFault(Path.Combine("/srv", new string('x', 234 - 5))));

    [Fact]
    public async Task A_blank_in_the_hubs_own_folder_is_refused_too()
    {
        _bench.Options = _bench.Options with { WorkFolder = Path.Combine(_bench.Work, "my data") };

        var outcome = await _bench.RunAsync("ACT.COM L");

        Assert.Equal(DosEnding.NotStarted, outcome.Ending);
        Assert.Contains("there is a blank in its path. Move the hub's data folder", outcome.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_emulator_says_when_it_does_not_boot_is_quoted()
    {
        var said = Path.Combine(_bench.DriveC, "said.raw");
        // As it comes: the banner, escapes, a harmless line about KVM, then why
        await File.WriteAllBytesAsync(said,
        [
            .. Fixture.Bytes("dosemu2-dumb-terminal.raw").Where((_, at) => at < 1500),
            .. "\r\n\e[0m\e[1;1HERROR: KVM: error opening /dev/kvm: No such file\r\n\e[31mERROR: can't open \e[0m/srv/games: not a folder\r\nERROR: leaving\r\n"u8,
        ]);
        Play("replay=" + said, "no-boot");

        var outcome = await _bench.RunAsync("ACT.COM L");

        Assert.Equal([null], outcome.CommandCodes);
        Assert.Equal("dosemu2 ended before the first command was over; it said: ERROR: can't open /srv/games: not a folder ERROR: leaving", outcome.Trouble);
        _bench.AssertClean("seen.txt", "standin.txt", "said.raw");
    }

    [Fact]
    public async Task A_boot_that_fails_on_another_users_leftover_is_told_as_such()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can make a folder of another user's.");
        var leftover = "/tmp/dosemu2_0";
        Assert.SkipWhen(Directory.Exists(leftover), $"{leftover} is there already.");
        Directory.CreateDirectory(leftover);
        try
        {
            using (var chown = System.Diagnostics.Process.Start("chown", ["1234", leftover]))
            {
                await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            Play("replay=" + Fixture.PathOf("dosemu2-planetary.raw"), "no-boot");
            var outcome = await _bench.RunAsync("ACT.COM L");
            Assert.Equal($"dosemu2 did not boot: {leftover} belongs to another user. Remove it.", outcome.Trouble);

            // One that boots all the same is left in peace
            Play("replay=" + Fixture.PathOf("dosemu2-planetary.raw"), "code=0", "exit=0");
            Assert.Null((await _bench.RunAsync("ACT.COM L")).Trouble);
        }
        finally
        {
            Directory.Delete(leftover);
        }
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_noticed_before_the_emulator_would_say_0()
    {
        var outcome = await _bench.RunAsync("BRE.EXE PLANETARY");

        Assert.Equal(DosEnding.NotStarted, outcome.Ending);
        Assert.False(File.Exists(Path.Combine(_bench.DriveC, "seen.txt")));
    }

    [Fact]
    public async Task An_exit_code_0_after_it_was_asked_to_end_is_still_a_time_out()
    {
        Play("replay=" + Fixture.PathOf("dosemu2-planetary.raw"), "hang");

        var outcome = await _bench.RunAsync(_bench.Job("ACT.COM L") with { TimeLimit = TimeSpan.FromSeconds(1) });

        Assert.Equal(DosEnding.TimedOut, outcome.Ending);
        Assert.Equal([null], outcome.CommandCodes);
        AssertClean();
    }

    [Fact]
    public async Task One_that_does_not_listen_is_killed()
    {
        Play("replay=" + Fixture.PathOf("dosemu2-planetary.raw"), "hang", "ignore-term");

        var job = _bench.Job("ACT.COM L") with { TimeLimit = TimeSpan.FromSeconds(1), KillAfter = TimeSpan.FromSeconds(1) };
        var outcome = await _bench.RunAsync(job);

        Assert.Equal(DosEnding.TimedOut, outcome.Ending);
        Assert.InRange(outcome.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(12));
        AssertClean();
    }

    [Fact]
    public async Task A_stop_by_the_caller_is_a_stop()
    {
        Play("replay=" + Fixture.PathOf("dosemu2-planetary.raw"), "hang");
        using var stop = new CancellationTokenSource();
        var running = _bench.RunAsync(_bench.Job("ACT.COM L"), stop.Token);
        await _bench.Screen.Something;

        await stop.CancelAsync();

        Assert.Equal(DosEnding.Stopped, (await running).Ending);
        AssertClean();
    }

    [Theory]
    [InlineData("code=0")]
    [InlineData("hang")]
    public async Task A_process_that_detached_itself_is_found_and_killed(string part)
    {
        Play("replay=" + Fixture.PathOf("dosemu2-planetary.raw"), "orphan", part, "exit=0");

        var job = _bench.Job("ACT.COM L") with { TimeLimit = TimeSpan.FromSeconds(4), KillAfter = TimeSpan.FromSeconds(1) };
        var outcome = await _bench.RunAsync(job);

        Assert.Equal(part == "hang" ? DosEnding.TimedOut : DosEnding.Ended, outcome.Ending);
        Assert.InRange(outcome.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        AssertClean();
    }

    [Fact]
    public async Task Scratch_folders_of_killed_hubs_are_removed_by_the_marker_in_them_and_nothing_by_its_name()
    {
        var living = await ProcessAsync("sleep", "60");
        var dead = await ProcessAsync("true");
        var ours = Marked("NHJ12345", dead.Mark);
        var anothers = Marked("NHJ54321", living.Mark);
        var elsewhere = Marked("NHJ0AAAA", "pid:[1]/77-88");
        var oldElsewhere = Marked("NHJ0BBBB", "pid:[1]/77-88", old: true);
        var games = Marked("NHJGAMES", null, old: true);
        var unmarked = Marked("NHJABCDE", null, old: true);
        await File.WriteAllTextAsync(Path.Combine(unmarked, "PLAYERS.DAT"), "x");
        var unfinished = Directory.CreateDirectory(Path.Combine(_bench.DriveC, "NHJ99999")).FullName;
        Directory.SetLastWriteTimeUtc(unfinished, DateTime.UtcNow.AddDays(-2));
        var work = Directory.CreateDirectory(Path.Combine(_bench.Work, "job-" + new string('a', 32))).FullName;
        await File.WriteAllTextAsync(Path.Combine(work, JobFolder.MarkerName), dead.Mark);

        await _bench.RunAsync("ACT.COM L");

        Assert.All([ours, oldElsewhere, unfinished, work], folder => Assert.False(Directory.Exists(folder), folder));
        Assert.All([anothers, elsewhere, games, unmarked], folder => Assert.True(Directory.Exists(folder), folder));
        living.Process!.Kill();
        await living.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, _bench.Machines.RemoveLeftovers([_bench.DriveC, Path.Combine(_bench.DriveC, "GONE")]));
        Assert.False(Directory.Exists(anothers));
        living.Process.Dispose();
    }

    private string Marked(string name, string? owner, bool old = false)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_bench.DriveC, name)).FullName;
        File.WriteAllText(Path.Combine(folder, owner is null ? "SOME.TXT" : JobFolder.MarkerName), owner + "\r\n");
        if (old)
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddDays(-2));
        }

        return folder;
    }

    // A process and how the hub names it as an owner; one that ends by itself has ended
    private static async Task<(System.Diagnostics.Process? Process, string Mark)> ProcessAsync(string program, params string[] arguments)
    {
        var process = System.Diagnostics.Process.Start(program, arguments);
        var entry = ProcessTree.Below(Environment.ProcessId).FirstOrDefault(p => p.Id == process.Id);
        if (program == "true")
        {
            await process.WaitForExitAsync();
            return (null, ProcessTree.MarkOf(new ProcessEntry(process.Id, 0, "true", entry?.Started ?? 1)));
        }

        return (process, ProcessTree.MarkOf(entry!));
    }
}
