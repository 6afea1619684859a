using CsCheck;
using NovaHub.Engine.BrePackets;

namespace NovaHub.Engine.Tests.BrePackets;

public class BrePacketFrameTests
{
    [Fact]
    public void A_packet_s_frame_is_its_headers_with_their_places()
    {
        byte[] packet = [.. BrePacketWriter.Write(7, [new BreRecord(0x09, 2, 1, [.. "a private word"u8]), new BreRecord(0x11, 2, 3, [1, 2])])];
        var lines = BrePacketFrame.Read(packet, 100);
        Assert.Equal(
            [
                (BreFramePart.Header, 0, 12), (BreFramePart.RecordHeader, 12, 9), (BreFramePart.Payload, 21, 14), (BreFramePart.RecordHeader, 35, 9), (BreFramePart.Payload, 44, 2),
            ],
            lines.Where(l => l.Part != BreFramePart.Padding).Select(l => (l.Part, l.Offset, l.Length)));
        Assert.StartsWith("07 00 00 00 ", lines[0].Hex);
        Assert.Equal("09 0E 00 02 01 ·· ·· ·· ··", lines[1].Hex);
        Assert.Equal(packet.Length, lines[^1].Offset + lines[^1].Length);
    }

    /// <summary>Whatever the bytes are: a payload's, a checksum's or those of a file that is no packet, none of them is among what is shown.</summary>
    [Fact]
    public void No_byte_of_a_payload_or_its_checksum_is_ever_shown()
    {
        var record = Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte, Gen.Byte.Array[0, 60], (type, source, dest, payload) => new BreRecord(type, source, dest, payload));
        Gen.Select(record.Array[0, 6], Gen.UInt, Gen.Int[0, 400], Gen.Int[0, 3], Gen.Byte).Sample(
            (records, rising, at, harm, value) =>
            {
                byte[] packet = [.. BrePacketWriter.Write(rising, records)];
                var harmed = harm switch
                {
                    1 => packet[..Math.Min(at, packet.Length)],
                    2 when at < packet.Length => [.. packet[..at], (byte)(packet[at] ^ (value | 1)), .. packet[(at + 1)..]],
                    _ => packet,
                };
                // What the writer made is known: headers lie where the outline of the unharmed packet says
                var open = new bool[packet.Length];
                Array.Fill(open, true, 0, Math.Min(12, open.Length));
                var place = 12;
                foreach (var outline in BrePacketReader.Read(packet).Records)
                {
                    Array.Fill(open, true, place, 5);
                    place += 9 + outline.PackedSize;
                }

                foreach (var line in BrePacketFrame.Read(harmed, 1000).Where(l => l.Hex.Length > 0))
                {
                    var bytes = line.Hex.Split(' ');
                    Assert.Equal(line.Length, bytes.Length);
                    for (var i = 0; i < bytes.Length; i++)
                    {
                        Assert.True(bytes[i] == "··" || open[line.Offset + i], $"byte {line.Offset + i} of {Convert.ToHexString(harmed)} is shown");
                    }
                }
            },
            iter: 3000);
    }

    [Fact]
    public void A_file_that_is_no_packet_shows_nothing_at_all()
    {
        var line = Assert.Single(BrePacketFrame.Read("Dear Ada, the attack is on Tuesday."u8, 100));
        Assert.Equal((BreFramePart.Unreadable, 0, 35, ""), (line.Part, line.Offset, line.Length, line.Hex));
        Assert.Empty(BrePacketFrame.Read([], 100));
    }

    [Fact]
    public void Of_many_records_the_first_ones_are_shown()
    {
        var lines = BrePacketFrame.Read(BrePacketWriter.Write(1, [.. Enumerable.Range(0, 50).Select(i => new BreRecord(0x11, 2, 1, [1, 2]))]), 10);
        Assert.Equal(10, lines.Count(l => l.Part == BreFramePart.RecordHeader));
        Assert.Equal(10, lines[^1].Record);
    }
}
