using System.Text;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>
/// The folder of the hub's own copy of a game, as the host sees it. Names are found without case, as DOS finds them.
/// </summary>
public sealed class GameFolder
{
    /// <summary>The game's lock, in any case.</summary>
    internal const string LockName = "inuse.flg";

    private GameFolder(LeagueId league, string path, string driveC)
    {
        League = league;
        Path = path;
        DriveC = driveC;
    }

    /// <summary>The league whose game this is.</summary>
    public LeagueId League { get; }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The folder that becomes C:.</summary>
    public string DriveC { get; }

    /// <summary>Where the hub puts packets for the game.</summary>
    public string Inbound => Resolve(Path, "INBOUND");

    /// <summary>Where the game leaves packets.</summary>
    public string Outbound => Resolve(Path, "OUTBOUND");

    /// <summary>The game's lock as it stands there, or null while nobody is inside.</summary>
    public FileInfo? Lock => Find(Path, LockName) is { } file ? new FileInfo(file) : null;

    /// <summary>The league's game folder, or null when it has none.</summary>
    public static GameFolder? Of(League league) => league.GameFolder is { } path
        ? new GameFolder(league.Id, path, league.DriveC ?? Directory.GetParent(path)?.FullName ?? path)
        : null;

    /// <summary>A folder in which a run of the league worked, whatever the league's folder is now.</summary>
    internal static GameFolder At(LeagueId league, string path) => new(league, path, Directory.GetParent(path)?.FullName ?? path);

    /// <summary>
    /// Everything that keeps the game from moving a packet, each in one sentence with what to do. A run that can't work is
    /// never started: the game would answer it with exit code 0 and a normal-looking transcript.
    /// </summary>
    /// <param name="machine">The emulator that is to run it, which may have rules of its own for folders; null when there is none.</param>
    public IReadOnlyList<string> Faults(IDosMachine? machine)
    {
        if (!Directory.Exists(Path))
        {
            return [$"The game folder {Path} does not exist."];
        }

        var faults = new List<string>();
        if (DosFolder.Fault(DriveC, Path) is { } fault)
        {
            faults.Add(fault);
        }

        if (machine?.FolderFault(DriveC) is { } unusable)
        {
            faults.Add(unusable);
        }

        if (DosFolder.FindProgram(Path, League.Game.Program) is null)
        {
            faults.Add($"The game's program {League.Game.Program} is not in {Path}.");
        }

        foreach (var twins in DosFolder.CaseTwins(Path))
        {
            faults.Add($"{string.Join(" and ", twins)} in {Path} differ only in case; DOS silently takes one of them. Remove the other.");
        }

        foreach (var folder in new[] { Inbound, Outbound })
        {
            if (!Directory.Exists(folder))
            {
                faults.Add($"The folder {folder} is missing.");
            }
        }

        faults.AddRange(ConfigurationFaults());
        return faults;
    }

    /// <summary>What deserves a look though the game may work.</summary>
    public IReadOnlyList<string> Notices() =>
        Find(Path, "ROUTE.CFG") is { } route
            ? [$"{System.IO.Path.GetFileName(route)} in the game folder re-points the game's mail; the HOST line of the nodelist is enough. Remove it unless you mean it."]
            : [];

    /// <summary>Brings the nodelist inside the game folder to these bytes.</summary>
    /// <returns>Whether the file was changed.</returns>
    public bool WriteNodelist(byte[] bytes)
    {
        var file = Find(Path, League.Game.NodelistDat) ?? System.IO.Path.Combine(Path, League.Game.NodelistDat);
        if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes))
        {
            return false;
        }

        var scratch = System.IO.Path.Combine(Path, "NODELIST.NEW");
        DurableFile.Write(scratch, bytes);
        File.Move(scratch, file, overwrite: true);
        DurableFile.SyncFileSystem(Path);
        return true;
    }

    /// <summary>The nodes that the game's own node file has. Empty when there is none, or none that can be understood.</summary>
    internal IReadOnlySet<int> ListedNodes()
    {
        try
        {
            return Find(Path, League.Game.NodelistDat) is { } file
                ? NodelistText.Read(File.ReadAllBytes(file)).Select(n => n.Index).ToHashSet()
                : new HashSet<int>();
        }
        catch (FormatException)
        {
            return new HashSet<int>();
        }
    }

    /// <summary>The file of this name in whatever case, or null.</summary>
    internal static string? Find(string folder, string name) => DosFolder.FindProgram(folder, name);

    private static string Resolve(string folder, string name) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .FirstOrDefault(d => System.IO.Path.GetFileName(d).Equals(name, StringComparison.OrdinalIgnoreCase)) ?? System.IO.Path.Combine(folder, name)
        : System.IO.Path.Combine(folder, name);

    private IEnumerable<string> ConfigurationFaults()
    {
        if (Find(Path, "BBS.CFG") is not { } file)
        {
            yield return $"BBS.CFG is not in {Path}; the game can't work without it.";
            yield break;
        }

        var lines = Encoding.Latin1.GetString(File.ReadAllBytes(file)).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        if (lines.Length < 6)
        {
            yield return $"BBS.CFG in {Path} has {lines.Length} lines and should have 7.";
            yield break;
        }

        if (DosFolder.Fault(DriveC, Path) is null && Directory.Exists(Inbound))
        {
            var expected = DosFolder.DosPath(DriveC, Inbound);
            if (!lines[3].Trim().TrimEnd('\\').Equals(expected, StringComparison.OrdinalIgnoreCase))
            {
                yield return $"Line 4 of BBS.CFG in {Path} says the game reads packets in “{lines[3].Trim()}”, and the hub puts them into {expected}. Set line 4 to {expected}\\.";
            }
        }

        if (lines[5].Trim() != League.Number)
        {
            yield return $"Line 6 of BBS.CFG in {Path} says league “{lines[5].Trim()}”, and this is league {League.Number}.";
        }
    }
}
