using System.Text;
using NovaHub.Engine.Dos;

namespace NovaHub.Client.Install;

/// <summary>Where a game's mail lies, as its own <c>BBS.CFG</c> tells.</summary>
/// <param name="Folder">The game's folder.</param>
/// <param name="Outbound">The folder it writes packets to.</param>
/// <param name="Inbound">The folder it reads packets from: line 4 of <c>BBS.CFG</c>.</param>
/// <param name="DosPath">What DOS calls the game's folder; null where that follows from the folder itself.</param>
internal sealed record GamePlaces(string Folder, string Outbound, string Inbound, string? DosPath)
{
    private const int InboundLine = 3;

    /// <summary>Looks into a game's folder. What is not there yet is named as the game usually has it.</summary>
    public static GamePlaces Of(string folder)
    {
        var usual = new GamePlaces(folder, Below(folder, "OUTBOUND"), Below(folder, "INBOUND"), null);
        if (InboundOf(folder) is not { } dos || dos.Length < 4 || dos[1] != ':')
        {
            return usual;
        }

        if (OperatingSystem.IsWindows())
        {
            return usual with { Inbound = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dos)) };
        }

        // The drive is some folder above the game: the nearest one from which line 4 leads to a folder
        var parts = dos[2..].Split('\\', StringSplitOptions.RemoveEmptyEntries);
        for (var drive = Path.GetDirectoryName(folder); drive is not null; drive = Path.GetDirectoryName(drive))
        {
            if (Find(drive, parts) is { } inbound)
            {
                return usual with { Inbound = inbound, DosPath = dos[..2].ToUpperInvariant() + @"\" + Path.GetRelativePath(drive, folder).Replace('/', '\\').ToUpperInvariant() };
            }
        }

        return usual;
    }

    private static string? InboundOf(string folder)
    {
        try
        {
            return DosFolder.FindProgram(folder, "BBS.CFG") is { } file
                ? Encoding.Latin1.GetString(File.ReadAllBytes(file)).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').ElementAtOrDefault(InboundLine)?.Trim().Replace('/', '\\')
                : null;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Below(string folder, string name) =>
        (Directory.Exists(folder) ? Find(folder, [name]) : null) ?? Path.Combine(folder, name);

    private static string? Find(string folder, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            try
            {
                var next = Directory.EnumerateDirectories(folder).Where(d => Path.GetFileName(d).Equals(name, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).FirstOrDefault();
                if (next is null)
                {
                    return null;
                }

                folder = next;
            }
            catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        return folder;
    }
}
