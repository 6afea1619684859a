namespace NovaHub.Engine.Dos;

// The cursor and the sequences that move it or the rows, held against xterm by a property test
public sealed partial class ScreenModel
{
    private const int TabWidth = 8;

    // _x may be 80: the last column is filled and the next character will wrap
    private int _x;
    private int _y;
    private int _savedX;
    private int _savedY;
    private int _top;
    private int _bottom = RowCount - 1;

    private void MoveTo(int x, int y)
    {
        _x = Math.Clamp(x, 0, ColumnCount - 1);
        _y = Math.Clamp(y, 0, RowCount - 1);
    }

    private void MoveBy(int dx, int dy) => MoveTo(Math.Min(_x, ColumnCount - 1) + dx, _y + dy);

    private void EndPendingWrap() => _x = Math.Min(_x, ColumnCount - 1);

    private void LineDown()
    {
        if (_y == _bottom)
        {
            MoveUp(_top, _bottom, 1);
        }
        else if (_y < RowCount - 1)
        {
            _y++;
        }
    }

    private void LineUp()
    {
        if (_y == _top)
        {
            MoveDown(_top, _bottom, 1);
        }
        else if (_y > 0)
        {
            _y--;
        }
    }

    private void CursorUp(int n)
    {
        var room = _y - _top;
        MoveBy(0, -(room >= 0 ? Math.Min(room, n) : n));
    }

    private void CursorDown(int n)
    {
        var room = _bottom - _y;
        MoveBy(0, room >= 0 ? Math.Min(room, n) : n);
    }

    private void EraseDisplay(int mode)
    {
        switch (mode)
        {
            case 0:
                Erase(_y, _x, ColumnCount);
                for (var row = _y + 1; row < RowCount; row++)
                {
                    Erase(row, 0, ColumnCount);
                }

                break;
            case 1:
                for (var row = 0; row < _y; row++)
                {
                    Erase(row, 0, ColumnCount);
                }

                Erase(_y, 0, _x + 1);
                break;
            case 2:
                for (var row = 0; row < RowCount; row++)
                {
                    Erase(row, 0, ColumnCount);
                }

                break;
        }
    }

    private void EraseLine(int mode)
    {
        var (from, to) = mode switch
        {
            0 => (_x, ColumnCount),
            1 => (0, _x + 1),
            2 => (0, ColumnCount),
            _ => (0, 0),
        };
        Erase(_y, from, to);
    }

    private void SetRegion(int top, int bottom)
    {
        bottom = bottom is 0 or > RowCount ? RowCount : bottom;
        if (bottom > top)
        {
            (_top, _bottom) = (top - 1, bottom - 1);
            MoveTo(0, 0);
        }
    }

    private void InsertOrDeleteLines(int n, bool insert)
    {
        EndPendingWrap();
        if (_y < _top || _y > _bottom)
        {
            return;
        }

        if (insert)
        {
            MoveDown(_y, _bottom, n);
        }
        else
        {
            MoveUp(_y, _bottom, n);
        }

        _x = 0;
    }

    private void InsertOrDeleteCharacters(int n, bool insert)
    {
        EndPendingWrap();
        n = Math.Min(n, ColumnCount - _x);
        var old = _lines[_y].Cells.AsSpan();
        var cells = Line.NewCells();
        old[.._x].CopyTo(cells);
        if (insert)
        {
            old[_x..^n].CopyTo(cells.AsSpan(_x + n));
        }
        else
        {
            old[(_x + n)..].CopyTo(cells.AsSpan(_x));
        }

        Replace(_y, cells);
    }

    private void Reset()
    {
        EraseDisplay(2);
        (_top, _bottom) = (0, RowCount - 1);
        (_x, _y, _savedX, _savedY) = (0, 0, 0, 0);
    }

    private sealed class Terminal(ScreenModel screen) : IVtActions
    {
        public void Print(char c)
        {
            if (screen._x >= ColumnCount)
            {
                screen._x = 0;
                screen.LineDown();
            }

            screen.Write(screen._y, screen._x++, c);
        }

        public void Control(byte code)
        {
            switch (code)
            {
                case 0x08:
                    screen.EndPendingWrap();
                    screen._x = Math.Max(0, screen._x - 1);
                    break;
                case 0x09 when screen._x < ColumnCount:
                    screen._x = Math.Min(ColumnCount - 1, ((screen._x / TabWidth) + 1) * TabWidth);
                    break;
                case 0x0A or 0x0B or 0x0C:
                    screen.LineDown();
                    screen.EndPendingWrap();
                    break;
                case 0x0D:
                    screen._x = 0;
                    break;
            }
        }

        public void Escape(char final)
        {
            switch (final)
            {
                case '7':
                    (screen._savedX, screen._savedY) = (screen._x, screen._y);
                    break;
                case '8':
                    screen.MoveTo(screen._savedX, screen._savedY);
                    break;
                case 'D':
                    screen.EndPendingWrap();
                    screen.LineDown();
                    break;
                case 'E':
                    screen._x = 0;
                    screen.LineDown();
                    break;
                case 'M':
                    screen.EndPendingWrap();
                    screen.LineUp();
                    break;
                case 'c':
                    screen.Reset();
                    break;
            }
        }

        public void Csi(char final, VtParameters p)
        {
            if (!MoveCursor(final, p))
            {
                Change(final, p);
            }
        }

        private bool MoveCursor(char final, VtParameters p)
        {
            var n = p.OrOne(0);
            switch (final)
            {
                case 'A': screen.CursorUp(n); break;
                case 'B': screen.CursorDown(n); break;
                case 'C' or 'a': screen.MoveBy(n, 0); break;
                case 'D': screen.MoveBy(-n, 0); break;
                case 'E': screen.CursorDown(n); screen._x = 0; break;
                case 'F': screen.CursorUp(n); screen._x = 0; break;
                case 'G' or '`': screen.MoveTo(n - 1, screen._y); break;
                case 'H' or 'f': screen.MoveTo(p.OrOne(1) - 1, n - 1); break;
                case 'd': screen.MoveTo(screen._x, n - 1); break;
                case 'e': screen.MoveBy(0, n); break;
                case 's': Escape('7'); break;
                case 'u': Escape('8'); break;
                default: return false;
            }

            return true;
        }

        private void Change(char final, VtParameters p)
        {
            var n = p.OrOne(0);
            switch (final)
            {
                case 'J': screen.EraseDisplay(p[0]); break;
                case 'K': screen.EraseLine(p[0]); break;
                case 'L': screen.InsertOrDeleteLines(n, insert: true); break;
                case 'M': screen.InsertOrDeleteLines(n, insert: false); break;
                case 'P': screen.InsertOrDeleteCharacters(n, insert: false); break;
                case '@': screen.InsertOrDeleteCharacters(n, insert: true); break;
                case 'S': screen.MoveUp(screen._top, screen._bottom, n); break;
                case 'T': screen.MoveDown(screen._top, screen._bottom, n); break;
                case 'X':
                    screen.EndPendingWrap();
                    screen.Erase(screen._y, screen._x, screen._x + n);
                    break;
                case 'r': screen.SetRegion(n, p[1]); break;
            }
        }
    }
}
