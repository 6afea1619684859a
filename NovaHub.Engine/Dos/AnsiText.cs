namespace NovaHub.Engine.Dos;

/// <summary>Neighbouring cells of a row that look alike.</summary>
/// <param name="Text">What they show: glyphs of code page 437.</param>
/// <param name="Foreground">Colour of the glyphs, 0..15 in the order of ANSI: black, red, green, brown, blue, magenta, cyan, grey, then bright.</param>
/// <param name="Background">Colour behind them, in the same order.</param>
public sealed record AnsiSpan(string Text, int Foreground, int Background);

/// <summary>A DOS file with ANSI colours, as a text screen of 80 columns shows it.</summary>
/// <param name="Rows">Its rows from the top, without what is blank at their ends.</param>
/// <param name="IsWhole">False when the file has more than is shown.</param>
public sealed record AnsiText(IReadOnlyList<IReadOnlyList<AnsiSpan>> Rows, bool IsWhole)
{
    /// <summary>Most rows that are shown.</summary>
    public const int MostRows = 1000;

    /// <summary>Most bytes of a file that are looked at.</summary>
    public const int MostBytes = 256 * 1024;

    private const int Columns = ScreenModel.ColumnCount;

    // What follows this byte is no text: DOS ends a file here, and a SAUCE record about it may follow
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
        var text = file.IndexOf(EndOfFile) is >= 0 and var end ? file[..end] : file;
        var whole = text.Length <= MostBytes;
        text = text[..Math.Min(text.Length, MostBytes)];

        var canvas = new Canvas(BlinkIsBright(file));
        var parser = new VtParser(canvas);
        Span<byte> utf8 = stackalloc byte[3];
        foreach (var b in text)
        {
            // The parser takes UTF-8; here a byte is a glyph, unless DOS does something at it
            if (b is 0x07 or 0x08 or 0x09 or 0x0A or 0x0D or 0x1B or (>= 0x20 and < 0x7F))
            {
                parser.Feed([b]);
            }
            else
            {
                parser.Feed(utf8[..System.Text.Encoding.UTF8.GetBytes([Cp437.Glyph(b)], utf8)]);
            }
        }

