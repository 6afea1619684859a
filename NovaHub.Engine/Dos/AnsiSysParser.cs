namespace NovaHub.Engine.Dos;

/// <summary>
/// Splits the bytes of a DOS file into what the DOS console does at them (ANSI.SYS), which is less than a terminal does: a
/// byte is a glyph of code page 437, and the only sequences are those that begin with ESC [. An escape before anything else
/// takes that one byte with it: it is no title or device string that reaches to a terminator.
/// </summary>
internal sealed class AnsiSysParser(IVtActions actions)
{
    // More than the console has room for: a quotation mark that is never closed must not swallow the rest of a file
    private const int MaxKeyString = 255;

    private readonly VtNumbers _numbers = new();
    private State _state;
    private byte _quote;
    private int _quoted;

    private enum State
    {
        Ground,
        Escape,
        Sequence,
        KeyString,
    }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            Take(b);
        }
    }

    private void Take(byte b)
    {
        if (b == 0x1B)
        {
            _state = State.Escape;
        }
        else if (b is 0x07 or 0x08 or 0x09 or 0x0A or 0x0D)
        {
            // The console acts on these. A sequence with one inside is none, and its line is not to be lost with it
            _state = State.Ground;
            actions.Control(b);
        }
        else
        {
            TakeGlyph(b);
        }
    }

    private void TakeGlyph(byte b)
    {
        switch (_state)
        {
            case State.Escape:
                _state = b == (byte)'[' ? Begin() : State.Ground;
                break;
            case State.Sequence when b is >= 0x20 and < 0x7F:
                TakeSequence((char)b);
                break;
            case State.KeyString when _quoted++ < MaxKeyString:
                _state = b == _quote ? State.Sequence : State.KeyString;
                break;
            default:
                _state = State.Ground;
                actions.Print(Cp437.Glyph(b));
                break;
        }
    }

    private State Begin()
    {
        _numbers.Begin();
        _quoted = 0;
        return State.Sequence;
    }

    private void TakeSequence(char c)
    {
        if (char.IsAsciiDigit(c))
        {
            _numbers.Digit(c);
        }
        else if (c == ';')
        {
            _numbers.Next();
        }
        else if (c is '"' or '\'')
        {
            // A text that a key is to give from now on; only ESC [ … p has one
            (_quote, _numbers.Skip, _state) = ((byte)c, true, State.KeyString);
        }
        else if (c < '@')
        {
            _numbers.Skip = true;
        }
        else
        {
            _state = State.Ground;
            if (!_numbers.Skip)
            {
                actions.Csi(c, _numbers.Values);
            }
        }
    }
}
