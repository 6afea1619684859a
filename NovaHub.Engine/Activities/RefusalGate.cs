namespace NovaHub.Engine.Activities;

/// <summary>
/// Lets so many different refusals of each board a minute be told one by one and counts the others, so that a board that
/// tries the same thing a hundred times a second fills neither the database nor the page.
/// </summary>
/// <param name="clock">Tells when a minute is over.</param>
public sealed class RefusalGate(TimeProvider clock)
{
    /// <summary>Refusals of a board that are told one by one in a minute.</summary>
    public const int PerMinute = 5;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Window> _windows = [];

    /// <summary>Counts a refusal.</summary>
    /// <param name="bbsId">The board.</param>
    /// <param name="board">Its name.</param>
    /// <param name="reason">Why; the same reason is told once a minute.</param>
    /// <returns>Whether this one is told.</returns>
    public bool Tells(int bbsId, string board, string reason)
    {
        lock (_gate)
        {
            if (!_windows.TryGetValue(bbsId, out var window))
            {
                _windows[bbsId] = window = new Window(board, clock.GetTimestamp());
            }

            if (window.Told.Count < PerMinute && window.Told.Add(reason))
            {
                return true;
            }

            window.Counted++;
            return false;
        }
    }

    /// <summary>Boards whose minute is over; their next refusals are told again.</summary>
    /// <returns>Those of which some were counted only, and how many.</returns>
    public IReadOnlyList<(int BbsId, string Board, int Counted)> TakeOver()
    {
        lock (_gate)
        {
            var over = _windows.Where(w => clock.GetElapsedTime(w.Value.Began) >= s_minute).ToList();
            over.ForEach(w => _windows.Remove(w.Key));
            return [.. over.Where(w => w.Value.Counted > 0).Select(w => (w.Key, w.Value.Board, w.Value.Counted))];
        }
    }

    private sealed class Window(string board, long began)
    {
        public string Board { get; } = board;

        public long Began { get; } = began;

        public HashSet<string> Told { get; } = [];

        public int Counted { get; set; }
    }
}
