using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CsCheck;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>
/// What a file shows, held against the picture that ansilove makes of it, dot by dot. Only of what ansilove does as DOS does:
/// it knows no screen of 25 rows, no TAB, no erasing in a row, and makes what is bold brighter each time it is told.
/// </summary>
public sealed class AnsiLoveTests : IDisposable
{
    private const int GlyphWidth = 8;
    private const int GlyphHeight = 16;

    private static readonly Gen<string> s_word = Gen.OneOf(
        Gen.Char["abcXYZ019 .:->%"].Array[1, 12].Select(c => new string(c)),
        Gen.Byte[0x80, 0xFE].Select(Gen.Int[1, 12], (b, n) => new string((char)b, n)),
        Gen.Byte[0x01, 0x06].Select(b => ((char)b).ToString()));

    private static readonly Gen<string> s_colour = Gen.OneOf(
        Gen.Int[30, 37].Select(Gen.Int[40, 47], Gen.Bool, (f, b, bright) => $"\e[0;{(bright ? "1;" : "")}{f};{b}m"),
        Gen.Int[30, 37].Select(f => $"\e[{f}m"),
        Gen.Int[40, 47].Select(b => $"\e[{b}m"),
        Gen.Const("\e[0m"));

    private static readonly Gen<string> s_piece = Gen.OneOf(
        Gen.Select(Gen.Int[5, 20], Gen.Int[1, 40], s_colour, s_word, (y, x, colour, word) => $"\e[{y};{x}H{colour}{word}"),
        Gen.Select(Gen.Int[1, 5], s_word, (n, word) => $"\r\n{word}\e[{n}C{word}"),
        Gen.Select(Gen.Int[1, 4], Gen.Char["AB"], s_word, (n, move, word) => $"\e[12;30H\e[{n}{move}{word}"),
        Gen.Select(Gen.Int[1, 9], s_word, (n, word) => $"\e[8;30H{word}\e[{n}D\e[s{word}\e[4;4H-\e[u{word}"),
        Gen.Select(Gen.Int[60, 170], s_colour, (n, colour) => $"\e[7;1H{colour}{new string('\xB1', n)}"),
        Gen.Const("\e[0m\e[2J"));

    private readonly string _folder = Directory.CreateTempSubdirectory("novahub-ansilove-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(80)]
    [InlineData(132)]
    public void A_file_is_drawn_as_ansilove_draws_it(int columns)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ansilove"), "ansilove is not installed (Debian: apt-get install ansilove).");
        var glyphs = Glyphs();

        s_piece.Array[1, 25].Select(string.Concat).Sample(
            program =>
            {
                var file = Encoding.Latin1.GetBytes($"{program}\e[25;1H\e[0m.");
                var theirs = Draw(file, columns);
                var ours = AnsiText.Read([.. file, .. SauceTests.Record(columns)]).Rows;
                return theirs.AsSpan().SequenceEqual(Drawn(ours, glyphs, columns));
            },
            iter: 150,
            threads: 1,
            print: program => JsonSerializer.Serialize(program));
    }

    // Dots of each glyph as ansilove draws it
    private Dictionary<char, byte[]> Glyphs()
    {
        byte[] acts = [0x09, 0x0A, 0x0D, 0x1A, 0x1B];
        var all = Enumerable.Range(1, 255).Select(b => (byte)b).Except(acts).ToArray();
        var dots = Draw([.. "\e[37m"u8, .. all], all.Length);
        return all.Select((b, i) => (Glyph: Cp437.Glyph(b), Dots: Cut(dots, all.Length, i, 0)))
            .ToDictionary(g => g.Glyph, g => g.Dots);
    }

    private static byte[] Drawn(IReadOnlyList<IReadOnlyList<AnsiSpan>> rows, Dictionary<char, byte[]> glyphs, int columns)
    {
        var width = columns * GlyphWidth;
        var dots = new byte[rows.Count * GlyphHeight * width];
        for (var y = 0; y < rows.Count; y++)
        {
            var x = 0;
            foreach (var span in rows[y])
            {
                foreach (var glyph in span.Text)
                {
                    var shape = glyphs[glyph];
                    for (var dot = 0; dot < shape.Length; dot++)
                    {
                        var at = (((y * GlyphHeight) + (dot / GlyphWidth)) * width) + (x * GlyphWidth) + (dot % GlyphWidth);
                        dots[at] = (byte)(shape[dot] == 0 ? span.Background : span.Foreground);
                    }

                    x++;
                }
            }
        }

        return dots;
    }

    private static byte[] Cut(byte[] dots, int columns, int x, int y) =>
        [.. Enumerable.Range(0, GlyphHeight * GlyphWidth).Select(dot =>
            dots[(((y * GlyphHeight) + (dot / GlyphWidth)) * columns * GlyphWidth) + (x * GlyphWidth) + (dot % GlyphWidth)])];

    private byte[] Draw(byte[] file, int columns)
    {
        var (text, picture) = (Path.Combine(_folder, "file.ans"), Path.Combine(_folder, "file.png"));
        File.WriteAllBytes(text, file);
        using var process = Process.Start(new ProcessStartInfo("ansilove", ["-q", "-c", $"{columns}", "-o", picture, text]) { UseShellExecute = false })!;
        Assert.True(process.WaitForExit(30_000), "ansilove did not end.");
        Assert.Equal(0, process.ExitCode);
        return PalettePng.Dots(File.ReadAllBytes(picture));
    }
}
