namespace NovaHub.Web.Api;

/// <summary>
/// The memory for bodies of uploads under way. Whoever finds none waits, a board behind another in turn, so that one board
/// can't take it all; and small bodies have a part of their own, so that no number of large ones makes them wait.
/// </summary>
internal sealed class BodyBudget(Func<ServiceApiOptions> options, TimeProvider clock)
{
    /// <summary>A body of so many bytes is a small one.</summary>
    public const int Small = 64 * 1024;

    /// <summary>How long a body waits for its place.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    // Beyond these nobody waits: a connection that does costs memory, too
    private const int MostWaiting = 512;
    private const int MostWaitingOfABoard = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _ofBoards = [];
    // Boards with bodies that wait, in the order of their turns
    private readonly LinkedList<(int Board, Queue<Body> Bodies)> _turns = [];
    private long _small;
    private long _large;
    private long _largeGiven;
    private int _waiting;

    /// <summary>Bytes that are taken now.</summary>
    public long InUse
    {
        get
        {
            lock (_gate)
            {
                return _small + _large;
            }
        }
    }

    /// <summary>Bytes of large bodies that had their place so far, all together.</summary>
    public long LargeGiven => Interlocked.Read(ref _largeGiven);

    /// <summary>Bodies that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting;
            }
        }
    }

    /// <summary>Takes memory for a body, and waits for it.</summary>
    /// <param name="board">The board that sends it.</param>
    /// <param name="bytes">Its length, or the most it may have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The place, to be given back; null when none was free in time.</returns>
    public async ValueTask<Place?> TakeAsync(int board, long bytes, CancellationToken cancellationToken)
    {
        Body waiting;
        lock (_gate)
        {
            var limits = Limits();
            if (bytes <= Small && _small + bytes <= limits.Small)
            {
                _small += bytes;
                return new Place(this, board, bytes, isSmall: true);
            }

            var its = _turns.FirstOrDefault(t => t.Board == board).Bodies;
            // Nobody is passed by, except who waits for its own board's uploads
            if (its is null && Fits(board, bytes, limits) && _turns.All(t => !FitsBoard(t.Board, t.Bodies.Peek().Bytes, limits)))
            {
                return Grant(board, bytes);
            }

            if (_waiting >= MostWaiting || its?.Count >= MostWaitingOfABoard)
            {
                return null;
            }

            if (its is null)
            {
                _turns.AddLast((board, its = []));
            }

            its.Enqueue(waiting = new Body(bytes));
            _waiting++;
        }

        return await WaitAsync(waiting, cancellationToken);
    }

    private async ValueTask<Place?> WaitAsync(Body waiting, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        await using var ended = patience.Token.UnsafeRegister(_ => waiting.Granted.TrySetResult(null), null);
        await using var aborted = cancellationToken.UnsafeRegister(_ => waiting.Granted.TrySetCanceled(cancellationToken), null);
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

    private void Return(int board, long bytes, bool isSmall)
    {
        lock (_gate)
        {
            if (isSmall)
            {
                _small -= bytes;
                return;
            }

            Release(board, bytes);
            Serve();
        }
    }

    private void Release(int board, long bytes)
    {
        _large -= bytes;
        if ((_ofBoards[board] -= bytes) == 0)
        {
            _ofBoards.Remove(board);
        }
    }

    private void Serve()
    {
        var limits = Limits();
        for (var turn = _turns.First; turn is not null;)
        {
            var next = turn.Next;
            var (board, bodies) = turn.Value;
            while (bodies.TryPeek(out var gone) && gone.Granted.Task.IsCompleted)
            {
                bodies.Dequeue();
                _waiting--;
            }

            if (bodies.Count == 0)
            {
                _turns.Remove(turn);
            }
            else if (Fits(board, bodies.Peek().Bytes, limits))
            {
                var body = bodies.Dequeue();
                _waiting--;
                var place = Grant(board, body.Bytes);
                if (!body.Granted.TrySetResult(place))
                {
                    // It gave up in this moment
                    Release(board, body.Bytes);
                }

                // Its next one comes after everybody else's first
                _turns.Remove(turn);
                if (bodies.Count > 0)
                {
                    _turns.AddLast(turn);
                    next ??= turn;
                }
            }
            else if (FitsBoard(board, bodies.Peek().Bytes, limits))
            {
                // Or a large body would wait for ever behind smaller ones
                return;
            }

            turn = next;
        }
    }

    private Place Grant(int board, long bytes)
    {
        _large += bytes;
        Interlocked.Add(ref _largeGiven, bytes);
        _ofBoards[board] = _ofBoards.GetValueOrDefault(board) + bytes;
        return new Place(this, board, bytes, isSmall: false);
    }

    private bool Fits(int board, long bytes, (long All, long OfABoard, long Small) limits) =>
        _large + bytes <= limits.All && FitsBoard(board, bytes, limits);

    private bool FitsBoard(int board, long bytes, (long All, long OfABoard, long Small) limits) =>
        _ofBoards.GetValueOrDefault(board) + bytes <= limits.OfABoard;

    // One of the largest packets fits at any time
    private (long All, long OfABoard, long Small) Limits()
    {
        var now = options();
        var all = Math.Max(now.BodiesInFlight, now.MaxPacketBytes);
        return (all, Math.Max(all / 2, now.MaxPacketBytes), Math.Max(all / 8, Small));
    }

    /// <summary>Memory that a body has.</summary>
    internal sealed class Place(BodyBudget budget, int board, long bytes, bool isSmall) : IDisposable
    {
        private Place? _more;
        private int _returned;

        /// <summary>Takes more for the same body.</summary>
        /// <returns>False when none was free in time.</returns>
        public async ValueTask<bool> GrowAsync(long more, CancellationToken cancellationToken)
        {
            _more = await budget.TakeAsync(board, more, cancellationToken);
            return _more is not null;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                budget.Return(board, bytes, isSmall);
                _more?.Dispose();
            }
        }
    }

    private sealed class Body(long bytes)
    {
        public long Bytes { get; } = bytes;

        public TaskCompletionSource<Place?> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
