namespace NovaHub.Engine.Dos;

/// <summary>
/// A terminal of 25 rows and 80 columns without a window. A terminal layer sends differences, so only the screen knows
/// whole lines: feed it every byte a session writes and it hands over each row once, when the row scrolls away, is
/// overwritten by other text, or the session ends. Not safe for use from several threads.
/// </summary>
public sealed partial class ScreenModel
{
    /// <summary>Rows of the screen.</summary>
    public const int RowCount = 25;

    /// <summary>Columns of the screen.</summary>
    public const int ColumnCount = 80;

    // A row that was written last may still be growing; it counts as finished after so many quiet calls
    private const int QuietCallsOfLastRow = 3;

    private readonly Action<string> _rowTaken;
    private readonly VtParser _parser;
    private readonly Line[] _lines = new Line[RowCount];
    private readonly List<(int Row, string Text, long Stamp)> _erased = [];
    private Line? _lastWritten;

    // The row that the cursor writes from left to right just now. Only the whole pass is an update: of "19" that becomes
    // "20" a difference may bring both digits or one.
    private Line? _passed;
    private long _stamp;

    /// <summary>A blank screen, cursor at the top left.</summary>
    /// <param name="rowTaken">Gets each row without trailing blanks, in the order in which rows were left; never a blank one.</param>
    public ScreenModel(Action<string> rowTaken)
    {
        ArgumentNullException.ThrowIfNull(rowTaken);
        _rowTaken = rowTaken;
        _parser = new VtParser(new Terminal(this));
        for (var row = 0; row < RowCount; row++)
        {
            _lines[row] = new Line();
        }
    }

    /// <summary>What the screen shows now: 25 rows without trailing blanks.</summary>
    public IReadOnlyList<string> Rows => [.. _lines.Select(line => line.Text())];

    /// <summary>Row and column of the cursor, from 0. The column is 80 after a full row, as long as nothing else is printed.</summary>
    public (int Row, int Column) Cursor => (_y, _x);

    /// <summary>One row (0..24) without trailing blanks.</summary>
    public string Row(int row) => _lines[row].Text();

    /// <summary>Bytes in UTF-8 as they came; a chunk may end in the middle of a character or a sequence.</summary>
    public void Feed(ReadOnlySpan<byte> vt) => _parser.Feed(vt);

    /// <summary>
    /// For live use, called a few times a second: takes rows that stay on the screen but are finished, that is, unchanged
    /// since the call before while the program went on to another row. Otherwise a short run would show nothing until its end.
    /// </summary>
    public void TakeSettled()
    {
        for (var row = 0; row < RowCount; row++)
        {
            var line = _lines[row];
            if (!line.Dirty)
            {
                continue;
            }

            line.QuietCalls = line.SeenStamp == line.Stamp ? line.QuietCalls + 1 : 0;
            line.SeenStamp = line.Stamp;
            if (line.QuietCalls >= (ReferenceEquals(line, _lastWritten) ? QuietCallsOfLastRow : 1))
            {
                Take(row);
            }
        }
    }

    /// <summary>The session is over: takes what is left on the screen, top row first.</summary>
    public void End()
    {
        TakeErased();
        for (var row = 0; row < RowCount; row++)
        {
            if (_lines[row].Dirty)
            {
                Take(row);
            }
        }
    }

    private void Write(int row, int column, char c)
    {
        var line = _lines[row];
        if (!ReferenceEquals(line, _passed) || column <= line.LastColumn)
        {
            line.BeginPass();
            _passed = line;
        }

        line.LastColumn = column;
        var old = line.Cells[column];
        if (old == c)
        {
            return;
        }

        if (!IsBlank(old) && line.OldIsUntaken)
        {
            TakeOld(row, line, erased: IsBlank(c));
        }

        line.Cells[column] = c;
        line.Stamp = ++_stamp;
        if (!IsBlank(c))
        {
            line.Dirty = true;
            line.HasNew = true;
            _lastWritten = line;
        }
    }

    private void Erase(int row, int from, int to)
    {
        for (var column = Math.Max(0, from); column < Math.Min(ColumnCount, to); column++)
        {
            Write(row, column, ' ');
        }
    }

