using NovaHub.Engine.Dos;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Runs;

/// <summary>A start of the game within a run.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Detailed">The game is asked to show each item, so that a node's line alone shows nothing that was in its mail.</param>
internal readonly record struct RunPass(int Number, bool Detailed);

/// <summary>
/// Takes what the screens of a run's sessions send: keeps it for replay, shows it live twenty times a second, and reads phases and
/// items from the screen model while the game runs.
/// </summary>
internal sealed partial class RunScreen : IDosOutput, IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    /// <summary>Stands in a transcript where the game was started once more.</summary>
    public const string PassMark = "[The game was started again here.]";

    private const int MostRows = 40_000;

    // Colours as they were, an empty screen, the cursor at the top left
    private static readonly byte[] s_clear = [.. "\e[0m\e[2J\e[H"u8];

    private readonly Lock _gate = new();
    private readonly Run _run;
    private readonly LiveRun _live;
    private readonly RunStore _store;
    private readonly TimeProvider _clock;
    private readonly Action<string> _phaseSeen;
    private readonly RecordingWriter _recording;
    private readonly List<string> _rows = [];
    private readonly List<RunPhase> _phases = [];
    private readonly List<RunItem> _items = [];
    private readonly List<RunSender> _senders = [];
    private readonly HashSet<(int Node, bool Shown)> _noted = [];
    private readonly SemaphoreSlim _storing = new(1, 1);
    private readonly MemoryStream _pending = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _loop;
    private ScreenModel _model;
    private RunPass _pass;
    private int _phaseCount;
    private int _itemCount;
    private bool _urgent;

    public RunScreen(Run run, LiveRun live, RunStore store, TimeProvider clock, Action<string> phaseSeen)
    {
        _phaseSeen = phaseSeen;
        _run = run;
        _live = live;
        _store = store;
        _clock = clock;
        _recording = new RecordingWriter(clock);
        _model = new ScreenModel(RowTaken);
        _pass = new RunPass(1, Detailed: true);
        _loop = LoopAsync(_ending.Token);
    }

    /// <summary>What the game printed in the pass under way, read so far.</summary>
    public TranscriptReader Transcript { get; private set; } = new();

    /// <summary>The game is started once more: what was on the screen is over, and what comes is judged by itself.</summary>
    public void BeginPass(RunPass pass)
    {
        lock (_gate)
        {
            if (pass.Number > 1)
            {
                _model = new ScreenModel(RowTaken);
                _rows.Add(PassMark);
                _recording.Write(s_clear);
                _pending.Write(s_clear);
            }

            _pass = pass;
            Transcript = new TranscriptReader();
            _noted.Clear();
        }
    }

    /// <summary>What the game showed in the pass under way.</summary>
    public ShownMail Shown()
    {
        lock (_gate)
        {
            return new ShownMail(
                _noted.Where(n => n.Shown).Select(n => n.Node).ToHashSet(),
                _noted.Select(n => n.Node).ToHashSet(),
                Transcript.Items.Where(i => i.Direction == TranscriptDirection.In).Select(i => new ItemSign(i.Source, i.Dest, i.Size, i.Expanded)).ToHashSet());
        }
    }

    /// <summary>The game of a pass has ended: reads what is left on the screen and stores what was seen.</summary>
    public async Task EndPassAsync()
    {
        lock (_gate)
        {
            _model.End();
        }

        Show();
        ShowRows();
        await StoreAsync();
    }

    public void Write(ReadOnlySpan<byte> vt)
    {
        lock (_gate)
        {
            _recording.Write(vt);
            _pending.Write(vt);
            _model.Feed(vt);
        }
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
        _storing.Dispose();
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
            var whole = beat % 10 == 0;
            if (whole)
            {
                ShowRows();
            }

            // A sender that was just shown is evidence, should the hub die now
            if (whole || Volatile.Read(ref _urgent))
            {
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

        var news = Transcript.Line(row);
        NoteSenders(Transcript.NodesRead, shown: false);
        NoteSenders(_pass.Detailed ? Transcript.NodesShown : Transcript.NodesRead, shown: true);

        foreach (var entry in news)
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

    private void NoteSenders(IEnumerable<int> nodes, bool shown)
    {
        foreach (var node in nodes)
        {
            if (_noted.Add((node, shown)))
            {
                _senders.Add(new RunSender { RunId = _run.Id, Pass = _pass.Number, Node = node, Shown = shown });
                Volatile.Write(ref _urgent, true);
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
}
