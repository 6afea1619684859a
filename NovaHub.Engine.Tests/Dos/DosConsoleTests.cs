using System.Globalization;
using System.Text;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>What a file shows, held against what DOSBox's own console showed of it (recorded by Console/record-console).</summary>
public class DosConsoleTests
{
    // As the recording does it: a page of its own, and something seen in the screen's last row
    private const string Before = "\e[0;37;40m\e[2J\e[s";
    private const string After = "\e[25;80H\e[0;37;40m\b.";

    private static readonly int[] s_ansiColour = [0, 4, 2, 6, 1, 5, 3, 7];

    public static TheoryData<string> Cases => [.. Recorded().Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_shows_what_the_dos_console_shows(string text)
    {
        var rows = AnsiText.Read(Encoding.Latin1.GetBytes(Before + Unescaped(text) + After)).Rows;

        // A longer file has scrolled: its last 25 rows are the screen
        var ours = rows.Skip(rows.Count - 25).Select(Cells).ToList();
        var theirs = Screen(Recorded()[text]);
        for (var y = 0; y < 25; y++)
        {
            Assert.Equal(theirs[y], ours[y]);
        }
    }

    // A cell as text and colours; of a blank only the background can be seen
    private static List<string> Cells(IReadOnlyList<AnsiSpan> row)
    {
        var cells = row.SelectMany(span => span.Text.Select(glyph => Cell(glyph, span.Foreground, span.Background))).ToList();
        cells.AddRange(Enumerable.Repeat(Cell(' ', 7, 0), 80 - cells.Count));
        return cells;
    }

    private static string Cell(char glyph, int foreground, int background) => glyph == ' ' ? $"  on {background}" : $"{glyph} {foreground} on {background}";

    private static List<List<string>> Screen(List<string> runs)
    {
        var screen = Enumerable.Range(0, 25).Select(_ => Cells([])).ToList();
        foreach (var run in runs)
        {
            var parts = run.Split(' ');
            var (y, x, colour) = (Number(parts[0]), Number(parts[1]), byte.Parse(parts[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            var text = parts[3].Split('*') is [var one, var times]
                ? [.. Enumerable.Repeat(Convert.FromHexString(one)[0], Number(times))]
                : Convert.FromHexString(parts[3]);
            foreach (var b in text)
            {
                // The highest bit is blinking, which stands still here
                screen[y][x++] = Cell(Cp437.Glyph(b), s_ansiColour[colour & 7] | (colour & 8), s_ansiColour[(colour >> 4) & 7]);
            }
        }

        return screen;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static Dictionary<string, List<string>> Recorded()
    {
        var cases = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string> runs = [];
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Dos", "Console", "console.txt")))
        {
            if (line.StartsWith("case ", StringComparison.Ordinal))
            {
                cases[line[5..]] = runs = [];
            }
            else
            {
                runs.Add(line);
            }
        }

        return cases;
    }

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            plain.Append(text[++i] switch
            {
                'r' => '\r',
                'n' => '\n',
                't' => '\t',
                'b' => '\b',
                'a' => '\a',
                'e' => '\e',
                'x' => (char)byte.Parse(text.AsSpan((i += 2) - 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                var other => throw new FormatException($"\\{other} is no escape of the recording."),
            });
        }

        return plain.ToString();
    }
}
