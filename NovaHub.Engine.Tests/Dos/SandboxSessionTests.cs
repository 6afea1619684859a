using NovaHub.Engine.Dos;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>The sandbox game under a real DOSBox, read from its screen as a run reads it.</summary>
public class SandboxSessionTests : IDisposable
{
    private readonly DosBench _bench = new();

    public SandboxSessionTests()
    {
        File.Copy(Path.Combine(Fixture.SourceRoot, "NovaHub.Engine", "Sandbox", "Game", "SANDBOX.EXE"), Path.Combine(_bench.Game, "BRE.EXE"));
        Directory.CreateDirectory(Path.Combine(_bench.Game, "INBOUND"));
        Directory.CreateDirectory(Path.Combine(_bench.Game, "OUTBOUND"));
        Write("BBS.CFG", "Sysop", "The Hub BBS", "13:10/1", @"C:\B900N01\INBOUND\", @"C:\B900N01\", "900", "NONE");
        Write(
            "BRNODES.DAT",
            "1 HOST 2 3", "The Hub BBS", "13:10/1", "Orlando", "FL", "USA", "",
            "2", "The Dive", "13:10/2", "Reno", "NV", "USA", "",
            "3", "Café Eclipse", "13:10/3", "Bern", "BE", "CH", "");
    }

    public void Dispose()
    {
        _bench.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Write(string name, params string[] lines) =>
        File.WriteAllBytes(Path.Combine(_bench.Game, name), Cp437.Encode(string.Join("\r\n", lines) + "\r\n"));

    private async Task<(DosOutcome Outcome, TranscriptReader Transcript)> PlayAsync(string command, TimeSpan? limit = null)
    {
        var screen = new ScreenReader();
        var job = _bench.Job(command) with { TimeLimit = limit ?? TimeSpan.FromSeconds(60) };
        var running = _bench.Machines.Find().Machine!.RunAsync(job, new DosOutputs(screen, _bench.Screen), CancellationToken.None);
        var transcript = new TranscriptReader();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!running.IsCompleted && await timer.WaitForNextTickAsync())
        {
            screen.Take().ToList().ForEach(row => transcript.Line(row));
        }

        screen.End().ToList().ForEach(row => transcript.Line(row));
        return (await running, transcript);
    }

    [Fact]
    public async Task A_maintenance_run_is_read_whole_while_it_runs()
    {
        var (outcome, transcript) = await PlayAsync("BRE.EXE PLANETARY /DETAILED");

        Assert.Equal([0], outcome.CommandCodes);
        Assert.Null(outcome.Trouble);
        Assert.True(transcript.Completed, _bench.Screen.Text);
        Assert.Equal([new TranscriptMail("The Dive", 2), new TranscriptMail("Café Eclipse", 3)], transcript.Mails);
        Assert.Contains(transcript.Items, item => item is { Direction: TranscriptDirection.Out, Type: "Recon Update", Source: 1, Dest: 3, Expanded: 1448 });
        Assert.Equal("Processing Outbound Data", transcript.Items[0].Phase);
        Assert.Empty(_bench.LeftProcesses());
    }

    [Fact]
    public async Task A_crash_shows_its_runtime_error_and_its_error_level()
    {
        var (outcome, transcript) = await PlayAsync("BRE.EXE PLANETARY /DETAILED CRASH");

        Assert.Equal([200], outcome.CommandCodes);
        Assert.StartsWith("Runtime error 200 at", transcript.RuntimeError, StringComparison.Ordinal);
        Assert.False(transcript.Completed);
    }

    [Fact]
    public async Task A_game_that_hangs_shows_how_far_it_got()
    {
        var (outcome, transcript) = await PlayAsync("BRE.EXE PLANETARY /DETAILED HANG", TimeSpan.FromSeconds(4));

        Assert.Equal(DosEnding.TimedOut, outcome.Ending);
        Assert.Equal("Processing Incoming Data", transcript.Phases[^1].Name);
        Assert.Empty(_bench.LeftProcesses());
    }
}
