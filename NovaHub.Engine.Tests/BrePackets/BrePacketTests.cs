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

    [Fact]
    public void Everything_that_was_written_is_read_back_with_its_sizes_and_never_its_content() =>
        Gen.Select(Gen.UInt, s_record.Array[0, 6]).Sample((rising, records) =>
        {
            // Padding and a record of 0F bytes to the very end are the same thing
            records = [.. records.Where(r => r.Type != 0x0F)];
            var outline = BrePacketReader.Read(BrePacketWriter.Write(rising, records));
            Assert.True(outline.IsWhole);
            Assert.Equal(rising, outline.Rising);
            Assert.Equal(
                records.Select(r => (r.Type, (int)r.Source, (int)r.Dest, BrePacketWriter.Compress(r.Body).Length, r.Body.Length, true)),
                outline.Records.Select(r => (r.Type, r.Source, r.Dest, r.PackedSize, r.Size, r.CrcOk)));
        });

    [Fact]
    public void Any_bytes_at_all_can_be_read_and_agree_on_what_is_whole() =>
        Gen.Byte.Array[0, 200].Sample(bytes => BrePacketReader.Read(bytes).IsWhole == BrePacketShape.IsWhole(bytes));

    [Fact]
    public void A_packet_cut_off_shows_what_is_whole_and_counts_the_rest()
    {
        var packet = BrePacketWriter.Write(9, [new BreRecord(0x1A, 2, 1, [1, 2, 3, 4, 5, 6, 7, 8]), new BreRecord(0x09, 2, 3, new byte[2659])]);
        var outline = BrePacketReader.Read(packet.AsSpan(0, 12 + 9 + 8 + 11));
        Assert.False(outline.IsWhole);
        Assert.Equal([("Time Check", 8)], outline.Records.Select(r => (r.Name!, r.Size)));
        Assert.Equal(11, outline.CutOff);
        Assert.Null(BrePacketReader.Read(packet.AsSpan(0, 5)).Rising);
    }

    [Fact]
    public void A_type_that_nobody_knows_has_no_name_and_is_shown_all_the_same()
    {
        var outline = BrePacketReader.Read(BrePacketWriter.Write(9, [new BreRecord(0x42, 2, 1, [0xFD, 0, 0, 7])]));
        Assert.Equal(new BreRecordOutline(0x42, null, 2, 1, 5, 4, true), Assert.Single(outline.Records));
    }

    [Fact]
    public void A_wrong_checksum_is_told_of_the_record_that_has_it()
    {
        var packet = BrePacketWriter.Write(7, [new BreRecord(0x09, 2, 3, "a message"u8.ToArray()), new BreRecord(0x1A, 2, 1, [1, 2, 3])]);
        packet[25] ^= 4;
        Assert.Equal([false, true], BrePacketReader.Read(packet).Records.Select(r => r.CrcOk));
    }

    private static int Length(BreRecord record) => 9 + BrePacketWriter.Compress(record.Body).Length;
}
