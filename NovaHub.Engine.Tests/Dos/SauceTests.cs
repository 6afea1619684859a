using System.Buffers.Binary;
using System.Text;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class SauceTests
{
    [Fact]
    public void A_record_without_the_end_of_file_before_it_is_hidden()
    {
        Assert.Equal("Scores", AnsiText.Read([.. "Scores"u8, .. Record(80)]).ToString());
        Assert.Equal("Scores", AnsiText.Read([.. "Scores\x1A"u8, .. Record(80)]).ToString());
        Assert.Equal("Scores", AnsiText.Read([.. "Scores"u8, .. Record(80), 0x1A, 0x1A]).ToString());
        Assert.Equal("", AnsiText.Read(Record(80)).ToString());
    }

    [Fact]
    public void Its_comment_is_hidden_with_it()
    {
        var record = Record(80);
        record[104] = 2;
        byte[] comment = [.. "COMNT"u8, .. Encoding.ASCII.GetBytes("Drawn for the Hub".PadRight(128))];
        Assert.Equal("Scores", AnsiText.Read([.. "Scores"u8, .. comment, .. record]).ToString());
        Assert.Equal("Scores", AnsiText.Read([.. "Scores\x1A"u8, .. comment, .. record]).ToString());

        // One that says it has a comment and has none hides no text
        Assert.Equal("Scores", AnsiText.Read([.. "Scores"u8, .. record]).ToString());
        var text = new string('x', 200);
        Assert.Equal(200, AnsiText.Read([.. Encoding.ASCII.GetBytes(text), .. record]).ToString().Count(c => c == 'x'));
    }

    [Theory]
    [InlineData(132)]
    [InlineData(160)]
    [InlineData(80)]
    [InlineData(40)]
    public void The_drawing_is_as_wide_as_the_record_says(int columns)
    {
        var text = AnsiText.Read([.. Encoding.ASCII.GetBytes(new string('x', columns + 1) + "\e[200C!"), .. Record(columns)]);
        Assert.Equal([columns, columns], text.Rows.Select(row => row.Sum(span => span.Text.Length)));
        Assert.EndsWith("!", text.Rows[1][^1].Text);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(65535, 1, 1)]
    [InlineData(132, 5, 66)]
    [InlineData(132, 1, 8)]
    public void Without_a_width_it_has_80_columns(int columns, byte dataType, byte fileType)
    {
        var record = Record(columns);
        (record[94], record[95]) = (dataType, fileType);
        var text = AnsiText.Read([.. Encoding.ASCII.GetBytes(new string('x', 81)), .. record]);
        Assert.Equal([80, 1], text.Rows.Select(row => row.Sum(span => span.Text.Length)));
    }

    /// <summary>A record about a drawing with ANSI colours.</summary>
    internal static byte[] Record(int columns)
    {
        var record = new byte[128];
        "SAUCE00"u8.CopyTo(record);
        record.AsSpan(7, 75).Fill((byte)' ');
        "The scores"u8.CopyTo(record.AsSpan(7));
        (record[94], record[95]) = (1, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(96), (ushort)columns);
        return record;
    }
}
