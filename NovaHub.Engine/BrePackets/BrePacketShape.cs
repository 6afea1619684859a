using System.Buffers.Binary;

namespace NovaHub.Engine.BrePackets;

/// <summary>
/// The outer shape of a BRE packet (v0.988, little endian): a header of 12 bytes, records, padding of 0x0F. A record is
/// type u8, length u16, source u8, dest u8, crc u32, payload; the CRC is IEEE CRC-32 of the payload without the final inversion.
/// </summary>
public static class BrePacketShape
{
    private const int Header = 12;
    private const int RecordHeader = 9;
    private const byte Padding = 0x0F;

    private static readonly uint[] s_table = MakeTable();

    /// <summary>Whether the file is whole: every record complete and its CRC right. A packet whose writer was killed isn't.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < Header)
        {
            return false;
        }

        var rest = packet[Header..];
        while (!rest.IsEmpty)
        {
            // 0F is a Special Result, too: only 0F to the very end is padding
            if (rest[0] == Padding && rest.IndexOfAnyExcept(Padding) < 0)
            {
                return true;
            }

            if (rest.Length < RecordHeader)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]);
            var crc = BinaryPrimitives.ReadUInt32LittleEndian(rest[5..]);
            if (rest.Length < RecordHeader + length || Crc(rest.Slice(RecordHeader, length)) != crc)
            {
                return false;
            }

            rest = rest[(RecordHeader + length)..];
        }

        return true;
    }

    /// <summary>IEEE CRC-32, reflected, start 0xFFFFFFFF, without the final inversion.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            crc = s_table[(crc ^ b) & 0xFF] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320u : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
