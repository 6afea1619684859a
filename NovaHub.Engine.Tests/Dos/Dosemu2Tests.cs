using NovaHub.Engine.Dos;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>
/// Sessions under a program that stands in for dosemu2, which Debian does not package. The pseudo-terminal, the signals
/// and the recordings are real.
/// </summary>
public class Dosemu2Tests : IDisposable
{
    private readonly DosBench _bench = new();

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
        Assert.NotNull(outcome.Trouble);
        AssertClean();
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
    public async Task A_scratch_folder_on_drive_C_that_a_killed_hub_left_behind_is_removed_after_a_day()
    {
        var old = Directory.CreateDirectory(Path.Combine(_bench.DriveC, "NHJ12345")).FullName;
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        var young = Directory.CreateDirectory(Path.Combine(_bench.DriveC, "NHJ54321")).FullName;

        await _bench.RunAsync("ACT.COM L");

        Assert.False(Directory.Exists(old));
        Assert.True(Directory.Exists(young));
    }
}
