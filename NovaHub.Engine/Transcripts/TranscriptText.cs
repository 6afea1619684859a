using System.Text;
using System.Text.RegularExpressions;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Transcripts;

/// <summary>
/// Text of log files that kept the terminal's bytes. What is recorded now goes through <see cref="ScreenModel"/>; this is
/// for files from elsewhere, where lines repeat and may run together.
/// </summary>
public static partial class TranscriptText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Decodes UTF-8, or code page 437 when the bytes are no UTF-8. Cursor movements become a line end (to another place)
    /// or blanks (to the right), other sequences and control codes vanish, every line end is <c>\n</c>.
    /// </summary>
    public static string FromBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var text = Sequences().Replace(Decode(bytes), Replacement).ReplaceLineEndings("\n").Replace('\r', '\n');
        return string.Concat(text.Where(c => c is '\n' or '\t' || !char.IsControl(c)));
    }

    private static string Decode(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Cp437.Decode(bytes);
        }
    }

    private static string Replacement(Match match) => match.Groups["final"].Value switch
    {
        "H" or "f" or "d" => "\n",
        "C" => new string(' ', int.TryParse(match.Groups["first"].ValueSpan, out var n) ? Math.Clamp(n, 1, ScreenModel.ColumnCount) : 1),
        _ => "",
    };

    [GeneratedRegex(
        @"\x1B\[(?<first>[0-9]*)[0-?]*[ -/]*(?<final>[@-~])|\x1B[\]PX^_][^\x07\x1B]*(\x07|\x1B\\)?|\x1B[ -/]*[0-~]",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Sequences();
}
