using System.Globalization;
using System.Text;

namespace NovaHub.Client.Configuration;

/// <summary>A value of a PowerShell data file with the line where it begins.</summary>
/// <param name="Value">A string, long, double or bool; a list of nodes for an array; a dictionary of nodes for a hashtable; null.</param>
/// <param name="Line">From 1.</param>
internal sealed record Psd1Node(object? Value, int Line);

/// <summary>What stands at a line of a PowerShell data file is not data.</summary>
internal sealed class Psd1Exception(int line, string message) : Exception(message)
{
    public int Line { get; } = line;
}

/// <summary>
/// Reads PowerShell data files (<c>.psd1</c>) as far as they are data: hashtables, arrays, texts, numbers, <c>$true</c>,
/// <c>$false</c>, <c>$null</c> and comments. Everything else in one is refused and named; nothing is ever run.
/// </summary>
internal sealed class Psd1Reader
{
    private const int Deepest = 20;

    // PowerShell takes typographic quotation marks for plain ones
    private const string SingleQuotes = "'\u2018\u2019\u201A\u201B";
    private const string DoubleQuotes = "\"\u201C\u201D\u201E";

    private readonly string _text;
    private int _at;
    private int _line = 1;
    private int _depth;

    private Psd1Reader(string text) => _text = text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private char Now => _at < _text.Length ? _text[_at] : '\0';

    private char Next => _at + 1 < _text.Length ? _text[_at + 1] : '\0';

    /// <summary>The hashtable that a file holds.</summary>
    /// <exception cref="Psd1Exception">The file is no data file, or more than one.</exception>
    public static Psd1Node Read(string text)
    {
        var reader = new Psd1Reader(text);
        reader.Skip(lines: true);
        if (reader.Now != '@' || reader.Next != '{')
        {
            throw reader.Fault("a data file begins with @{");
        }

        var node = reader.Value();
        reader.Skip(lines: true);
        return reader._at >= reader._text.Length ? node : throw reader.Fault("behind the closing } nothing may follow");
    }

    private Psd1Node Value()
    {
        var line = _line;
        if (++_depth > Deepest)
        {
            throw Fault("it is nested too deeply");
        }

        object? value = Now switch
        {
            '@' when Next == '{' => Table(),
            '@' when Next == '(' => Array(),
            '@' when IsQuote(Next) => HereText(),
            '$' => Constant(),
            '-' or '+' or (>= '0' and <= '9') or '.' => Number(),
            _ when IsQuote(Now) => Text(),
            _ => throw Fault("here should be a text in quotation marks, a number, $true or $false, @( or @{"),
        };
        _depth--;
        return new Psd1Node(value, line);
    }

    // @{ Name = value; ... } with ends of lines or semicolons between the entries
    private Dictionary<string, Psd1Node> Table()
    {
        _at += 2;
        var table = new Dictionary<string, Psd1Node>(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            Separators();
            if (Now == '}')
            {
                _at++;
                return table;
            }

            var line = _line;
            var name = IsQuote(Now) ? Text() : Word();
            Skip(lines: false);
            if (Now != '=')
            {
                throw Fault($"behind {name} an = is missing");
            }

            _at++;
            Skip(lines: true);
            // Several values with commas between them are an array without @( )
            var values = Listed();
            if (!table.TryAdd(name, values.Count == 1 ? values[0] : new Psd1Node(values, values[0].Line)))
            {
                throw new Psd1Exception(line, $"{name} stands here twice");
            }

            EndOfEntry('}');
        }
    }

    // @( ... ) with commas, ends of lines or semicolons between the values
    private List<Psd1Node> Array()
    {
        _at += 2;
        var items = new List<Psd1Node>();
        while (true)
        {
            Separators();
            if (Now == ')')
            {
                _at++;
                return items;
            }

            items.AddRange(Listed());
            EndOfEntry(')');
        }
    }

    private List<Psd1Node> Listed()
    {
        var all = new List<Psd1Node> { Value() };
        Skip(lines: false);
        while (Now == ',')
        {
            _at++;
            Skip(lines: true);
            all.Add(Value());
            Skip(lines: false);
        }

        return all;
    }

    private void EndOfEntry(char close)
    {
        Skip(lines: false);
        if (Now != '\n' && Now != ';' && Now != close)
        {
            throw Fault(_at >= _text.Length ? $"the closing {close} is missing" : "an end of the line or a semicolon should be here");
        }
    }

