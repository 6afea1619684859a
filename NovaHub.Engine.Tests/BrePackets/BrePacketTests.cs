using CsCheck;
using NovaHub.Engine.BrePackets;

namespace NovaHub.Engine.Tests.BrePackets;

public class BrePacketTests
{
    // Runs of zeros and the marker itself are what the packing is about
    private static readonly Gen<byte[]> s_body = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)0xFD), Gen.Byte).Array[0, 600];

    private static readonly Gen<BreRecord> s_record =
        Gen.Select(Gen.Byte, Gen.Byte[1, 255], Gen.Byte[1, 255], s_body, (type, source, dest, body) => new BreRecord(type, source, dest, body));

    [Fact]
    public void Whatever_is_packed_comes_out_again() =>
        s_body.Sample(body => BrePacketWriter.Expand(BrePacketWriter.Compress(body)).AsSpan().SequenceEqual(body));

    [Fact]
    public void A_packet_that_was_written_whole_is_whole() =>
        Gen.Select(Gen.UInt, s_record.Array[0, 6]).Sample((rising, records) => BrePacketShape.IsWhole(BrePacketWriter.Write(rising, records)));

    [Fact]
    public void A_packet_cut_off_inside_a_record_is_not_whole() =>
        Gen.Select(s_record.Array[1, 4], s_record, Gen.Double.Unit).Sample((records, last, at) =>
        {
            last = last with { Type = 2 };
            var start = 12 + records.Sum(Length);
            var cut = start + 1 + (int)(at * (Length(last) - 1));
            return cut >= start + Length(last) || !BrePacketShape.IsWhole(BrePacketWriter.Write(1, [.. records, last]).AsSpan(0, cut));
        });

    [Fact]
    public void A_Special_Result_has_the_type_that_padding_is_made_of()
    {
        var packet = BrePacketWriter.Write(1, [new BreRecord(0x0F, 2, 1, [.. Enumerable.Range(1, 15).Select(i => (byte)i)]), new BreRecord(0x1A, 2, 1, new byte[8])]);
        Assert.True(BrePacketShape.IsWhole(packet));
        Assert.False(BrePacketShape.IsWhole(packet.AsSpan(0, 20)));
    }

    [Fact]
    public void One_wrong_bit_in_a_record_is_noticed()
    {
        var packet = BrePacketWriter.Write(7, [new BreRecord(0x09, 2, 3, "a message"u8.ToArray())]);
        Assert.True(BrePacketShape.IsWhole(packet));
        packet[25] ^= 4;
        Assert.False(BrePacketShape.IsWhole(packet));
    }

    [Fact]
    public void The_checksum_is_the_usual_CRC_32_without_its_last_step() =>
        Assert.Equal(0xCBF43926u, ~BrePacketShape.Crc("123456789"u8));

    [Theory]
    [InlineData("")]
    [InlineData("0102030405060708090A0B")]
    public void Less_than_a_header_is_no_packet(string hex) => Assert.False(BrePacketShape.IsWhole(Convert.FromHexString(hex)));

    private static int Length(BreRecord record) => 9 + BrePacketWriter.Compress(record.Body).Length;
}
