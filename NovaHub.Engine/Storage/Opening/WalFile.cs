using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>
/// What a WAL file holds as SQLite would play it: frames up to the last whole commit. What follows a torn one or belongs to
/// an earlier use of the file does not count, as it does not for SQLite.
/// </summary>
/// <param name="Exists">The file is there, though it may be empty.</param>
/// <param name="PageSize">Size of its pages in bytes; 0 when nothing in it counts.</param>
/// <param name="Marks">The marks of the database's first page in it, in order, each once; empty when that page is not in it.</param>
internal sealed record WalFile(bool Exists, int PageSize, IReadOnlyList<LedgerMark> Marks)
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;
    private const uint Magic = 0x377F0682;

    /// <summary>There are commits in it.</summary>
    public bool HasCommits => PageSize > 0;

    public static WalFile Read(string path)
    {
        if (!File.Exists(path))
        {
            return new WalFile(false, 0, []);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20);
        var header = new byte[HeaderSize];
        if (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
        {
            return new WalFile(true, 0, []);
        }

        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var pageSize = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(8));
        var sum = new Checksum((magic & 1) == 1);
        sum.Add(header.AsSpan(0, FrameHeaderSize));
        if ((magic & ~1u) != Magic || pageSize is < 512 or > 65536 || !sum.Is(header.AsSpan(FrameHeaderSize)))
        {
            return new WalFile(true, 0, []);
        }

        return ReadFrames(file, header.AsSpan(16, 8).ToArray(), pageSize, sum);
    }

    private static WalFile ReadFrames(FileStream file, byte[] salt, int pageSize, Checksum sum)
    {
        var (committed, open) = (new List<LedgerMark>(), new List<LedgerMark>());
        var commits = 0;
        var frame = new byte[FrameHeaderSize + pageSize];
        while (file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length)
        {
            sum.Add(frame.AsSpan(0, 8));
            sum.Add(frame.AsSpan(FrameHeaderSize));
            if (!frame.AsSpan(8, 8).SequenceEqual(salt) || !sum.Is(frame.AsSpan(16)))
            {
                break;
            }

            if (BinaryPrimitives.ReadInt32BigEndian(frame) == 1)
            {
                open.Add(LedgerMark.Of(frame.AsSpan(FrameHeaderSize)));
            }

            if (BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)) != 0)
            {
                commits++;
                committed.AddRange(open);
                open.Clear();
            }
        }

        return new WalFile(true, commits > 0 ? pageSize : 0, [.. committed.Where((mark, i) => i == 0 || committed[i - 1] != mark)]);
    }

    // SQLite's own: two sums over pairs of 32-bit words, in the order of bytes that the magic number tells
    private struct Checksum(bool bigEndian)
    {
        private uint _first;
        private uint _second;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            var words = MemoryMarshal.Cast<byte, uint>(bytes);
            var turned = bigEndian == BitConverter.IsLittleEndian;
            for (var i = 0; i < words.Length; i += 2)
            {
                _first += (turned ? BinaryPrimitives.ReverseEndianness(words[i]) : words[i]) + _second;
                _second += (turned ? BinaryPrimitives.ReverseEndianness(words[i + 1]) : words[i + 1]) + _first;
            }
        }

        public readonly bool Is(ReadOnlySpan<byte> stored) =>
            BinaryPrimitives.ReadUInt32BigEndian(stored) == _first && BinaryPrimitives.ReadUInt32BigEndian(stored[4..]) == _second;
    }
}
