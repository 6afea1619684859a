using System.Diagnostics;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>Sessions under a real DOSBox.</summary>
public class DosBoxTests : IDisposable
{
    private readonly DosBench _bench = new();

    public void Dispose()
    {
        _bench.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_command_that_ends_well_leaves_its_proof()
    {
        var outcome = await _bench.RunAsync("ACT.COM E 0");

        Assert.Equal(DosEnding.Ended, outcome.Ending);
        Assert.Equal([0], outcome.CommandCodes);
        Assert.Null(outcome.Trouble);
        _bench.AssertClean();
    }

    [Fact]
    public async Task Each_command_has_its_exact_error_level()
    {
        var outcome = await _bench.RunAsync("act.com E 1", "ACT E 0", "ACT.COM E 200", "ACT.COM E 255", "ACT.COM E 37", "ACT.COM E 128");

        Assert.Equal([1, 0, 200, 255, 37, 128], outcome.CommandCodes);
    }

    [Fact]
    public async Task After_a_failure_the_rest_is_left_out_when_the_job_says_so()
    {
        var outcome = await _bench.RunAsync(_bench.Job("ACT.COM E 0", "ACT.COM E 3", "ACT.COM E 0") with { StopAtFirstFailure = true });

        Assert.Equal([0, 3, null], outcome.CommandCodes);
        Assert.Equal(DosEnding.Ended, outcome.Ending);
    }

    [Fact]
    public async Task The_lines_of_the_recorded_maintenance_run_come_through_the_null_modem_whole_once_and_in_order()
    {
        await _bench.RunAsync("ACT.COM L");

        Assert.Equal(Fixture.PlanetaryLines, _bench.Screen.End());
    }

    [Fact]
    public async Task A_hundred_rows_arrive_in_order()
    {
        await _bench.RunAsync("ACT.COM F 100");

        Assert.Equal(
            Enumerable.Range(1, 100).Select(n => $"Row number {n:0000} of a flood that never seems to end, row after row after row"),
            _bench.Screen.End());
    }

    [Fact]
    public async Task A_flood_of_output_does_not_stop_the_run()
    {
        var outcome = await _bench.RunAsync("ACT.COM X 3000");

        Assert.Equal([0], outcome.CommandCodes);
        Assert.Contains(_bench.Screen.End(), row => row.StartsWith("Row number 3000", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ACT.COM H")]
    [InlineData("ACT.COM K")]
    public async Task A_program_that_hangs_ends_with_the_time_limit(string command)
    {
        var outcome = await _bench.RunAsync(_bench.Job("ACT.COM E 0", command) with { TimeLimit = TimeSpan.FromSeconds(3) });

        Assert.Equal(DosEnding.TimedOut, outcome.Ending);
        Assert.Equal([0, null], outcome.CommandCodes);
        Assert.InRange(outcome.Elapsed, TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(10));
        _bench.AssertClean();
    }

    [Fact]
    public async Task A_session_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        var running = _bench.RunAsync(_bench.Job("ACT.COM F 30", "ACT.COM H"), stop.Token);
        await _bench.Screen.Something;

        await stop.CancelAsync();
        var outcome = await running;

        Assert.Equal(DosEnding.Stopped, outcome.Ending);
        Assert.Null(outcome.CommandCodes[1]);
        _bench.AssertClean();
    }

    [Fact]
    public async Task A_session_that_was_stopped_before_it_began_starts_nothing()
    {
        var outcome = await _bench.RunAsync(_bench.Job("ACT.COM E 0"), new CancellationToken(canceled: true));

        Assert.Equal(DosEnding.Stopped, outcome.Ending);
        Assert.Equal(0, outcome.OutputBytes);
        _bench.AssertClean();
    }

    [Fact]
    public async Task An_emulator_that_dies_is_no_success()
    {
        var running = _bench.RunAsync("ACT.COM H");
        await _bench.Screen.Something;

        var emulator = _bench.LeftProcesses().Select(folder => int.Parse(Path.GetFileName(folder))).ToList();
        Assert.NotEmpty(emulator);
        emulator.ForEach(id => Process.GetProcessById(id).Kill());
        var outcome = await running;

        Assert.Equal(DosEnding.Ended, outcome.Ending);
        Assert.Equal([null], outcome.CommandCodes);
        Assert.NotNull(outcome.Trouble);
        _bench.AssertClean();
    }

    [Fact]
    public async Task A_missing_program_is_noticed_before_the_start()
    {
        var outcome = await _bench.RunAsync("BRE.EXE PLANETARY /DETAILED");

        Assert.Equal(DosEnding.NotStarted, outcome.Ending);
        Assert.Contains("BRE.EXE is not in", outcome.Trouble, StringComparison.Ordinal);
        _bench.AssertClean();
    }

    [Fact]
    public async Task A_folder_name_that_is_too_long_for_DOS_is_refused()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_bench.DriveC, "BRE_900_N02")).FullName;

        var outcome = await _bench.RunAsync(_bench.Job("ACT.COM E 0") with { Folder = folder });

        Assert.Equal(DosEnding.NotStarted, outcome.Ending);
        Assert.Contains("'BRE_900_N02'", outcome.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_sessions_run_side_by_side()
    {
        using var other = new DosBench();

        var outcomes = await Task.WhenAll(_bench.RunAsync("ACT.COM F 60", "ACT.COM E 5"), other.RunAsync("ACT.COM F 70", "ACT.COM E 6"));

        Assert.Equal([5, 6], outcomes.Select(outcome => outcome.CommandCodes[1]));
        Assert.Equal(60, _bench.Screen.End().Count(row => row.StartsWith("Row", StringComparison.Ordinal)));
        Assert.Equal(70, other.Screen.End().Count(row => row.StartsWith("Row", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_receiver_that_throws_does_not_harm_the_run()
    {
        var outcome = await _bench.Machines.Find().Machine!.RunAsync(_bench.Job("ACT.COM L"), new Throwing(), CancellationToken.None);

        Assert.Equal([0], outcome.CommandCodes);
        Assert.Null(outcome.Trouble);
    }

    private sealed class Throwing : IDosOutput
    {
        public void Write(ReadOnlySpan<byte> vt) => throw new InvalidOperationException("The page is gone.");
    }
}
