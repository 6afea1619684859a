namespace NovaHub.Engine.Dos;

/// <summary>
/// Makes rows out of a session's output for a reader that looks in from time to time: the session writes on its thread,
/// the reader takes rows on another.
/// </summary>
public sealed class ScreenReader : IDosOutput
{
    private readonly Lock _gate = new();
    private readonly ScreenModel _screen;
    private List<string> _rows = [];

    /// <summary>A reader with a blank screen.</summary>
    public ScreenReader() => _screen = new ScreenModel(row => _rows.Add(row));

    /// <summary>What the screen shows now: 25 rows without trailing blanks.</summary>
    public IReadOnlyList<string> Snapshot
    {
        get
        {
            lock (_gate)
            {
                return _screen.Rows;
            }
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> vt)
    {
        lock (_gate)
        {
            _screen.Feed(vt);
        }
    }

    /// <summary>
    /// Rows that are complete since the last call, for example every 250 ms: those that left the screen and those that
    /// stay but have settled (see <see cref="ScreenModel.TakeSettled"/>).
    /// </summary>
    public IReadOnlyList<string> Take()
    {
        lock (_gate)
        {
            _screen.TakeSettled();
            return Drain();
        }
    }

    /// <summary>After the end of the session: all rows that were not taken yet.</summary>
    public IReadOnlyList<string> End()
    {
        lock (_gate)
        {
            _screen.End();
            return Drain();
        }
    }

    private List<string> Drain()
    {
        var rows = _rows;
        _rows = [];
        return rows;
    }
}

/// <summary>One output for several receivers, written to in order.</summary>
public sealed class DosOutputs(params IDosOutput[] receivers) : IDosOutput
{
    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> vt)
    {
        foreach (var receiver in receivers)
        {
            receiver.Write(vt);
        }
    }
}