    // Characters pushed left or right within a row: the row as it was is over, what is left of it is nothing new
    private void Replace(int row, char[] cells)
    {
        var line = _lines[row];
        if (line.Cells.AsSpan().SequenceEqual(cells))
        {
            return;
        }

        if (line.Dirty)
        {
            _erased.Add((row, line.Text(), line.Stamp));
        }

        cells.CopyTo(line.Cells, 0);
        line.Dirty = false;
        line.Stamp = ++_stamp;
        _passed = null;
    }

    // Rows between top and bottom (inclusive) move; the ones pushed out are taken
    private void MoveUp(int top, int bottom, int count)
    {
        TakeErased();
        _passed = null;
        for (var n = Math.Min(count, bottom - top + 1); n > 0; n--)
        {
            TakeGone(_lines[top]);
            Array.Copy(_lines, top + 1, _lines, top, bottom - top);
            _lines[bottom] = new Line();
        }
    }

    private void MoveDown(int top, int bottom, int count)
    {
        TakeErased();
        _passed = null;
        for (var n = Math.Min(count, bottom - top + 1); n > 0; n--)
        {
            TakeGone(_lines[bottom]);
            Array.Copy(_lines, top, _lines, top + 1, bottom - top);
            _lines[top] = new Line();
        }
    }

    private void TakeGone(Line line)
    {
        if (line.Dirty)
        {
            _rowTaken(line.Text());
        }
    }

    private void Take(int row)
    {
        TakeErased();
        var line = _lines[row];
        line.Dirty = false;
        _passed = null;
        if (!IsShownAbove(row, line.Text(), line.Stamp))
        {
            _rowTaken(line.Text());
        }
    }

    // The row as it was before the cursor came to it this time. A cleared row may be painted again as it was, which is no
    // new line: that one waits until something else is taken.
    private void TakeOld(int row, Line line, bool erased)
    {
        line.OldIsUntaken = false;
        line.Dirty = line.HasNew;
        if (erased)
        {
            _erased.Add((row, line.OldText(), line.OldStamp));
            return;
        }

        TakeErased();
        if (!IsShownAbove(row, line.OldText(), line.OldStamp))
        {
            _rowTaken(line.OldText());
        }
    }

    private void TakeErased()
    {
        if (_erased.Count == 0)
        {
            return;
        }

        foreach (var (row, text, stamp) in _erased)
        {
            var line = _lines[row];
            if (!(line.Dirty && line.Text() == text) && !IsShownAbove(row, text, stamp))
            {
                _rowTaken(text);
            }
        }

        _erased.Clear();
    }

    // A scroll that is sent as a repaint writes each line one row higher before it overwrites the old place
    private bool IsShownAbove(int row, string text, long stamp)
    {
        for (var above = row - 1; above >= 0; above--)
        {
            if (_lines[above].Dirty && _lines[above].Stamp > stamp && _lines[above].Text() == text)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsBlank(char c) => c is ' ' or '\u00A0';

    private sealed class Line
    {
        private readonly char[] _old = NewCells();

        public char[] Cells { get; } = NewCells();

        /// <summary>Holds text that has not been handed over.</summary>
        public bool Dirty { get; set; }

        /// <summary>Grows with every change on the screen: tells which of two rows changed later.</summary>
        public long Stamp { get; set; }

        public long SeenStamp { get; set; }

        public int QuietCalls { get; set; }

        /// <summary>Last column that the present pass wrote to.</summary>
        public int LastColumn { get; set; }

        /// <summary>The text from before this pass has not been handed over.</summary>
        public bool OldIsUntaken { get; set; }

        public long OldStamp { get; private set; }

        /// <summary>This pass brought text.</summary>
        public bool HasNew { get; set; }

        public static char[] NewCells()
        {
            var cells = new char[ColumnCount];
            cells.AsSpan().Fill(' ');
            return cells;
        }

        public string Text() => new(Cells.AsSpan().TrimEnd());

        public string OldText() => new(_old.AsSpan().TrimEnd());

        public void BeginPass()
        {
            Cells.CopyTo(_old, 0);
            OldIsUntaken = Dirty;
            OldStamp = Stamp;
            HasNew = false;
        }
    }
}
