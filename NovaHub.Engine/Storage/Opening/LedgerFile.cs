using System.Buffers.Binary;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>The database file by itself, without its WAL.</summary>
/// <param name="Length">Its length in bytes; 0 when it is not there.</param>
/// <param name="PageSize">Size of its pages in bytes; 0 when it is no SQLite database.</param>
/// <param name="Mark">Its mark.</param>
internal sealed record LedgerFile(long Length, int PageSize, LedgerMark Mark)
{
    public static LedgerFile Read(string path)
    {
        if (!File.Exists(path))
        {
            return new LedgerFile(0, 0, default);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[LedgerMark.HeaderSize];
        var read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < header.Length || !header.StartsWith("SQLite format 3\0"u8))
        {
            return new LedgerFile(file.Length, 0, default);
        }

        int size = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        return new LedgerFile(file.Length, size == 1 ? 65536 : size, LedgerMark.Of(header));
    }
}
