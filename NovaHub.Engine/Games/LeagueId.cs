using System.Diagnostics.CodeAnalysis;

namespace NovaHub.Engine.Games;

/// <summary>A league's identity: three digits and the game's letter, <c>555B</c>. <c>015B</c> and <c>015F</c> are two leagues.</summary>
public readonly record struct LeagueId : IComparable<LeagueId>, IParsable<LeagueId>
{
    private readonly string? _text;

    private LeagueId(string text) => _text = text;

    /// <summary>The three digits, <c>555</c>.</summary>
    public string Number => Text[..3];

    /// <summary>The game that the league plays.</summary>
    public Game Game => Game.FromLetter(Text[3])!;

    /// <summary>Name of the league's nodelist as boards fetch it: <c>BRNODES.555</c>.</summary>
    public string NodelistName => $"{Game.NodelistPrefix}.{Number}";

    private string Text => _text ?? throw new InvalidOperationException("An empty league id has no parts.");

    /// <summary>Reads a league id, whole and strict: ASCII digits, an upper-case <c>B</c> or <c>F</c>, nothing behind it.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LeagueId result)
    {
        if (s is { Length: 4 } && s.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0 && s[3] is 'B' or 'F')
        {
            result = new LeagueId(s);
            return true;
        }

        result = default;
        return false;
    }

    /// <inheritdoc cref="TryParse(string?, IFormatProvider?, out LeagueId)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, out LeagueId result) => TryParse(s, null, out result);

    /// <summary>Reads a league id or says what one looks like.</summary>
    /// <exception cref="FormatException">The text is no league id.</exception>
    public static LeagueId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id)
            ? id
            : throw new FormatException($"“{s}” is no league id: three digits and B (BRE) or F (FE), such as 555B.");

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static LeagueId Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public int CompareTo(LeagueId other) => string.CompareOrdinal(_text, other._text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}
