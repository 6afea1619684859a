using System.Buffers.Binary;

namespace NovaHub.Engine.BrePackets;

/// <summary>A record as it may be shown to anybody: what, from whom, to whom, how large. Its content is the players' own and stays closed.</summary>
/// <param name="Type">Record type, <c>0x09</c> is a Message.</param>
/// <param name="Name">The type's name, or null for an unknown one.</param>
/// <param name="Source">BBS index it comes from. A relayed record keeps the one of its sender.</param>
/// <param name="Dest">BBS index it goes to.</param>
/// <param name="PackedSize">Bytes in the packet.</param>
/// <param name="Size">Bytes unpacked.</param>
/// <param name="CrcOk">Whether the checksum is right.</param>
public sealed record BreRecordOutline(byte Type, string? Name, int Source, int Dest, int PackedSize, int Size, bool CrcOk);

/// <summary>What is in a packet.</summary>
/// <param name="Rising">The header's first word, which rises over time; null when even the header is cut off.</param>
/// <param name="Records">The records that are there whole.</param>
/// <param name="CutOff">Bytes at the end that are neither a whole record nor padding: the packet was cut off, or is none of BRE's.</param>
public sealed record BrePacketOutline(uint? Rising, IReadOnlyList<BreRecordOutline> Records, int CutOff)
{
    /// <summary>Whether every record is complete and its checksum right.</summary>
    public bool IsWhole => Rising is not null && CutOff == 0 && Records.All(r => r.CrcOk);
}

/// <summary>Reads what a BRE packet holds without opening any record; see <see cref="BrePacketShape"/> for the format.</summary>
public static class BrePacketReader
{
    private const int Header = 12;
    private const int RecordHeader = 9;
    private const byte Padding = 0x0F;
    private const byte Zeros = 0xFD;

    /// <summary>Reads any bytes; nothing makes it throw.</summary>
    public static BrePacketOutline Read(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < Header)
        {
            return new BrePacketOutline(null, [], packet.Length);
        }

        var records = new List<BreRecordOutline>();
        var rest = packet[Header..];
        // 0F is a Special Result, too: only 0F to the very end is padding
        while (!rest.IsEmpty && !(rest[0] == Padding && rest.IndexOfAnyExcept(Padding) < 0))
        {
            if (rest.Length < RecordHeader || rest.Length - RecordHeader < BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]))
            {
                return new BrePacketOutline(Rising(packet), records, rest.Length);
            }

            var payload = rest.Slice(RecordHeader, BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]));
            records.Add(new BreRecordOutline(
                rest[0], BreRecordTypes.NameOf(rest[0]), rest[3], rest[4], payload.Length, SizeOf(payload),
                BrePacketShape.Crc(payload) == BinaryPrimitives.ReadUInt32LittleEndian(rest[5..])));
            rest = rest[(RecordHeader + payload.Length)..];
        }

        return new BrePacketOutline(Rising(packet), records, 0);
    }

    private static uint Rising(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt32LittleEndian(packet);

    // Counts as BrePacketWriter.Expand unpacks, without unpacking
    private static int SizeOf(ReadOnlySpan<byte> packed)
    {
        var size = 0;
        for (var i = 0; i < packed.Length; i++)
        {
            size += packed[i] != Zeros || i + 1 == packed.Length ? 1 : Math.Max(1, (int)packed[++i]);
        }

        return size;
    }
}
