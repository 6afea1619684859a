namespace NovaHub.Engine.Dos;

/// <summary>
/// Splits the bytes of a DOS file into what the DOS console does at them (ANSI.SYS), which is less than a terminal does: a
/// byte is a glyph of code page 437, and the only sequences are those that begin with ESC [. An escape before anything else
/// takes that one byte with it: it is no title or device string that reaches to a terminator.
/// </summary>
internal sealed class AnsiSysParser(IVtActions actions)
{
    private const int MaxParameters = 16;
    private const int MaxValue = 9999;

    // More than the console has room for: a quotation mark that is never closed must not swallow the rest of a file
    private const int MaxKeyString = 255;

    private readonly int[] _parameters = new int[MaxParameters];
    private State _state;
    private int _count;
    private bool _skip;
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
        (_count, _skip, _parameters[0], _quoted) = (0, false, 0, 0);
        return State.Sequence;
    }

    private void TakeSequence(char c)
    {
        if (char.IsAsciiDigit(c))
        {
            _count = Math.Max(1, _count);
            ref var value = ref _parameters[_count - 1];
            value = Math.Min(MaxValue, (value * 10) + (c - '0'));
        }
        else if (c == ';')
        {
            _count = Math.Max(1, _count);
            if (_count < MaxParameters)
            {
                _parameters[_count++] = 0;
            }
            else
            {
                _skip = true;
            }
        }
        else if (c is '"' or '\'')
        {
            // A text that a key is to give from now on; only ESC [ … p has one
            (_quote, _skip, _state) = ((byte)c, true, State.KeyString);
        }
        else if (c < '@')
        {
            _skip = true;
        }
        else
        {
            _state = State.Ground;
            if (!_skip)
            {
                actions.Csi(c, new VtParameters(_parameters.AsSpan(0, _count)));
            }
        }
    }
}
