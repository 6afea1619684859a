namespace NovaHub.Web.Api;

/// <summary>
/// The memory for bodies of uploads under way. Whoever finds none waits, a board behind another in turn, so that one board
/// can't take it all. Small bodies have a part of their own and so have those of middle size, so that no number of larger
/// ones makes them wait; and who sends hardly anything loses its place to one that waits for it.
/// </summary>
internal sealed class BodyBudget
{
    /// <summary>A body of so many bytes is a small one.</summary>
    public const int Small = 64 * 1024;

    /// <summary>Bytes a second. A body that comes more slowly than this keeps its place only while nobody waits for one.</summary>
    public const int Pace = 8 * 1024;

    /// <summary>How long a body waits for its place.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>So long a body may pause, or wait for one that is slow.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Func<ServiceApiOptions> _options;
    private readonly TimeProvider _clock;
    private readonly BodyPart _small;
    private readonly BodyPart _middle;
    private readonly BodyPart _large;
    private long _largeGiven;

    public BodyBudget(Func<ServiceApiOptions> options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _small = new BodyPart(() => (Middle, Middle));
        _middle = new BodyPart(() => (2 * Middle, Middle));
        // One of the largest packets fits at any time
        _large = new BodyPart(() => (All, Math.Max(All / 2, _options().MaxPacketBytes)));
    }

    /// <summary>A body of so many bytes is one of middle size.</summary>
    public long Middle => Math.Max(All / 8, Small);

    /// <summary>Bytes that are taken now.</summary>
    public long InUse
    {
        get
        {
            lock (_gate)
            {
                return _small.InUse + _middle.InUse + _large.InUse;
            }
        }
    }

    /// <summary>Bytes of bodies other than small ones that had their place so far, all together.</summary>
    public long LargeGiven => Interlocked.Read(ref _largeGiven);

    /// <summary>Bodies that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _middle.Waiting + _large.Waiting;
            }
        }
    }

    private long All
    {
        get
        {
            var now = _options();
            return Math.Max(now.BodiesInFlight, now.MaxPacketBytes);
        }
    }

    /// <summary>Takes memory for a body, and waits for it.</summary>
    /// <param name="board">The board that sends it.</param>
    /// <param name="bytes">Its length, or the most it may have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The place, to be given back; null when none was free in time.</returns>
    public async ValueTask<Place?> TakeAsync(int board, long bytes, CancellationToken cancellationToken)
    {
        BodyPart part;
        BodyPart.Body? waiting;
        lock (_gate)
        {
            if (bytes <= Small && _small.Fits(board, bytes))
            {
                return _small.Add(new Place(this, _small, board, bytes));
            }

            part = bytes <= Middle ? _middle : _large;
            if (part.LetsIn(board, bytes))
            {
                return Grant(part, board, bytes);
            }

            if (part == _middle && MayBorrow(board, bytes))
            {
                return Grant(_large, board, bytes);
            }

            waiting = part.Enqueue(board, bytes);
        }

        return waiting is null ? null : await WaitAsync(part, waiting, cancellationToken);
    }

    private async ValueTask<Place?> WaitAsync(BodyPart part, BodyPart.Body waiting, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        await using var ended = patience.Token.UnsafeRegister(_ => waiting.Granted.TrySetResult(null), null);
        await using var aborted = cancellationToken.UnsafeRegister(_ => waiting.Granted.TrySetCanceled(cancellationToken), null);
        await using var look = _clock.CreateTimer(_ => AskTheSlowest(part, waiting), null, Pause, s_look);
        try
        {
            return await waiting.Granted.Task;
        }
        finally
        {
            lock (_gate)
            {
                // Whoever gave up stands in nobody's way
                Serve();
            }
        }
    }

    private void AskTheSlowest(BodyPart part, BodyPart.Body waiting)
    {
        lock (_gate)
        {
            part.AskTheSlowest(waiting);
        }
    }

    private void Return(Place place)
    {
        lock (_gate)
        {
            place.Part.Remove(place);
            Serve();
        }
    }

    private void Serve()
    {
        _large.Serve(_large.Fits, (board, bytes) => Grant(_large, board, bytes));
        _middle.Serve(_middle.Fits, (board, bytes) => Grant(_middle, board, bytes));
        _middle.Serve(MayBorrow, (board, bytes) => Grant(_large, board, bytes));
    }

    // Those of middle size use what no large one waits for
    private bool MayBorrow(int board, long bytes) => _large.LetsIn(board, bytes);

    private Place Grant(BodyPart part, int board, long bytes)
    {
        Interlocked.Add(ref _largeGiven, bytes);
        return part.Add(new Place(this, part, board, bytes));
    }

    /// <summary>Memory that a body has.</summary>
    internal sealed class Place : IDisposable
    {
        private readonly BodyBudget _budget;
        private readonly long _began;
        private readonly CancellationTokenSource _asked = new();
        // Until when its bytes so far last at the pace, in ticks since it began
        private long _good = Pause.Ticks;
        private Place? _more;
        private int _returned;

        internal Place(BodyBudget budget, BodyPart part, int board, long bytes)
        {
            (_budget, Part, Board, Bytes) = (budget, part, board, bytes);
            _began = budget._clock.GetTimestamp();
        }

        internal BodyPart Part { get; }

        internal int Board { get; }

        internal long Bytes { get; }

        /// <summary>How far it is behind the pace; negative when it is ahead.</summary>
        internal TimeSpan Behind => Age - TimeSpan.FromTicks(Volatile.Read(ref _good));

        internal bool IsAsked => _asked.IsCancellationRequested;

        /// <summary>Cancelled when another body waits for this place and this one hardly comes.</summary>
        public CancellationToken Asked => _more is { } more ? more.Asked : _asked.Token;

        private TimeSpan Age => _budget._clock.GetElapsedTime(_began);

        /// <summary>Notes bytes that came.</summary>
        public void Arrived(int bytes)
        {
            _more?.Arrived(bytes);
            // What came fast at first is no reason to hold the rest for long
            if (Volatile.Read(ref _good) is var good and not long.MaxValue)
            {
                Volatile.Write(ref _good, Math.Min(good + (bytes * TimeSpan.TicksPerSecond / Pace), (Age + Pause).Ticks));
            }
        }

        /// <summary>Notes that the body is here as a whole, and waits for the hub only.</summary>
        public void Completed()
        {
            _more?.Completed();
            Volatile.Write(ref _good, long.MaxValue);
        }

        /// <summary>Takes more for the same body.</summary>
        /// <returns>False when none was free in time.</returns>
        public async ValueTask<bool> GrowAsync(long more, CancellationToken cancellationToken)
        {
            // It reads nothing meanwhile, and is not to blame for that
            Volatile.Write(ref _good, long.MaxValue);
            _more = await _budget.TakeAsync(Board, more, cancellationToken);
            return _more is not null;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                _budget.Return(this);
                _more?.Dispose();
            }
        }

        // Not under the lock: those who are told run on their own threads
        internal void Ask() => _ = _asked.CancelAsync();
    }
}
