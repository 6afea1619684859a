using System.Text;
using CsCheck;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class CellDecoderTests
{
    private static readonly byte[] Hello = [5];

    private static Collected Decode(params byte[] bytes)
    {
        var screen = new Collected();
        var decoder = new CellDecoder(screen);
        decoder.Feed(Hello);
        decoder.Feed(bytes);
        decoder.End();
        return screen;
    }

    private static byte[] Run(int row, int column, int attribute, string text)
    {
        var cells = Cp437.Encode(text);
        return [1, (byte)row, (byte)column, (byte)attribute, (byte)cells.Length, .. cells];
    }

    [Fact]
    public void The_screen_begins_empty() => Assert.Equal("\u001b[0m\u001b[2J\u001b[H", Decode().Text);

    [Fact]
    public void A_run_of_cells_becomes_text_at_its_place()
    {
        var screen = Decode([.. Run(3, 5, 0x07, "■ Café"), 3]);

        Assert.EndsWith("\u001b[4;6H\u001b[0;37;40m■ Café", screen.Text, StringComparison.Ordinal);
        Assert.Equal(["     ■ Café"], screen.End());
    }

    [Theory]
    [InlineData(0x1E, "\u001b[0;1;33;44m")]
    [InlineData(0x84, "\u001b[0;5;31;40m")]
    [InlineData(0x0B, "\u001b[0;1;36;40m")]
    [InlineData(0x71, "\u001b[0;34;47m")]
    public void Colours_of_the_graphics_adapter_become_those_of_a_terminal(int attribute, string expected) =>
        Assert.Contains(expected + "x", Decode([.. Run(0, 0, attribute, "x"), 3]).Text, StringComparison.Ordinal);

    [Fact]
    public void Control_codes_on_the_screen_are_glyphs() =>
        Assert.Equal(["☺♫►↔▼⌂"], Decode(1, 0, 0, 7, 6, 0x01, 0x0E, 0x10, 0x1D, 0x1F, 0x7F, 3).End());

    [Fact]
    public void A_scroll_hands_the_rows_over_and_leaves_the_others()
    {
        var screen = Decode([.. Run(0, 0, 14, "Heading"), .. Run(1, 0, 7, "One"), .. Run(2, 0, 7, "Two"), 3, 2, 1, 24, 1, .. Run(24, 0, 7, "Last"), 3]);

        Assert.Equal(["One", "Heading", "Two", "Last"], screen.End());
    }

    [Fact]
    public void The_cursor_goes_where_the_game_left_it() =>
        Assert.EndsWith("\u001b[6;3H", Decode(4, 5, 2, 3).Text, StringComparison.Ordinal);

    [Fact]
    public void A_message_may_be_cut_anywhere()
    {
        byte[] bytes = [.. Run(0, 0, 7, "Whole line"), 3, 2, 0, 24, 1, .. Run(3, 70, 0x4F, "0123456789"), 4, 1, 1, 3];
        var whole = Decode(bytes).Text;
        var screen = new Collected();
        var decoder = new CellDecoder(screen);
        decoder.Feed(Hello);
        foreach (var b in bytes)
        {
            decoder.Feed([b]);
        }

        Assert.Equal(whole, screen.Text);
    }

    [Fact]
    public void Bytes_that_make_no_sense_draw_nothing_outside_the_screen()
    {
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            var screen = Decode(bytes);
            screen.End();
            return screen.Text.Split("\u001b[").Skip(1).Where(part => part.Contains('H', StringComparison.Ordinal)).All(part =>
            {
                var place = part[..part.IndexOf('H', StringComparison.Ordinal)].Split(';');
                return place.Length != 2 || !int.TryParse(place[0], out var row) || !int.TryParse(place[1], out var column) || (row <= 25 && column <= 80);
            });
        });
    }
}
