namespace NovaHub.Engine.Activities;

/// <summary>
/// Lets so many new refusals of each board a minute through and counts the others, and a refusal that comes again and
/// again only now and then, so that a board that tries the same thing a hundred times a second, or with every call for
/// years, fills neither the database nor the page.
/// </summary>
/// <param name="clock">Tells how long ago something was.</param>
public sealed class RefusalGate(TimeProvider clock)
{
    /// <summary>New refusals of a board that are let through in a minute.</summary>
    public const int PerMinute = 5;

    /// <summary>How often a refusal that goes on is let through again.</summary>
    public static readonly TimeSpan Repeat = TimeSpan.FromMinutes(10);

    private const int MostKnown = 500;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Board> _boards = [];

    /// <summary>Counts a refusal.</summary>
    /// <param name="bbsId">The board.</param>
    /// <param name="board">Its name.</param>
    /// <param name="reason">Why.</param>
    /// <returns>Whether this one is let through.</returns>
    public bool Tells(int bbsId, string board, string reason)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (!_boards.TryGetValue(bbsId, out var its))
            {
                _boards[bbsId] = its = new Board();
            }

            its.Name = board;
            if (its.Known.TryGetValue(reason, out var known) && clock.GetElapsedTime(known.At, now) < (known.Told ? Repeat : s_day))
            {
                return false;
            }

            its.Began ??= now;
            var tells = known.Told || its.New < PerMinute;
            if (!known.Told)
            {
                (its.New, its.Counted) = tells ? (its.New + 1, its.Counted) : (its.New, its.Counted + 1);
            }

            if (its.Known.Count >= MostKnown && !its.Known.ContainsKey(reason))
            {
                its.Known.Remove(its.Known.MinBy(k => k.Value.At).Key);
            }

            its.Known[reason] = (now, tells);
            return tells;
        }
    }

    /// <summary>Boards whose minute is over; their next refusals are let through again.</summary>
    /// <returns>Those of which some were counted only, and how many.</returns>
    public IReadOnlyList<(int BbsId, string Board, int Counted)> TakeOver()
    {
        lock (_gate)
        {
            var over = _boards.Where(b => b.Value.Began is { } began && clock.GetElapsedTime(began) >= s_minute).ToList();
            var counted = over.Where(b => b.Value.Counted > 0).Select(b => (b.Key, b.Value.Name, b.Value.Counted)).ToList();
            foreach (var (id, board) in over)
            {
                (board.Began, board.New, board.Counted) = (null, 0, 0);
                foreach (var old in board.Known.Where(k => clock.GetElapsedTime(k.Value.At) >= s_day).Select(k => k.Key).ToList())
                {
                    board.Known.Remove(old);
                }

                if (board.Known.Count == 0)
                {
                    _boards.Remove(id);
                }
            }

            return counted;
        }
    }

    private sealed class Board
    {
        public string Name { get; set; } = "";

        public long? Began { get; set; }

        public int New { get; set; }

        public int Counted { get; set; }

        /// <summary>When each was last let through or counted, and which of the two it was.</summary>
        public Dictionary<string, (long At, bool Told)> Known { get; } = new(StringComparer.Ordinal);
    }
}
