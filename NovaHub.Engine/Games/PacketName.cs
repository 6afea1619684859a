using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace NovaHub.Engine.Games;

/// <summary>
/// A packet's file name: <c>555B0201.001</c> is league 555, BRE, from BBS index 02 to 01 (hex), sequence number 001.
/// The games write it in lower case; compared without case, kept in upper case. A name identifies nothing for
/// long: the sequence starts again every thousand packets.
/// </summary>
/// <param name="League">The league.</param>
/// <param name="Source">BBS index of the sender, 1..255.</param>
/// <param name="Dest">BBS index of the receiver, 1..255.</param>
/// <param name="Sequence">Sequence number, 0..999.</param>
public readonly record struct PacketName(LeagueId League, int Source, int Dest, int Sequence)
{
    /// <summary>Length of every packet name: eight, dot, three.</summary>
    public const int Length = 12;

    /// <summary>Reads a whole file name in either case. An index of 00, other scripts' digits or anything behind the name is refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PacketName name)
    {
        name = default;
        if (text is not { Length: Length } || text[8] != '.'
            || !LeagueId.TryParse(text[..4].ToUpperInvariant(), out var league)
            || !TryHex(text.AsSpan(4, 2), out var source) || !TryHex(text.AsSpan(6, 2), out var dest)
            || text.AsSpan(9, 3).IndexOfAnyExceptInRange('0', '9') >= 0
            || !BbsIndex.IsValid(source) || !BbsIndex.IsValid(dest))
        {
            return false;
        }

        name = new PacketName(league, source, dest, int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>The name in upper case, as it is stored and answered.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{League}{Source:X2}{Dest:X2}.{Sequence:D3}");

    private static bool TryHex(ReadOnlySpan<char> digits, out int value)
    {
        value = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }

            value = (value * 16) + (c <= (char)57 ? c - 48 : (c | 32) - 87);
        }

        return true;
    }
}
