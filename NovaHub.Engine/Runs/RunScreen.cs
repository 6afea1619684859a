using NovaHub.Engine.Dos;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Runs;

/// <summary>
/// Takes what a session's screen sends: keeps it for replay, shows it live twenty times a second, and reads phases and
/// items from the screen model while the game runs.
/// </summary>
internal sealed class RunScreen : IDosOutput, IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private const int MostRows = 40_000;

    private readonly Lock _gate = new();
    private readonly Run _run;
    private readonly LiveRun _live;
    private readonly RunStore _store;
    private readonly TimeProvider _clock;
    private readonly Action<string> _phaseSeen;
    private readonly RecordingWriter _recording;
    private readonly ScreenModel _model;
    private readonly List<string> _rows = [];
    private readonly List<RunPhase> _phases = [];
    private readonly List<RunItem> _items = [];
    private readonly MemoryStream _pending = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _loop;
    private int _phaseCount;
    private int _itemCount;
    private bool _ended;

    public RunScreen(Run run, LiveRun live, RunStore store, TimeProvider clock, Action<string> phaseSeen)
    {
        _phaseSeen = phaseSeen;
        _run = run;
        _live = live;
        _store = store;
        _clock = clock;
        _recording = new RecordingWriter(clock);
        _model = new ScreenModel(RowTaken);
        _loop = LoopAsync(_ending.Token);
    }

    /// <summary>What the game printed, read so far.</summary>
    public TranscriptReader Transcript { get; } = new();

    public void Write(ReadOnlySpan<byte> vt)
    {
        lock (_gate)
        {
            _recording.Write(vt);
            _pending.Write(vt);
            _model.Feed(vt);
        }
    }

    /// <summary>The session is over: reads what is left on the screen and stores it all.</summary>
    public async Task EndAsync()
    {
        await _ending.CancelAsync();
        await _loop;
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                _model.End();
            }
        }

        Show();
        ShowRows();
        await StoreAsync();
    }

    /// <summary>Packs the recording and the transcript, and gives what writes them within the caller's commit.</summary>
    public Action<LedgerWriter> Pack()
    {
        string text;
        lock (_gate)
        {
            text = string.Join('\n', _rows);
        }

        var bytes = _recording.ToBytes();
        return writer => writer.Execute(
            """INSERT INTO "RunRecordings" ("RunId", "Bytes", "Transcript") VALUES (@p0, @p1, @p2) ON CONFLICT ("RunId") DO UPDATE SET "Bytes" = @p1, "Transcript" = @p2""",
            _run.Id, bytes, text);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _loop;
        _ending.Dispose();
        await _pending.DisposeAsync();
    }

    private async Task LoopAsync(CancellationToken ending)
    {
        using var timer = new PeriodicTimer(Beat, _clock);
        for (var beat = 1; await NextAsync(timer, ending); beat++)
        {
            lock (_gate)
            {
                _model.TakeSettled();
            }

            Show();
            if (beat % 10 == 0)
            {
                ShowRows();
                await TryStoreAsync();
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken ending)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ending);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Show()
    {
        byte[]? chunk = null;
        lock (_gate)
        {
            if (_pending.Length > 0)
            {
                chunk = _pending.ToArray();
                _pending.SetLength(0);
            }
        }

        if (chunk is not null)
        {
            _live.Screen.Publish(chunk);
        }
    }

    private void ShowRows()
    {
        IReadOnlyList<string> now;
        lock (_gate)
        {
            now = _model.Rows;
        }

        var shown = _live.Rows.State;
        List<ScreenRow> changed = [.. now.Select((text, row) => new ScreenRow(row, text)).Where(r => r.Text != shown[r.Row])];
        if (changed.Count > 0)
        {
            _live.Rows.Publish(changed);
        }
    }

    // Called by the model, inside the lock
    private void RowTaken(string row)
    {
        _rows.Add(row);
        if (_rows.Count > MostRows)
        {
            // Of a game that prints without end the beginning and the end are kept
            _rows.RemoveRange(MostRows / 2, MostRows / 4);
            _rows.Insert(MostRows / 2, "[rows left out here]");
        }

        foreach (var entry in Transcript.Line(row))
        {
            switch (entry)
            {
                case TranscriptPhase phase:
                    Add(new RunPhase { RunId = _run.Id, Order = _phaseCount++, Name = phase.Name, At = _clock.GetUtcNow().UtcDateTime });
                    break;
                case TranscriptItem item:
                    Add(new RunItem
                    {
                        RunId = _run.Id,
                        Order = _itemCount++,
                        Phase = item.Phase,
                        Read = item.Direction == TranscriptDirection.In,
                        Type = item.Type,
                        Source = item.Source,
                        Dest = item.Dest,
                        PackedSize = item.Size,
                        Size = item.Expanded,
                    });
                    break;
            }
        }
    }

    private void Add(RunPhase phase)
    {
        _phases.Add(phase);
        _live.Feed.Publish(new LiveRunChange(Phase: phase));
        _phaseSeen(phase.Name);
    }

    private void Add(RunItem item)
    {
        _items.Add(item);
        _live.Feed.Publish(new LiveRunChange(Item: item));
    }

    private async Task TryStoreAsync()
    {
        try
        {
            await StoreAsync();
        }
        catch (System.Data.Common.DbException)
        {
            // A busy database: what was read is kept and written at the next beat
        }
    }

    private async Task StoreAsync()
    {
        List<RunPhase> phases;
        List<RunItem> items;
        lock (_gate)
        {
            (phases, items) = ([.. _phases], [.. _items]);
        }

        if (phases.Count + items.Count > 0)
        {
            await _store.WriteAsync(_run, writer => Insert(writer, phases, items));
        }

        lock (_gate)
        {
            _phases.RemoveRange(0, phases.Count);
            _items.RemoveRange(0, items.Count);
        }
    }

    private static void Insert(LedgerWriter writer, List<RunPhase> phases, List<RunItem> items)
    {
        foreach (var phase in phases)
        {
            writer.Execute(
                """INSERT INTO "RunPhases" ("RunId", "Order", "Name", "At") VALUES (@p0, @p1, @p2, @p3) ON CONFLICT DO NOTHING""",
                phase.RunId, phase.Order, phase.Name, phase.At);
        }

        foreach (var item in items)
        {
            writer.Execute(
                """
                INSERT INTO "RunItems" ("RunId", "Order", "Phase", "Read", "Type", "Source", "Dest", "PackedSize", "Size")
                VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8) ON CONFLICT DO NOTHING
                """,
                item.RunId, item.Order, item.Phase, item.Read, item.Type, item.Source, item.Dest, item.PackedSize, item.Size);
        }
    }
}
