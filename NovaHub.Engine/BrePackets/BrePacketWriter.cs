using System.Buffers.Binary;

namespace NovaHub.Engine.BrePackets;

/// <summary>One record of a BRE packet.</summary>
/// <param name="Type">Record type, <c>0x1A</c> is a Time Check.</param>
/// <param name="Source">BBS index it comes from.</param>
/// <param name="Dest">BBS index it goes to.</param>
/// <param name="Body">The record, unpacked.</param>
public sealed record BreRecord(byte Type, byte Source, byte Dest, byte[] Body);

/// <summary>Writes BRE packets (v0.988); see <see cref="BrePacketShape"/> for the format.</summary>
public static class BrePacketWriter
{
    private const byte Zeros = 0xFD;
    private const int LongestRun = 252;
    private const int Multiple = 16;

    /// <summary>A whole packet.</summary>
    /// <param name="rising">The header's first word, which rises over time.</param>
    /// <param name="records">What is in it.</param>
    public static byte[] Write(uint rising, IEnumerable<BreRecord> records)
    {
        using var packet = new MemoryStream();
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32LittleEndian(header, rising);
        packet.Write(header);
        Span<byte> head = stackalloc byte[9];
        foreach (var record in records)
        {
            var payload = Compress(record.Body);
            head[0] = record.Type;
            BinaryPrimitives.WriteUInt16LittleEndian(head[1..], checked((ushort)payload.Length));
            head[3] = record.Source;
            head[4] = record.Dest;
            BinaryPrimitives.WriteUInt32LittleEndian(head[5..], BrePacketShape.Crc(payload));
            packet.Write(head);
            packet.Write(payload);
        }

        do
        {
            packet.WriteByte(0x0F);
        }
        while (packet.Length % Multiple != 0);
        return packet.ToArray();
    }

    /// <summary>Packs a record's body: <c>FD n</c> is n zero bytes, <c>FD 00</c> a literal FD, an FD as the very last byte is literal.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> body)
    {
        var packed = new List<byte>(body.Length);
        for (var i = 0; i < body.Length;)
        {
            if (body[i] == 0)
            {
                var run = body[i..].IndexOfAnyExcept((byte)0) is var end and >= 0 ? end : body.Length - i;
                run = Math.Min(run, LongestRun);
                packed.AddRange([Zeros, (byte)run]);
                i += run;
                continue;
            }

            packed.Add(body[i]);
            if (body[i] == Zeros && i + 1 < body.Length)
            {
                packed.Add(0);
            }

            i++;
        }

        return [.. packed];
    }

    /// <summary>Unpacks a record's body.</summary>
    public static byte[] Expand(ReadOnlySpan<byte> packed)
    {
        var body = new List<byte>(packed.Length * 2);
        for (var i = 0; i < packed.Length; i++)
        {
            if (packed[i] != Zeros || i + 1 == packed.Length)
            {
                body.Add(packed[i]);
            }
            else if (packed[++i] == 0)
            {
                body.Add(Zeros);
            }
            else
            {
                body.AddRange(Enumerable.Repeat((byte)0, packed[i]));
            }
        }

        return [.. body];
    }
}
