using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>What came of the reports.</summary>
internal sealed record RunReportsMade(IReadOnlyList<(string Name, byte[] Bytes)> Files, Judgement Judgement, long EmulatorMs);

/// <summary>Has the game write its scores, routes and BBS info after a run, and finds the files. The mail is not touched by it.</summary>
internal static class RunReports
{
    private const int LargestFile = 1024 * 1024;

    /// <summary>Bulletins worth keeping, and the two lists.</summary>
    private static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "BBSLAND.ANS", "BBSSCORE.ANS", "BBSWLAND.ANS", "BBSWORTH.ANS", "PLYLAND.ANS", "PLYSCORE.ANS", "PLYWLAND.ANS",
        "PLYWORTH.ANS", "SCORES.ANS", "YESNEWS.ANS", "TDYNEWS.ANS", "ROUTES.LST", "BBSINFO.LST",
    };

    /// <summary>Runs the three commands in one session and reads what they wrote. A lock that they left is removed.</summary>
    public static async Task<RunReportsMade> MakeAsync(GameFolder folder, IDosMachine machine, RunTools tools, Run run, CancellationToken stop)
    {
        using var gameLock = new GameLock(folder, tools.Store.Now);
        var outcome = await machine.RunAsync(
            new DosJob(folder.DriveC, folder.Path, Commands(folder.League.Game))
            {
                TimeLimit = tools.Options.TimeLimit,
                Id = RunExecution.SessionId(tools.Storage, run.Id, "report"),
            },
            NoScreen.Instance,
            stop);
        var trouble = outcome.Ending == DosEnding.Ended && outcome.CommandCodes.All(c => c == 0) ? null : Trouble(outcome);
        List<(string Name, byte[] Bytes)> files = [];
        try
        {
            var died = outcome.CommandCodes.Any(c => c is null or > 1);
            if (gameLock.Look(outcome.Ending == DosEnding.Ended && !died, !died && outcome.CommandCodes.Contains(1)) == LockEvidence.LeftByRun)
            {
                folder.Lock?.Delete();
            }

            files = Find(folder, run.PlayStartedAt!.Value);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            trouble = failure.Message;
        }

        var kept = files.Count == 1 ? "1 report file was kept." : $"{files.Count} report files were kept.";
        return new RunReportsMade(
            files,
            trouble is null
                ? new Judgement(VerdictKind.Reports, VerdictWeight.Good, kept)
                : new Judgement(VerdictKind.Reports, VerdictWeight.Notice, $"The reports did not end well: {trouble} {kept} The mail is not touched by this."),
            (long)outcome.Elapsed.TotalMilliseconds);
    }

    private static string Trouble(DosOutcome outcome) => outcome.Trouble ?? outcome.Ending switch
    {
        DosEnding.TimedOut => "they took too long and were ended.",
        DosEnding.Stopped => "they were stopped.",
        _ => $"exit codes {string.Join(", ", outcome.CommandCodes.Select(c => c?.ToString() ?? "none"))}.",
    };

    private static IReadOnlyList<string> Commands(Game game) => [$"{game.Program} SCORES", $"{game.Program} ROUTEINFO", $"{game.Program} BBSINFO"];

    // Those written since the run's game began; DOS keeps times to two seconds
    private static List<(string Name, byte[] Bytes)> Find(GameFolder folder, DateTime since)
    {
        var bulletins = Directory.EnumerateDirectories(folder.Path)
            .Where(d => Path.GetFileName(d).Equals("BULLETIN", StringComparison.OrdinalIgnoreCase)).SelectMany(Directory.EnumerateFiles);
        return [.. Directory.EnumerateFiles(folder.Path).Concat(bulletins)
            .Where(f => s_names.Contains(Path.GetFileName(f)) && File.GetLastWriteTimeUtc(f) >= since.AddSeconds(-3) && new FileInfo(f).Length <= LargestFile)
            .Select(f => (Path.GetFileName(f).ToUpperInvariant(), File.ReadAllBytes(f))).DistinctBy(f => f.Item1)];
    }

    private sealed class NoScreen : IDosOutput
    {
        public static readonly NoScreen Instance = new();

        public void Write(ReadOnlySpan<byte> vt)
        {
        }
    }
}
