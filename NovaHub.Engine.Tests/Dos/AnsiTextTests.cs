using System.Diagnostics;
using System.Text;
using CsCheck;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class AnsiTextTests
{
    private static readonly string[] s_codes = ["", "\e[2J", "\e[5;70H", "\e[1;5;37;41m", "\e[u", "\e[99B", "\e[1K", "\e[7m"];

    [Fact]
    public void Plain_text_is_grey_on_black_a_line_a_row()
    {
        var text = Read("Routes of The Hub BBS\r\n\r\n  1  direct\r\n");
        Assert.Equal("Routes of The Hub BBS\n\n  1  direct", text.ToString());
        Assert.Equal([new AnsiSpan("Routes of The Hub BBS", 7, 0)], text.Rows[0]);
        Assert.True(text.IsWhole);
    }

    [Fact]
    public void Colours_are_those_of_a_vga_card()
    {
        var row = Read("\e[1;33;44mGold\e[0m grey \e[31mred\e[1mlight\e[22;42mback\e[7mturned\e[0;8mhidden\e[m!").Rows[0];
        Assert.Equal(
        [
            new("Gold", 11, 4), new(" grey ", 7, 0), new("red", 1, 0), new("light", 9, 0), new("back", 1, 2), new("turned", 0, 7), new("hidden", 0, 0), new("!", 7, 0),
        ], row);
        Assert.Equal([new("a", 12, 9), new("b", 7, 0)], Read("\e[94;101ma\e[39;49mb").Rows[0]);
        Assert.Equal([new AnsiSpan("x", 2, 0)], Read("\e[32m\e[38;5;200;48;2;1;2;3mx").Rows[0]);
    }

    [Fact]
    public void All_that_a_byte_can_show_is_shown_and_what_dos_acts_on_is_not()
    {
        byte[] acts = [0x07, 0x08, 0x09, 0x0A, 0x0D, 0x1A, 0x1B];
        var shown = Enumerable.Range(0, 256).Select(b => (byte)b).Except(acts).ToArray();
        var text = AnsiText.Read(shown);
        Assert.Equal(string.Concat(shown.Select(Cp437.Glyph)).Replace('\u00A0', ' ').TrimEnd(), string.Concat(text.ToString().Split('\n').Select(r => r.PadRight(80))).TrimEnd());
        Assert.Contains("☺☻♥♦♣♠", text.ToString());
        Assert.Equal("↑↓", AnsiText.Read([0x18, 0x19, 0x1A]).ToString());
    }

    [Fact]
    public void Blinking_stands_still_unless_the_file_says_that_it_means_a_bright_background()
    {
        var ink = "\e[5;31;44mx\x1A"u8.ToArray();
        Assert.Equal([new AnsiSpan("x", 1, 4)], AnsiText.Read(ink).Rows[0]);
        var sauce = new byte[128];
        "SAUCE00"u8.CopyTo(sauce);
        Assert.Equal([new AnsiSpan("x", 1, 4)], AnsiText.Read([.. ink, .. sauce]).Rows[0]);
        sauce[105] = 1;
        Assert.Equal([new AnsiSpan("x", 1, 12)], AnsiText.Read([.. ink, .. sauce]).Rows[0]);
    }

    [Fact]
    public void What_follows_the_end_of_the_file_is_not_text() => Assert.Equal("Seen", Read("Seen\x1ASAUCE00 not seen").ToString());

    [Fact]
    public void The_cursor_goes_where_it_is_sent()
    {
        Assert.Equal("  b\n\n    a", Read("\e[3;5Ha\e[1;3Hb").ToString());
        Assert.Equal("ab  c", Read("ab\e[2Cc").ToString());
        Assert.Equal("Xb", Read("ab\e[9DX").ToString());
        Assert.Equal("aX\nb", Read("a\e[s\r\nb\e[uX").ToString());
        Assert.Equal("a\n\n\nb", Read("a\e[3B\e[Db").ToString());
        Assert.Equal("b", Read("aaa\r\naaa\e[2Jb").ToString());
        Assert.Equal("aa", Read("aaaaa\e[3D\e[K").ToString());
        Assert.Equal("a       b", Read("a\tb").ToString());
        Assert.Equal("ac", Read("ab\bc").ToString());
    }

    [Theory]
    [InlineData("]")]
    [InlineData("P")]
    [InlineData("X")]
    [InlineData("^")]
    [InlineData("_")]
    [InlineData("7")]
    [InlineData("(")]
    public void An_escape_takes_one_byte_with_it_and_never_the_rest(string next) =>
        Assert.Equal("before after\nthe end", Read($"before\e{next} after\r\nthe end").ToString());

    [Fact]
    public void An_escape_before_a_line_end_or_another_escape_takes_nothing() =>
        Assert.Equal("one\ntwo", Read("one\e\r\n\e\e[2Dtwo").ToString());

    [Theory]
    [InlineData("\e[\"x\";p")]
    [InlineData("\e[0;59;\"dir\";13p")]
    [InlineData("\e[65;'[31mred';p")]
    [InlineData("\e[\"say \u0001 'this'\";\"more\"p")]
    [InlineData("\e[=7h\e[?7l\e[6n")]
    public void The_text_of_a_key_shows_nothing(string keys) => Assert.Equal("ab", Read($"a{keys}b").ToString());

    [Fact]
    public void A_quotation_mark_that_is_never_closed_takes_its_line_at_most()
    {
        Assert.Equal("a\nb", Read("a\e[\"never closed\r\nb").ToString());
        Assert.EndsWith("the end", Read("\e[\"" + new string('x', 300) + "the end").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_cleared_takes_the_current_background()
    {
        var page = Read("\e[44m\e[2Jx").Rows;
        Assert.Equal(25, page.Count);
        Assert.All(page, row => Assert.Equal((80, 4), (row.Sum(s => s.Text.Length), row[^1].Background)));
        Assert.Equal([new AnsiSpan("ab", 7, 0), new AnsiSpan(new string(' ', 78), 7, 1)], Read("abcd\e[2D\e[41m\e[K").Rows.Single());
        Assert.Equal(23, Read("\r\n\r\na\e[42m\e[J").Rows.Count(r => r is [.., { Background: 2 }]));
        Assert.Equal(2, Read("\r\n\r\na\e[42m\e[1J").Rows.Count(r => r.Sum(s => s.Text.Length) == 80));
    }

    [Fact]
    public void A_tab_writes_blanks()
    {
        Assert.Equal("        b", Read("xxxxxxxxx\r\tb").ToString());
        Assert.Equal([new AnsiSpan("a       b", 7, 4)], Read("\e[44ma\tb").Rows.Single());
        Assert.Equal("x", Read("\e[79Ca\e[1;75H\tx").ToString().Trim());
    }

    [Fact]
    public void The_cursor_stops_at_row_25_of_the_screen()
    {
        Assert.Equal(25, Read("\e[999Bx").Rows.Count);
        Assert.Equal(25, Read("\e[999;999Hx").Rows.Count);
        var scrolled = Read(string.Concat(Enumerable.Range(1, 30).Select(i => $"{i}\r\n")) + "\e[1;1Htop\e[999Blast");
        Assert.Equal(31, scrolled.Rows.Count);
        var lines = scrolled.ToString().Split('\n');
        Assert.Equal(("1", "top", "   last"), (lines[0], lines[6], lines[30]));
    }

    [Fact]
    public void A_full_row_goes_on_below()
    {
        var text = Read(new string('x', 81) + "\r\nend");
        Assert.Equal([80, 1, 3], text.Rows.Select(r => r.Sum(s => s.Text.Length)));
        Assert.Equal(80, Read(new string('x', 80)).Rows.Single()[0].Text.Length);
    }

    [Fact]
    public void A_background_reaches_to_the_end_of_what_was_printed()
    {
        var row = Read("\e[44m  Title  \e[0m   ").Rows.Single();
        Assert.Equal([new AnsiSpan("  Title  ", 7, 4)], row);
    }

    [Fact]
    public void A_file_that_is_too_long_is_shown_from_its_beginning_and_says_so()
    {
        var text = Read(string.Concat(Enumerable.Range(1, 2000).Select(i => $"{i}\r\n")));
        Assert.Equal(AnsiText.MostRows, text.Rows.Count);
        Assert.Equal("1000", text.Rows[^1].Single().Text);
        Assert.False(text.IsWhole);
        Assert.True(Read(string.Concat(Enumerable.Repeat("x\r\n", AnsiText.MostRows))).IsWhole);
        Assert.False(Read(new string('\n', 5) + new string('\0', AnsiText.MostBytes)).IsWhole);
    }

    [Theory]
    [InlineData("\e[2J\e[999B x")]
    [InlineData("\e[999;999H\e[1J\e[J")]
    [InlineData("\e]")]
    [InlineData("\e[9999999999999999999C\e[s\e[9999B\e[u")]
    [InlineData("\e[31mx\e[32my")]
    public void A_file_made_to_hurt_costs_no_more_than_a_moment(string piece)
    {
        var file = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(piece, 1024 * 1024 / piece.Length)));
        var began = Stopwatch.GetTimestamp();
        var text = AnsiText.Read(file);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
        Assert.InRange(text.Rows.Count, 0, AnsiText.MostRows);
    }

    [Fact]
    public void Any_bytes_give_rows_of_80_columns_at_most() =>
        Gen.Byte.Array[0, 400].Select(Gen.Int[0, s_codes.Length - 1]).Sample((bytes, which) =>
        {
            var code = s_codes[which];
            var text = AnsiText.Read([.. Encoding.Latin1.GetBytes(code), .. bytes, .. Encoding.Latin1.GetBytes(code), .. bytes]);
            Assert.All(text.Rows, row =>
            {
                Assert.InRange(row.Sum(s => s.Text.Length), 0, 80);
                Assert.All(row, s => Assert.True(s is { Foreground: >= 0 and < 16, Background: >= 0 and < 16, Text.Length: > 0 } && !s.Text.Any(char.IsControl)));
            });
        });

    private static AnsiText Read(string text) => AnsiText.Read(Encoding.Latin1.GetBytes(text));
}
