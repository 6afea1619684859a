using System.Buffers.Binary;

namespace NovaHub.Engine.BrePackets;

/// <summary>What a part of a packet is.</summary>
public enum BreFramePart
{
    /// <summary>The packet's header, 12 bytes.</summary>
    Header,

    /// <summary>A record's header, 9 bytes; its checksum is left out.</summary>
    RecordHeader,

    /// <summary>A record's payload: never shown.</summary>
    Payload,

    /// <summary>No whole record with a right checksum begins here, so that nothing to the end can be told from a payload: never shown.</summary>
    Unreadable,

    /// <summary>Padding to the end.</summary>
    Padding,
}

/// <summary>One part of a packet.</summary>
/// <param name="Part">What it is.</param>
/// <param name="Offset">Where it begins, in bytes from the packet's beginning.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Hex">Its bytes in hex; <c>··</c> stands for one that is left out. Empty for what is not shown at all.</param>
/// <param name="Record">Of a record: its number, from 1; otherwise 0.</param>
/// <param name="Type">Of a record: its type; otherwise 0.</param>
public sealed record BreFrameLine(BreFramePart Part, int Offset, int Length, string Hex, int Record = 0, byte Type = 0);

/// <summary>
/// The frame of a BRE packet as bytes, with everything left out that is or tells of the players' own: payloads, and their
/// checksums, since a payload of a few bytes can be told from its checksum.
/// </summary>
public static class BrePacketFrame
{
    private const int Header = 12;
    private const int RecordHeader = 9;
    private const int BeforeCrc = 5;
    private const byte Padding = 0x0F;

    /// <summary>The parts in order; nothing makes it throw.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="most">At most so many records; what is behind them is left out.</param>
    public static IReadOnlyList<BreFrameLine> Read(ReadOnlySpan<byte> packet, int most)
    {
        // A file that begins with no record is perhaps no packet, and its first bytes no header
        if (packet.Length < Header || (packet.Length > Header && !IsPadding(packet[Header..]) && LengthOf(packet[Header..]) is null))
        {
            return packet.IsEmpty ? [] : [new BreFrameLine(BreFramePart.Unreadable, 0, packet.Length, "")];
        }

        List<BreFrameLine> lines = [new(BreFramePart.Header, 0, Header, Hex(packet[..Header], Header))];
        var at = Header;
        for (var record = 1; at < packet.Length; record++)
        {
            var rest = packet[at..];
            if (IsPadding(rest))
            {
                lines.Add(new BreFrameLine(BreFramePart.Padding, at, rest.Length, ""));
                break;
            }

            if (LengthOf(rest) is not { } length)
            {
                lines.Add(new BreFrameLine(BreFramePart.Unreadable, at, rest.Length, ""));
                break;
            }

            if (record > most)
            {
                break;
            }

            lines.Add(new BreFrameLine(BreFramePart.RecordHeader, at, RecordHeader, Hex(rest[..RecordHeader], BeforeCrc), record, rest[0]));
            lines.Add(new BreFrameLine(BreFramePart.Payload, at + RecordHeader, length, "", record, rest[0]));
            at += RecordHeader + length;
        }

        return lines;
    }

    // 0F is a Special Result, too: only 0F to the very end is padding
    private static bool IsPadding(ReadOnlySpan<byte> rest) => rest[0] == Padding && rest.IndexOfAnyExcept(Padding) < 0;

    // The payload's length of a whole record with a right checksum, or null
    private static int? LengthOf(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < RecordHeader || rest.Length - RecordHeader < BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]);
        return BrePacketShape.Crc(rest.Slice(RecordHeader, length)) == BinaryPrimitives.ReadUInt32LittleEndian(rest[BeforeCrc..]) ? length : null;
    }

    private static string Hex(ReadOnlySpan<byte> bytes, int shown)
    {
        var text = new List<string>(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            text.Add(i < shown ? bytes[i].ToString("X2") : "··");
        }

        return string.Join(' ', text);
    }
}
