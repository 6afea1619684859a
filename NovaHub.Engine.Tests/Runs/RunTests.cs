using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

public class RunTests
{
    [Fact]
    public async Task A_run_reads_what_boards_sent_and_writes_what_boards_get()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:Reports"] = "true" });
        var league = await hub.AddSandboxLeagueAsync();
        foreach (var (name, bytes) in await hub.PlayBoardAsync(league, 2, "Alpha 900"))
        {
            await hub.UploadAsync(name, bytes);
        }

        var report = await hub.RunAsync(league);

        Assert.True(report.Run.Outcome == RunOutcome.Good, Show(report));
        Assert.Equal((1, 1, 0, 2), (report.Run.Staged, report.Run.Consumed, report.Run.Unconsumed, report.Run.Written));
        Assert.Equal("DOSBox", report.Run.Machine);
        Assert.Equal(0, report.Run.ExitCode);
        Assert.Contains(report.Phases, p => p.Name == "Planetary Maintenance Complete");
        Assert.Contains(report.Items, i => i is { Read: true, Type: "Recon Update", Source: 2, Dest: 1 });
        Assert.Contains(report.Items, i => i is { Read: false, Source: 1, Dest: 3 });
        Assert.Contains(report.Files, f => f.Name == "SCORES.ANS");
        Assert.Contains(report.Files, f => f.Name == "ROUTES.LST");
        Assert.Equal([2, 3], (await hub.PacketsAsync()).Where(p => p.WrittenInRunId == report.Run.Id).Select(p => p.Dest).Order());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hub.Games, "B900N01", "INBOUND")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hub.Games, "B900N01", "OUTBOUND")));
        Assert.NotNull(await hub.Get<RunHistory>().RecordingAsync(report.Run.Id, CancellationToken.None));
    }

    internal static string Show(RunReport report) =>
        $"{report.Run.Outcome}: {report.Run.Summary}\n" + string.Join('\n', report.Verdicts.Select(v => $"{v.Weight} {v.Kind}: {v.Sentence}"));
}
