namespace NovaHub.Engine.Dos;

/// <summary>
/// What a file draws: a screen of 25 rows that moves down a sheet as it scrolls, so that a bulletin is read from its top.
/// The cursor is sent to places of the screen; what has scrolled away stays on the sheet as it was.
/// </summary>
internal sealed class AnsiSheet(int columns, bool blinkIsBright) : IVtActions
{
    private const int ScreenRows = ScreenModel.RowCount;
    private const int TabWidth = 8;
    private const int Grey = 7;
    private const int Bright = 8;

    private readonly Cell[]?[] _rows = new Cell[]?[AnsiText.MostRows];

    // Row of the sheet that is the screen's first, and the cursor on the screen
    private int _top;
    private int _x;
    private int _y;
    private int _savedX;
    private int _savedY;
    private int _height;
    private int _foreground = Grey;
    private int _background;
    private bool _bold;
    private bool _blink;

    private struct Cell
    {
        public char Glyph;
        public byte Foreground;
        public byte Background;
    }

    /// <summary>Something was printed below the last row that is kept.</summary>
    public bool Overflowed { get; private set; }

    private byte Back => (byte)(_blink && blinkIsBright ? _background | Bright : _background);

    public void Print(char c)
    {
        if (Row(_y) is { } row)
        {
            var glyph = c == '\u00A0' ? ' ' : c;
            row[_x] = new Cell { Glyph = glyph, Foreground = (byte)(_bold ? _foreground | Bright : _foreground), Background = Back };
        }
        else
        {
            Overflowed = true;
        }

        // As DOS does it: the cursor leaves a full row at once
        if (++_x == columns)
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
                // Blanks, not a jump: what stood there is gone and the colour goes on
                do
                {
                    Print(' ');
                }
                while (_x % TabWidth != 0);
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
        // The DOS console knows no sequence of two bytes
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
            case 's': (_savedX, _savedY) = (_x, _y); break;
            case 'u': (_x, _y) = (_savedX, _savedY); break;
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

    private void MoveTo(int x, int y) => (_x, _y) = (Math.Clamp(x, 0, columns - 1), Math.Clamp(y, 0, ScreenRows - 1));

    private void NextRow()
    {
        _x = 0;
        if (_y < ScreenRows - 1)
        {
            _y++;
        }
        else
        {
            _top++;
        }
    }

    // A row of the screen; null below the last one that is kept
    private Cell[]? Row(int y)
    {
        if (_top + y >= _rows.Length)
        {
            return null;
        }

        _height = Math.Max(_height, _top + y + 1);
        return _rows[_top + y] ??= new Cell[columns];
    }

    private void EraseScreen(int mode)
    {
        switch (mode)
        {
            case 0:
                EraseRow(0);
                EraseRows(_y + 1, ScreenRows);
                break;
            case 1:
                EraseRow(1);
                EraseRows(0, _y);
                break;
            case 2:
                // Another page begins: what scrolled away goes with the screen
                Array.Clear(_rows, Math.Min(_height, ScreenRows), Math.Max(0, _height - ScreenRows));
                (_top, _x, _y, _height, Overflowed) = (0, 0, 0, Math.Min(_height, ScreenRows), false);
                EraseRows(0, ScreenRows);
                break;
        }
    }

    private void EraseRows(int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            if (Back != 0 || (_top + y < _rows.Length && _rows[_top + y] is not null))
            {
                Erase(y, 0, columns);
            }
        }
    }

    private void EraseRow(int mode)
    {
        var (from, to) = mode switch
        {
            0 => (_x, columns),
            1 => (0, _x + 1),
            _ => (0, columns),
        };
        Erase(_y, from, to);
    }

    private void Erase(int y, int from, int to) =>
        Row(y)?.AsSpan(from, to - from).Fill(new Cell { Glyph = ' ', Foreground = Grey, Background = Back });

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

    // The codes of ANSI.SYS do to the colours what it does; the others are those of later drawing programs
    private void Look(int code)
    {
        switch (code)
        {
            case 0: (_foreground, _background, _bold, _blink) = (Grey, 0, false, false); break;
            case 1: _bold = true; break;
            case 2 or 22: _bold = false; break;
            case 5 or 6: _blink = true; break;
            case 25: _blink = false; break;
            case 7: (_foreground, _background) = (0, Grey); break;
            case 8: (_foreground, _background) = (0, 0); break;
            case >= 30 and <= 37: _foreground = code - 30; break;
            case 39: _foreground = Grey; break;
            case >= 40 and <= 47: _background = code - 40; break;
            case 49: _background = 0; break;
            case >= 90 and <= 97: _foreground = code - 90 + Bright; break;
            case >= 100 and <= 107: _background = code - 100 + Bright; break;
        }
    }
}
