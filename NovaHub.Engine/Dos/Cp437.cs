using System.Collections.Frozen;
using System.Text;

namespace NovaHub.Engine.Dos;

/// <summary>
/// Code page 437, the character set of every DOS game here. The platform's own table needs a separate provider and maps
/// the bytes 0..31 to control codes only; on a text screen they are glyphs.
/// </summary>
public static class Cp437
{
    // 0x00 and 0xFF show nothing; 0xFF is the no-break space by convention
    private const string Low = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";

    private const string High =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ" +
        "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
        "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" +
        "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";

    private static readonly FrozenDictionary<char, byte> Bytes =
        High.Select((c, i) => KeyValuePair.Create(c, (byte)(0x80 + i))).ToFrozenDictionary();

    /// <summary>What a text screen shows for a byte: all 256 have a glyph, 0x00 shows as a space.</summary>
    public static char Glyph(byte code) => code switch
    {
        < 0x20 => Low[code],
        0x7F => '⌂',
        >= 0x80 => High[code - 0x80],
        _ => (char)code,
    };

    /// <summary>Text of a file: bytes below 0x80 stay what they are in ASCII (line ends, ESC), the upper half becomes glyphs.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            text.Append(b < 0x80 ? (char)b : High[b - 0x80]);
        }

        return text.ToString();
    }

    /// <summary>True when every character has a byte of its own, so that <see cref="Encode"/> loses nothing.</summary>
    public static bool CanEncode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.All(c => c < 0x80 || Bytes.ContainsKey(c));
    }

    /// <summary>Bytes of a text file; the opposite of <see cref="Decode"/>. A character without a byte becomes <c>?</c>.</summary>
    public static byte[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = new byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            bytes[i] = text[i] < 0x80 ? (byte)text[i] : Bytes.GetValueOrDefault(text[i], (byte)'?');
        }

        return bytes;
    }
}
