using System.Runtime.InteropServices;

namespace NovaHub.Client.Sync;

/// <summary>
/// Which files of a folder other programs write to or hold a lock on. Windows tells by refusing to open them; Linux lists every
/// program's open files, as far as we may see them, in <c>/proc</c>. Asking there takes no lock, so it never holds up a game.
/// </summary>
internal static partial class FilesInUse
{
    /// <summary>Full names, as they were given or found in <paramref name="folder"/>; empty where the system tells in another way.</summary>
    public static IReadOnlySet<string> In(string folder)
    {
        var busy = new HashSet<string>(StringComparer.Ordinal);
        if (!OperatingSystem.IsLinux() || RealPath(folder) is not { } real)
        {
            return busy;
        }

        var prefix = real.EndsWith('/') ? real : real + "/";
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), out var id) && id != Environment.ProcessId)
            {
                Add(process, prefix, folder, busy);
            }
        }

        return busy;
    }

    private static void Add(string process, string prefix, string folder, HashSet<string> busy)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFileSystemEntries(process + "/fd"))
            {
                var open = File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName;
                if (open?.StartsWith(prefix, StringComparison.Ordinal) == true && IsWrittenOrLocked($"{process}/fdinfo/{Path.GetFileName(descriptor)}"))
                {
                    busy.Add(Path.Combine(folder, open[prefix.Length..]));
                }
            }
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is somebody else's
            _ = unseen;
        }
    }

    // "flags:	0100002" in octal, whose last digit is how it was opened, and a line "lock:" for each lock
    private static bool IsWrittenOrLocked(string info)
    {
        foreach (var line in File.ReadLines(info))
        {
            if (line.StartsWith("lock:", StringComparison.Ordinal)
                || (line.StartsWith("flags:", StringComparison.Ordinal) && line.TrimEnd()[^1] is '1' or '2' or '5' or '6'))
            {
                return true;
            }
        }

        return false;
    }

    private static string? RealPath(string path)
    {
        var found = FullPath(path, 0);
        if (found == 0)
        {
            return null;
        }

        try
        {
            return Marshal.PtrToStringUTF8(found);
        }
        finally
        {
            Free(found);
        }
    }

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FullPath(string path, nint into);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint text);
}
