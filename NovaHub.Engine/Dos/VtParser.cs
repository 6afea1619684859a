namespace NovaHub.Engine.Dos;

/// <summary>What a terminal is told to do; <see cref="VtParser"/> finds it in the bytes.</summary>
internal interface IVtActions
{
    void Print(char c);

    void Control(byte code);

    /// <summary>A two-byte escape such as ESC M; charset designations never get here.</summary>
    void Escape(char final);

    /// <summary>A control sequence without private marker or intermediate bytes.</summary>
    void Csi(char final, VtParameters parameters);
}

/// <summary>Numbers of a control sequence. A missing one and a zero mean the default.</summary>
internal readonly ref struct VtParameters(ReadOnlySpan<int> values)
{
    private readonly ReadOnlySpan<int> _values = values;

    public int Count => _values.Length;

    public int this[int index] => index < _values.Length ? _values[index] : 0;

    public int OrOne(int index) => Math.Max(1, this[index]);
}

/// <summary>Collects the numbers of a control sequence while its bytes come in.</summary>
internal sealed class VtNumbers
{
    private const int Most = 16;
    private const int Largest = 9999;

    private readonly int[] _values = new int[Most];
    private int _count;

    /// <summary>Something is in the sequence for which all of it is left out; also more numbers than fit.</summary>
    public bool Skip { get; set; }

    public VtParameters Values => new(_values.AsSpan(0, _count));

    public void Begin() => (_count, Skip, _values[0]) = (0, false, 0);

    public void Digit(char c)
    {
        _count = Math.Max(1, _count);
        ref var value = ref _values[_count - 1];
        value = Math.Min(Largest, (value * 10) + (c - '0'));
    }

    /// <summary>The number is over, another one begins.</summary>
    public void Next()
    {
        _count = Math.Max(1, _count);
        if (_count < Most)
        {
            _values[_count++] = 0;
        }
        else
        {
            Skip = true;
        }
    }
}

/// <summary>
/// Splits UTF-8 terminal output into actions. Sequences may be cut anywhere between two chunks. Control codes inside a
/// sequence are carried out, as a VT does; what is not understood is skipped up to its end.
/// </summary>
internal sealed class VtParser(IVtActions actions)
{
    private readonly VtNumbers _numbers = new();
    private State _state;
    private int _codePoint;
    private int _missing;

    private enum State
    {
        Ground,
        Escape,
        EscapeIntermediate,
        Csi,
        Text,
        TextEscape,
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
        if (_state is State.Text or State.TextEscape)
        {
            TakeText(b);
            return;
        }

        if (b >= 0x80)
        {
            // Text in the middle of a sequence ends the sequence
            _state = State.Ground;
            TakeUtf8(b);
            return;
        }

        if (_missing > 0)
        {
            _missing = 0;
            actions.Print('\uFFFD');
        }

        if (b is 0x18 or 0x1A)
        {
            _state = State.Ground;
        }
        else if (b == 0x1B)
        {
            _state = State.Escape;
        }
        else if (b < 0x20)
        {
            actions.Control(b);
        }
        else if (b != 0x7F)
        {
            TakePrintable((char)b);
        }
    }

    private void TakePrintable(char c)
    {
        switch (_state)
        {
            case State.Escape:
                TakeEscape(c);
                break;
            case State.EscapeIntermediate:
                _state = c < '0' ? State.EscapeIntermediate : State.Ground;
                break;
            case State.Csi:
                TakeCsi(c);
                break;
            default:
                actions.Print(c);
                break;
        }
    }

    private void TakeEscape(char c)
    {
        if (c < '0')
        {
            _state = State.EscapeIntermediate;
        }
        else if (c == '[')
        {
            _state = State.Csi;
            _numbers.Begin();
        }
        else if (c is ']' or 'P' or 'X' or '^' or '_')
        {
            _state = State.Text;
        }
        else
        {
            _state = State.Ground;
            actions.Escape(c);
        }
    }

    private void TakeCsi(char c)
    {
        if (char.IsAsciiDigit(c))
        {
            _numbers.Digit(c);
        }
        else if (c is ';' or ':')
        {
            _numbers.Next();
        }
        else if (c < '@')
        {
            // Private marker or intermediate byte: none of those changes what a row says
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

    // Titles and device strings: up to BEL or ESC \
    private void TakeText(byte b)
    {
        if (_state == State.TextEscape && b != 0x1B)
        {
            _state = State.Ground;
            if (b != (byte)'\\')
            {
                _state = State.Escape;
                Take(b);
            }
        }
        else if (b is 0x07 or 0x18 or 0x1A)
        {
            _state = State.Ground;
        }
        else if (b == 0x1B)
        {
            _state = State.TextEscape;
        }
    }

    private void TakeUtf8(byte b)
    {
        if (b < 0xC0)
        {
            if (_missing == 0)
            {
                actions.Print('\uFFFD');
                return;
            }

            _codePoint = (_codePoint << 6) | (b & 0x3F);
            if (--_missing == 0)
            {
                PrintCodePoint(_codePoint);
            }

            return;
        }

        if (_missing > 0)
        {
            actions.Print('\uFFFD');
        }

        (_missing, _codePoint) = b switch
        {
            < 0xE0 => (1, b & 0x1F),
            < 0xF0 => (2, b & 0x0F),
            < 0xF8 => (3, b & 0x07),
            _ => (0, 0xFFFD),
        };
        if (_missing == 0)
        {
            actions.Print('\uFFFD');
        }
    }

    private void PrintCodePoint(int codePoint)
    {
        if (codePoint is >= 0x80 and < 0xA0)
        {
            return;
        }

        // A DOS screen has 256 glyphs, all of them in the basic plane
        actions.Print(codePoint is > 0xFFFF or (>= 0xD800 and <= 0xDFFF) or < 0x80 ? '\uFFFD' : (char)codePoint);
    }
}
