using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>Has the game write its scores, routes and BBS info after a run, and finds the files.</summary>
internal static class RunReports
{
    private const int LargestFile = 1024 * 1024;

    /// <summary>Bulletins worth keeping, and the two lists.</summary>
    private static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "BBSLAND.ANS", "BBSSCORE.ANS", "BBSWLAND.ANS", "BBSWORTH.ANS", "PLYLAND.ANS", "PLYSCORE.ANS", "PLYWLAND.ANS",
        "PLYWORTH.ANS", "SCORES.ANS", "YESNEWS.ANS", "TDYNEWS.ANS", "ROUTES.LST", "BBSINFO.LST",
    };

    /// <summary>The commands, for one session.</summary>
    public static IReadOnlyList<string> Commands(Game game) => [$"{game.Program} SCORES", $"{game.Program} ROUTEINFO", $"{game.Program} BBSINFO"];

    /// <summary>Report files that were written since <paramref name="since"/> (DOS keeps two-second times).</summary>
    public static List<(string Name, byte[] Bytes)> Find(GameFolder folder, DateTime since)
    {
        var bulletins = Directory.EnumerateDirectories(folder.Path)
            .Where(d => Path.GetFileName(d).Equals("BULLETIN", StringComparison.OrdinalIgnoreCase)).SelectMany(Directory.EnumerateFiles);
        return [.. Directory.EnumerateFiles(folder.Path).Concat(bulletins)
            .Where(f => s_names.Contains(Path.GetFileName(f)) && File.GetLastWriteTimeUtc(f) >= since.AddSeconds(-3) && new FileInfo(f).Length <= LargestFile)
            .Select(f => (Path.GetFileName(f).ToUpperInvariant(), File.ReadAllBytes(f))).DistinctBy(f => f.Item1)];
    }
}
