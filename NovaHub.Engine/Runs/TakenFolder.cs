using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>A packet's file that left OUTBOUND and is not in the ledger yet.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Name">The packet.</param>
/// <param name="Number">Files that left earlier have smaller numbers.</param>
internal sealed record TakenFile(string Path, PacketName Name, int Number);

/// <summary>
/// The folder into which packets leave OUTBOUND, by one atomic move on the same file system: from there on the game can't add
/// to them, so what is read is what is entered. Files stay until the ledger has them; after an interruption the next look
/// finds them. The games look for nothing there, and the name is 8.3, so that no emulator lists it under another.
/// </summary>
internal sealed class TakenFolder
{
    public const string FolderName = "NOVAHUB.OUT";

    private const string Marker = "NOVAHUB.TXT";
    private const string Explanation =
        "NovaHub takes packets from OUTBOUND into this folder before it enters them into its ledger, and removes them then.\r\n"
        + "A packet that lies here is entered at the hub's next look. Leave them here.\r\n";

    private readonly string[] _places;
    private int _last;

    /// <exception cref="IOException">A folder of that name is not the hub's.</exception>
    public TakenFolder(GameFolder folder)
    {
        _places = Places(folder);
        Left = [.. _places.Where(Directory.Exists).SelectMany(Look).OrderBy(f => f.Number)];
        _last = Left.Select(f => f.Number).DefaultIfEmpty().Max();
    }

    /// <summary>What an earlier look had taken and not entered, oldest first.</summary>
    public IReadOnlyList<TakenFile> Left { get; }

    /// <summary>Whether something may lie here that an earlier look had taken and not entered.</summary>
    public static bool MayHoldFiles(GameFolder folder) => Places(folder).Any(p => Directory.Exists(p) && Directory.EnumerateFiles(p).Skip(1).Any());

    /// <summary>Whether a folder in OUTBOUND is the hub's own.</summary>
    public static bool IsOwn(string folder) => Path.GetFileName(folder).Equals(FolderName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Moves a file here. On disk to stay after <see cref="Sync"/>.</summary>
    public TakenFile Take(string file, PacketName name)
    {
        _last++;
        var taken = string.Create(CultureInfo.InvariantCulture, $"{name}.{_last}");
        try
        {
            return Move(file, name, Path.Combine(Ready(_places[0]), taken));
        }
        catch (IOException) when (File.Exists(file))
        {
            return Move(file, name, Path.Combine(Ready(_places[1]), taken));
        }
    }

    /// <summary>Waits until everything that was taken is on disk here and no longer there.</summary>
    public void Sync()
    {
        foreach (var place in _places.Where(Directory.Exists))
        {
            DurableFile.SyncFileSystem(place);
        }
    }

    // OUTBOUND may be a link or a mount of its own: then the folder lies in it, which is the same file system for certain
    private static string[] Places(GameFolder folder) => [Path.Combine(folder.Path, FolderName), Path.Combine(folder.Outbound, FolderName)];

    private TakenFile Move(string file, PacketName name, string to)
    {
        // File.Move would copy where the file systems differ; this one renames or fails
        Directory.Move(file, to);
        return new TakenFile(to, name, _last);
    }

    private static string Ready(string place)
    {
        var marker = Path.Combine(place, Marker);
        if (!File.Exists(marker))
        {
            Directory.CreateDirectory(place);
            DurableFile.Write(marker, System.Text.Encoding.ASCII.GetBytes(Explanation));
        }

        return place;
    }

    private static List<TakenFile> Look(string place)
    {
        var files = Directory.EnumerateFileSystemEntries(place).ToList();
        if (files.Count > 0 && !File.Exists(Path.Combine(place, Marker)))
        {
            throw new IOException($"The folder {place} is not the hub's ({Marker} is missing). Rename it.");
        }

        return [.. files.Select(Parse).OfType<TakenFile>()];
    }

    private static TakenFile? Parse(string path)
    {
        var file = Path.GetFileName(path);
        var dot = file.LastIndexOf('.');
        return dot > 0 && PacketName.TryParse(file[..dot], out var name)
            && int.TryParse(file[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new TakenFile(path, name, number)
            : null;
    }
}
