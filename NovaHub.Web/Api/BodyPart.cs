namespace NovaHub.Web.Api;

/// <summary>
/// One part of the memory for bodies, and the bodies that wait for it, a board behind another in turn. Whoever calls holds
/// the budget's lock.
/// </summary>
/// <param name="limits">Bytes of the whole part, and the most that one board has of it.</param>
internal sealed class BodyPart(Func<(long All, long OfABoard)> limits)
{
    // Beyond these nobody waits: a connection that does costs memory, too
    private const int MostWaiting = 512;
    private const int MostWaitingOfABoard = 64;

    private readonly Dictionary<int, long> _ofBoards = [];
    private readonly HashSet<BodyBudget.Place> _places = [];
    // Boards with bodies that wait, in the order of their turns
    private readonly LinkedList<(int Board, Queue<Body> Bodies)> _turns = [];

    /// <summary>Bytes that are taken now.</summary>
    public long InUse { get; private set; }

    /// <summary>Bodies that wait now.</summary>
    public int Waiting { get; private set; }

    /// <summary>Whether a body gets in without passing by one that waits, except those that wait for their own board's uploads.</summary>
    public bool LetsIn(int board, long bytes) =>
        Fits(board, bytes) && _turns.All(t => t.Board != board && !FitsBoard(t.Board, t.Bodies.Peek().Bytes));

    /// <summary>Lets a body wait.</summary>
    /// <returns>Null when too many wait already.</returns>
    public Body? Enqueue(int board, long bytes)
    {
        var its = _turns.FirstOrDefault(t => t.Board == board).Bodies;
        if (Waiting >= MostWaiting || its?.Count >= MostWaitingOfABoard)
        {
            return null;
        }

        if (its is null)
        {
            _turns.AddLast((board, its = []));
        }

        var body = new Body(board, bytes);
        its.Enqueue(body);
        Waiting++;
        return body;
    }

    /// <summary>Notes a place of this part.</summary>
    public BodyBudget.Place Add(BodyBudget.Place place)
    {
        InUse += place.Bytes;
        _ofBoards[place.Board] = _ofBoards.GetValueOrDefault(place.Board) + place.Bytes;
        _places.Add(place);
        return place;
    }

    /// <summary>Takes a place back.</summary>
    public void Remove(BodyBudget.Place place)
    {
        InUse -= place.Bytes;
        _places.Remove(place);
        if ((_ofBoards[place.Board] -= place.Bytes) == 0)
        {
            _ofBoards.Remove(place.Board);
        }
    }

    /// <summary>Gives places to those whose turn it is.</summary>
    /// <param name="from">Tells whether a body has room, here or in another part.</param>
    /// <param name="grant">Makes the place.</param>
    public void Serve(Func<int, long, bool> from, Func<int, long, BodyBudget.Place> grant)
    {
        for (var turn = _turns.First; turn is not null;)
        {
            var next = turn.Next;
            var (board, bodies) = turn.Value;
            while (bodies.TryPeek(out var gone) && gone.Granted.Task.IsCompleted)
            {
                bodies.Dequeue();
                Waiting--;
            }

            if (bodies.Count == 0)
            {
                _turns.Remove(turn);
            }
            else if (from(board, bodies.Peek().Bytes))
            {
                var body = bodies.Dequeue();
                Waiting--;
                var place = grant(board, body.Bytes);
                if (!body.Granted.TrySetResult(place))
                {
                    // It gave up in this moment
                    place.Part.Remove(place);
                }

                // Its next one comes after everybody else's first
                _turns.Remove(turn);
                if (bodies.Count > 0)
                {
                    _turns.AddLast(turn);
                    next ??= turn;
                }
            }
            else if (FitsBoard(board, bodies.Peek().Bytes))
            {
                // Or a large body would wait for ever behind smaller ones
                return;
            }

            turn = next;
        }
    }

    /// <summary>Takes the place of the body that is most behind its pace, for one that waits. One at a time: it takes a moment until it is gone.</summary>
    public void AskTheSlowest(Body waiting)
    {
        if (waiting.Granted.Task.IsCompleted || !FitsBoard(waiting.Board, waiting.Bytes) || _places.Any(p => p.IsAsked))
        {
            return;
        }

        if (_places.MaxBy(p => p.Behind) is { } slowest && slowest.Behind > TimeSpan.Zero)
        {
            slowest.Ask();
        }
    }

    /// <summary>Whether there is room for a body, whoever waits.</summary>
    public bool Fits(int board, long bytes) => InUse + bytes <= limits().All && FitsBoard(board, bytes);

    private bool FitsBoard(int board, long bytes) => _ofBoards.GetValueOrDefault(board) + bytes <= limits().OfABoard;

    /// <summary>A body that waits.</summary>
    internal sealed class Body(int board, long bytes)
    {
        public int Board { get; } = board;

        public long Bytes { get; } = bytes;

        /// <summary>Its place; null when it got none in time.</summary>
        public TaskCompletionSource<BodyBudget.Place?> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