    private void Separators()
    {
        Skip(lines: true);
        while (Now == ';')
        {
            _at++;
            Skip(lines: true);
        }

        if (_at >= _text.Length)
        {
            throw Fault("it ends in the middle; a closing } or ) is missing");
        }
    }

    private string Word()
    {
        var from = _at;
        while (char.IsAsciiLetterOrDigit(Now) || Now is '_' or '-')
        {
            _at++;
        }

        return _at > from ? _text[from.._at] : throw Fault("here should be the name of a setting");
    }

    private object? Constant()
    {
        _at++;
        var word = Word();
        return word.ToUpperInvariant() switch
        {
            "TRUE" => true,
            "FALSE" => false,
            "NULL" => null,
            _ => throw Fault($"${word} is a variable, and a data file may only have $true, $false and $null"),
        };
    }

    private object Number()
    {
        var from = _at;
        while (char.IsAsciiLetterOrDigit(Now) || Now is '.' or '-' or '+')
        {
            _at++;
        }

        var text = _text[from.._at];
        var (digits, unit) = text.ToUpperInvariant() switch
        {
            [.. var d, 'K', 'B'] => (d, 1024L),
            [.. var d, 'M', 'B'] => (d, 1024L * 1024),
            [.. var d, 'G', 'B'] => (d, 1024L * 1024 * 1024),
            var d => (d, 1L),
        };
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            return hex;
        }

        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole * unit;
        }

        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number * unit : throw Fault($"{text} is no number; a text stands in quotation marks");
    }

    private string Text()
    {
        var isSingle = SingleQuotes.Contains(Now, StringComparison.Ordinal);
        var quotes = isSingle ? SingleQuotes : DoubleQuotes;
        var line = _line;
        _at++;
        var text = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length)
            {
                throw new Psd1Exception(line, "the text that begins here has no closing quotation mark");
            }

            if (quotes.Contains(Now, StringComparison.Ordinal))
            {
                _at++;
                if (!quotes.Contains(Now, StringComparison.Ordinal) || _at >= _text.Length)
                {
                    return text.ToString();
                }
            }

            text.Append(isSingle ? Take() : TakeExpanded());
        }
    }

    // @' ... '@ over several lines
    private string HereText()
    {
        var isSingle = SingleQuotes.Contains(Next, StringComparison.Ordinal);
        var line = _line;
        _at += 2;
        Skip(lines: false);
        var text = new StringBuilder();
        if (Now != '\n')
        {
            throw Fault("behind @' or @\" the line ends");
        }

        Take();
        while (_at < _text.Length)
        {
            if ((_at == 0 || _text[_at - 1] == '\n') && IsQuote(Now) && Next == '@')
            {
                _at += 2;
                return text.ToString().TrimEnd('\n');
            }

            text.Append(isSingle ? Take() : TakeExpanded());
        }

        throw new Psd1Exception(line, "the text that begins here has no end of its own ('@ or \"@ at the beginning of a line)");
    }

    private char Take()
    {
        var c = _text[_at++];
        _line += c == '\n' ? 1 : 0;
        return c;
    }

    // In double quotes a backquote makes the next character special, and $ would be filled in
    private char TakeExpanded()
    {
        var c = Take();
        if (c == '$' && (char.IsLetter(Now) || Now is '{' or '(' or '_'))
        {
            throw Fault("a text in double quotes with a $ in it is filled in by PowerShell, which is not done here; write it in single quotes");
        }

        return c != '`' || _at >= _text.Length ? c : Take() switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            var other => other,
        };
    }

    // Blanks and comments; ends of lines too where they don't matter. A backquote at the end joins two lines
    private void Skip(bool lines)
    {
        while (_at < _text.Length)
        {
            if (Now == '<' && Next == '#')
            {
                var end = _text.IndexOf("#>", _at + 2, StringComparison.Ordinal);
                end = end < 0 ? throw Fault("the comment that begins here has no end (#>)") : end + 2;
                _line += _text.AsSpan(_at, end - _at).Count('\n');
                _at = end;
            }
            else if (Now == '#')
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else if (Now is ' ' or '\t' or '\uFEFF' or '\u00A0' || (lines && Now == '\n'))
            {
                Take();
            }
            else if (Now == '`' && Next == '\n')
            {
                _at++;
                Take();
            }
            else
            {
                return;
            }
        }
    }

    private static bool IsQuote(char c) => SingleQuotes.Contains(c, StringComparison.Ordinal) || DoubleQuotes.Contains(c, StringComparison.Ordinal);

    private Psd1Exception Fault(string message) => new(_line, message);
}