        return new AnsiText(canvas.Rows(), whole && !canvas.Overflowed);
    }

    // The last bit of the flags in a SAUCE record, the 128 bytes at the end of a file from a drawing program
    private static bool BlinkIsBright(ReadOnlySpan<byte> file) =>
        file.Length >= 128 && file[^128..].StartsWith("SAUCE00"u8) && (file[^23] & 1) == 1;

    private struct Cell
    {
        public char Glyph;
        public byte Foreground;
        public byte Background;
    }

    // A sheet that grows downwards, not a window of 25 rows: a bulletin is read from its top
    private sealed class Canvas(bool blinkIsBright) : IVtActions
    {
        private const int TabWidth = 8;
        private const int Grey = 7;
        private const int Bright = 8;

        private readonly Cell[]?[] _rows = new Cell[]?[MostRows];
        private int _height;
        private int _x;
        private int _y;
        private int _savedX;
        private int _savedY;
        private int _foreground = Grey;
        private int _background;
        private bool _bold;
        private bool _blink;
        private bool _inverse;
        private bool _hidden;

        public bool Overflowed { get; private set; }

        public void Print(char c)
        {
            var (foreground, background) = Colours();
            if (Row() is { } row)
            {
                row[_x] = new Cell { Glyph = c == '\u00A0' ? ' ' : c, Foreground = foreground, Background = background };
            }
            else
            {
                Overflowed = true;
            }

            // As DOS does it: the cursor leaves a full row at once
            if (++_x == Columns)
            {
                NextRow();
            }
        }

        public void Control(byte code)
        {
            switch (code)
            {
                case 0x08:
                    _x = Math.Max(0, _x - 1);
                    break;
                case 0x09:
                    _x = Math.Min(Columns - 1, ((_x / TabWidth) + 1) * TabWidth);
                    break;
                case 0x0A:
                    NextRow();
                    break;
                case 0x0D:
                    _x = 0;
                    break;
            }
        }

        public void Escape(char final)
        {
            switch (final)
            {
                case '7':
                    (_savedX, _savedY) = (_x, _y);
                    break;
                case '8':
                    (_x, _y) = (_savedX, _savedY);
                    break;
            }
        }

        public void Csi(char final, VtParameters p)
        {
            switch (final)
            {
                case 'A': MoveTo(_x, _y - p.OrOne(0)); break;
                case 'B': MoveTo(_x, _y + p.OrOne(0)); break;
                case 'C': MoveTo(_x + p.OrOne(0), _y); break;
                case 'D': MoveTo(_x - p.OrOne(0), _y); break;
                case 'E': MoveTo(0, _y + p.OrOne(0)); break;
                case 'F': MoveTo(0, _y - p.OrOne(0)); break;
                case 'G': MoveTo(p.OrOne(0) - 1, _y); break;
                case 'H' or 'f': MoveTo(p.OrOne(1) - 1, p.OrOne(0) - 1); break;
                case 's': Escape('7'); break;
                case 'u': Escape('8'); break;
                case 'J': EraseScreen(p[0]); break;
                case 'K': EraseRow(p[0]); break;
                case 'm': Look(p); break;
            }
        }

        public IReadOnlyList<IReadOnlyList<AnsiSpan>> Rows()
        {
            var height = _height;
            while (height > 0 && Shown(_rows[height - 1]).IsEmpty)
            {
                height--;
            }

            return [.. _rows.Take(height).Select(row => Spans(Shown(row)))];
        }

        private static ReadOnlySpan<Cell> Shown(Cell[]? row)
        {
            var cells = row.AsSpan();
            while (cells.Length > 0 && cells[^1] is { Glyph: ' ' or '\0', Background: 0 })
            {
                cells = cells[..^1];
            }

            return cells;
        }

        private static List<AnsiSpan> Spans(ReadOnlySpan<Cell> cells)
        {
            var spans = new List<AnsiSpan>();
            for (var from = 0; from < cells.Length;)
            {
                var to = from + 1;
                while (to < cells.Length && (cells[to].Foreground, cells[to].Background) == (cells[from].Foreground, cells[from].Background))
                {
                    to++;
                }

                var text = string.Create(to - from, cells[from..to], (chars, run) =>
                {
                    for (var i = 0; i < chars.Length; i++)
                    {
                        chars[i] = run[i].Glyph == '\0' ? ' ' : run[i].Glyph;
                    }
                });
                spans.Add(new AnsiSpan(text, cells[from].Foreground, cells[from].Background));
                from = to;
            }

            return spans;
        }

        private void MoveTo(int x, int y)
        {
            _x = Math.Clamp(x, 0, Columns - 1);
            _y = Math.Clamp(y, 0, MostRows);
        }

        // Below the last row is nowhere: what is printed there is not kept
        private void NextRow() => MoveTo(0, _y + 1);

        private Cell[]? Row()
        {
            if (_y >= MostRows)
            {
                return null;
            }

            _height = Math.Max(_height, _y + 1);
            return _rows[_y] ??= new Cell[Columns];
        }

        private void EraseScreen(int mode)
        {
            switch (mode)
            {
                case 0:
                    EraseRow(0);
                    Array.Clear(_rows, Math.Min(_y + 1, MostRows), Math.Max(0, _height - _y - 1));
                    break;
                case 1:
                    EraseRow(1);
                    Array.Clear(_rows, 0, Math.Min(_y, MostRows));
                    break;
                case 2:
                    Array.Clear(_rows, 0, _height);
                    (_height, _x, _y) = (0, 0, 0);
                    break;
            }
        }

        private void EraseRow(int mode)
        {
            if (Row() is { } row)
            {
                var (from, to) = mode switch
                {
                    0 => (_x, Columns),
                    1 => (0, _x + 1),
                    _ => (0, Columns),
                };
                row.AsSpan(from, to - from).Fill(new Cell { Glyph = ' ', Foreground = Grey, Background = Colours().Background });
            }
        }

        private void Look(VtParameters p)
        {
            for (var i = 0; i < Math.Max(1, p.Count); i++)
            {
                if (p[i] is 38 or 48)
                {
                    // A colour of a later terminal: 5 and a number, or 2 and three. No game of then writes one.
                    i += p[i + 1] == 5 ? 2 : 4;
                }
                else
                {
                    Look(p[i]);
                }
            }
        }

        private void Look(int code)
        {
            switch (code)
            {
                case 0:
                    (_foreground, _background, _bold, _blink, _inverse, _hidden) = (Grey, 0, false, false, false, false);
                    break;
                case 1: _bold = true; break;
                case 2 or 22: _bold = false; break;
                case 5 or 6: _blink = true; break;
                case 25: _blink = false; break;
                case 7: _inverse = true; break;
                case 27: _inverse = false; break;
                case 8: _hidden = true; break;
                case 28: _hidden = false; break;
                case >= 30 and <= 37: _foreground = code - 30; break;
                case 39: _foreground = Grey; break;
                case >= 40 and <= 47: _background = code - 40; break;
                case 49: _background = 0; break;
                case >= 90 and <= 97: _foreground = code - 90 + Bright; break;
                case >= 100 and <= 107: _background = code - 100 + Bright; break;
            }
        }

        private (byte Foreground, byte Background) Colours()
        {
            var (foreground, background) = _inverse ? (_background, _foreground) : (_foreground, _background);
            if (_bold)
            {
                foreground |= Bright;
            }

            if (_blink && blinkIsBright)
            {
                background |= Bright;
            }

            return ((byte)(_hidden ? background : foreground), (byte)background);
        }
    }
}
