using System.Buffers;
using System.Globalization;
using System.Text;

namespace NovaHub.Engine.Dos;

/// <summary>
/// Turns what SCREEN.COM sends over the null modem (see Guest/screen.asm) into terminal output, so that everything behind
/// it sees one kind of screen, whichever emulator ran. Output is handed over once per frame.
/// </summary>
internal sealed class CellDecoder(IDosOutput output)
{
    private const byte Run = 1;
    private const byte Scroll = 2;
    private const byte EndOfFrame = 3;
    private const byte CursorAt = 4;
    private const byte Hello = 5;
    private const int RunHead = 5;

    // CGA numbers colours blue-green-red, ANSI red-green-blue
    private static readonly int[] AnsiColour = [0, 4, 2, 6, 1, 5, 3, 7];

    private readonly ArrayBufferWriter<byte> _vt = new();
    private readonly List<byte> _message = [];
    private int _attribute = -1;
    private (int Row, int Column)? _cursor;
    private bool _cursorMoved;

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            _message.Add(b);
            if (_message.Count >= Length())
            {
                Carry();
                _message.Clear();
            }
        }
    }

    /// <summary>Hands over a frame that was never finished.</summary>
    public void End() => Flush();

    private int Length() => _message[0] switch
    {
        Run when _message.Count < RunHead => RunHead,
        Run => RunHead + _message[4],
        Scroll => 4,
        CursorAt => 3,
        _ => 1,
    };

    private void Carry()
    {
        switch (_message[0])
        {
            case Hello:
                _attribute = -1;
                Put("\u001b[0m\u001b[2J\u001b[H");
                Flush();
                break;
            case Run when _message[1] < ScreenModel.RowCount && _message[2] < ScreenModel.ColumnCount:
                CarryRun();
                break;
            case Scroll when _message[1] < _message[2] && _message[2] < ScreenModel.RowCount && _message[3] > 0:
                // Deleted lines take the colour in force: make it the plain one first
                _attribute = -1;
                Put(string.Create(
                    CultureInfo.InvariantCulture,
                    $"\u001b[0m\u001b[{_message[1] + 1};{_message[2] + 1}r\u001b[{_message[1] + 1};1H\u001b[{_message[3]}M\u001b[1;25r"));
                break;
            case CursorAt:
                _cursor = (_message[1], _message[2]);
                _cursorMoved = true;
                break;
            case EndOfFrame:
                Flush();
                break;
        }
    }

    private void CarryRun()
    {
        MoveTo(_message[1], _message[2]);
        if (_message[3] != _attribute)
        {
            _attribute = _message[3];
            var bright = (_attribute & 0x08) != 0 ? ";1" : "";
            var blink = (_attribute & 0x80) != 0 ? ";5" : "";
            Put($"\u001b[0{bright}{blink};3{AnsiColour[_attribute & 7]};4{AnsiColour[(_attribute >> 4) & 7]}m");
        }

        var room = Math.Min(_message.Count - RunHead, ScreenModel.ColumnCount - _message[2]);
        var text = new StringBuilder(room);
        for (var i = 0; i < room; i++)
        {
            text.Append(Cp437.Glyph(_message[RunHead + i]));
        }

        Put(text.ToString());
    }

    private void MoveTo(int row, int column) => Put($"\u001b[{row + 1};{column + 1}H");

    private void Put(string text) => Encoding.UTF8.GetBytes(text, _vt);

    private void Flush()
    {
        if (_vt.WrittenCount == 0 && !_cursorMoved)
        {
            return;
        }

        // Drawing moved the terminal's cursor, so it goes back to the game's place after every frame
        _cursorMoved = false;
        if (_cursor is { Row: < ScreenModel.RowCount, Column: < ScreenModel.ColumnCount } at)
        {
            MoveTo(at.Row, at.Column);
        }

        if (_vt.WrittenCount > 0)
        {
            output.Write(_vt.WrittenSpan);
            _vt.ResetWrittenCount();
        }
    }
}
