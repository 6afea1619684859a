using CsCheck;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class Cp437Tests
{
    [Fact]
    public void All_256_codes_have_a_glyph_of_their_own()
    {
        var glyphs = Enumerable.Range(1, 255).Select(code => Cp437.Glyph((byte)code)).ToList();

        Assert.Equal(255, glyphs.Distinct().Count());
        Assert.DoesNotContain(glyphs, char.IsControl);
        Assert.Equal(' ', Cp437.Glyph(0));
    }

    [Theory]
    [InlineData(0x01, '☺')]
    [InlineData(0x7F, '⌂')]
    [InlineData(0x80, 'Ç')]
    [InlineData(0x82, 'é')]
    [InlineData(0x9F, 'ƒ')]
    [InlineData(0xB3, '│')]
    [InlineData(0xC4, '─')]
    [InlineData(0xDB, '█')]
    [InlineData(0xE1, 'ß')]
    [InlineData(0xE3, 'π')]
    [InlineData(0xF8, '°')]
    [InlineData(0xFE, '■')]
    public void Glyphs_are_those_of_the_code_page(int code, char glyph) => Assert.Equal(glyph, Cp437.Glyph((byte)code));

    [Fact]
    public void Every_file_decodes_and_encodes_to_the_same_bytes() =>
        Gen.Byte.Array[0, 300].Sample(bytes => Cp437.CanEncode(Cp437.Decode(bytes)) && Cp437.Encode(Cp437.Decode(bytes)).AsSpan().SequenceEqual(bytes));

    [Fact]
    public void What_has_no_byte_is_noticed()
    {
        Assert.False(Cp437.CanEncode("Zürich €"));
        Assert.True(Cp437.CanEncode("Zürich"));
        Assert.Equal("Zürich ?", Cp437.Decode(Cp437.Encode("Zürich €")));
    }
}
