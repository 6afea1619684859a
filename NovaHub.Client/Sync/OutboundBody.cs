namespace NovaHub.Client.Sync;

/// <summary>A packet's bytes as they lay in OUTBOUND.</summary>
internal static class OutboundBody
{
    /// <summary>Hubs take 10 MB unless they are set otherwise; what is larger than this is no packet, and is not read into memory.</summary>
    public const int Most = 64 * 1024 * 1024;

    /// <summary>Reads a file whole; null while somebody else is at it or when it is not what the look into OUTBOUND saw.</summary>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not read it.</exception>
    /// <exception cref="PacketTooLargeException">It is no packet.</exception>
    public static byte[]? TryRead(OutboundFile file)
    {
        try
        {
            if (new FileInfo(file.Path).Length > Most)
            {
                throw new PacketTooLargeException($"{file.Name} is larger than {Most / 1024 / 1024} MB, which no hub takes; look at it and remove it from OUTBOUND.");
            }

            // On Windows nobody may be writing to it; on Linux the look into OUTBOUND has asked for that
            using var open = new FileStream(file.Path, FileMode.Open, FileAccess.Read, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.ReadWrite | FileShare.Delete, 0);
            var bytes = new byte[open.Length];
            open.ReadExactly(bytes);
            return IsAsSeen(file, bytes.Length) ? bytes : null;
        }
        catch (DirectoryNotFoundException gone)
        {
            throw new FileNotFoundException(gone.Message, gone);
        }
        catch (IOException busy) when (busy is not FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether the file still holds exactly these bytes and nobody is writing to it.</summary>
    public static bool IsStill(OutboundFile file, byte[] bytes, string folder) =>
        IsAsSeen(file, bytes.Length) && TryRead(file) is { } now && now.AsSpan().SequenceEqual(bytes) && !FilesInUse.In(folder).Contains(file.Path);

    private static bool IsAsSeen(OutboundFile file, long length)
    {
        var now = new FileInfo(file.Path);
        return now.Exists && now.Length == length && now.Length == file.Length && now.LastWriteTimeUtc == file.WrittenAt;
    }
}

/// <summary>A file with a packet's name that is too large to be one.</summary>
internal sealed class PacketTooLargeException(string message) : Exception(message);
