namespace NovaHub.Engine.Dos;

/// <summary>Neighbouring cells of a row that look alike.</summary>
/// <param name="Text">What they show: glyphs of code page 437.</param>
/// <param name="Foreground">Colour of the glyphs, 0..15 in the order of ANSI: black, red, green, brown, blue, magenta, cyan, grey, then bright.</param>
/// <param name="Background">Colour behind them, in the same order.</param>
public sealed record AnsiSpan(string Text, int Foreground, int Background);

/// <summary>A DOS file with ANSI colours, as a text screen shows it: 80 columns wide, or as wide as its SAUCE record says.</summary>
/// <param name="Rows">Its rows from the top, without what is blank at their ends.</param>
/// <param name="IsWhole">False when the file has more than is shown.</param>
public sealed record AnsiText(IReadOnlyList<IReadOnlyList<AnsiSpan>> Rows, bool IsWhole)
{
    /// <summary>Most rows that are shown.</summary>
    public const int MostRows = 1000;

    /// <summary>Most bytes of a file that are looked at.</summary>
    public const int MostBytes = 256 * 1024;

    // What follows this byte is no text: DOS ends a file here
    private const byte EndOfFile = 0x1A;

    /// <summary>The plain text, a line a row.</summary>
    public override string ToString() => string.Join('\n', Rows.Select(row => string.Concat(row.Select(s => s.Text))));

    /// <summary>
    /// Reads bytes of a bulletin or of any DOS text. Whatever they are, the work is bounded by their number, and the rows by
    /// <see cref="MostRows"/>. Text that is to blink stands still, as no page should flash, unless the file says that blinking
    /// means a bright background.
    /// </summary>
    public static AnsiText Read(ReadOnlySpan<byte> file)
    {
        var sauce = Sauce.Of(file);
        var text = file[..sauce.Start];
        text = text.IndexOf(EndOfFile) is >= 0 and var end ? text[..end] : text;
        var whole = text.Length <= MostBytes;

        var sheet = new AnsiSheet(sauce.Columns ?? ScreenModel.ColumnCount, sauce.BlinkIsBright);
        new AnsiSysParser(sheet).Feed(text[..Math.Min(text.Length, MostBytes)]);
        return new AnsiText(sheet.Rows(), whole && !sheet.Overflowed);
    }
}
