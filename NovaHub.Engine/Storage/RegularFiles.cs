using System.Formats.Tar;

namespace NovaHub.Engine.Storage;

/// <summary>
/// Tells files from what only looks like one: a pipe, a socket, a device, a symbolic link. Opening a pipe waits until somebody
/// writes into it, perhaps for ever; a link may lead anywhere.
/// </summary>
public static class RegularFiles
{
    // What the runtime says of itself; of the system's errors it says their own numbers
    private const int OwnFault = unchecked((int)0x80131620);

    /// <summary>Whether a path is a regular file. It is not opened if it is none.</summary>
    /// <param name="path">Something that is there. What is gone meanwhile counts as regular: whoever opens it finds out.</param>
    public static bool Is(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            return false;
        }

        // Pipes, sockets and devices have no length, and .NET shows them like empty files; only what writes archives tells them apart
        return OperatingSystem.IsWindows() || file is not { Exists: true, Length: 0 } || IsEmptyFile(path);
    }

    private static bool IsEmptyFile(string path)
    {
        try
        {
            using var archive = new MemoryStream();
            using (var writer = new TarWriter(archive, leaveOpen: true))
            {
                writer.WriteEntry(path, "entry");
            }

            archive.Position = 0;
            using var reader = new TarReader(archive);
            return reader.GetNextEntry() is { EntryType: TarEntryType.RegularFile };
        }
        catch (IOException failure) when (failure.HResult == OwnFault)
        {
            // A socket: no archive has those
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A file that is gone, locked or not ours to read: whoever takes it says so
            return true;
        }
    }
}
