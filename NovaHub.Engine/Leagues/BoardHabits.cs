using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Live;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Leagues;

/// <summary>
/// Says which boards are silent against their own habit. Pages follow <see cref="Feed"/>; the hub that serves reads anew
/// every minute and when a board speaks.
/// </summary>
public sealed class BoardHabits(IDbContextFactory<HubDb> databases, GroupCommit commits, TimeProvider clock) : IDisposable
{
    /// <summary>How long the hours are kept in which boards spoke.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(60);

    private static readonly TimeSpan s_restart = TimeSpan.FromMinutes(30);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly DateTime _began = clock.GetUtcNow().UtcDateTime;
    // Boards whose last word is dated later than now, by a clock that was ahead: since when that is known
    private readonly Dictionary<int, DateTime> _ahead = [];
    private (DateTime From, DateTime Until)? _away;
    private bool _begun;

    /// <summary>The boards that are quiet, longest silence first; null until they were read for the first time.</summary>
    public LiveFeed<IReadOnlyList<QuietBoard>?, IReadOnlyList<QuietBoard>> Feed { get; } = new(null, (_, now) => now, capacity: 16);

    /// <summary>Reads which boards are quiet: of those that may sign in and have a seat in an active league.</summary>
    public async Task<IReadOnlyList<QuietBoard>> ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            await FindAwayAsync(db, null, cancellationToken);
            var now = clock.GetUtcNow().UtcDateTime;
            if (_away is { } away && away.Until > now)
            {
                // The hub started with a clock that was ahead
                _away = away.From < now ? (away.From, now) : null;
            }

            // Nobody who spoke in the last hours can be quiet: most boards' habits need not be told at all
            var silent = (await BoardsAsync(db, cancellationToken)).ConvertAll(b => Dated(b, now)).Where(b => Silence(b, now) > BoardHabit.LeastPatience).ToList();
            var habits = silent.Count == 0 ? [] : await HabitsAsync(db, [.. silent.Select(b => b.Id)], now, cancellationToken);
            var quiet = silent.Select(b => (Board: b, Habit: habits.GetValueOrDefault(b.Id, BoardHabit.Unknown)))
                .Where(b => Silence(b.Board, now) > b.Habit.Patience)
                .Select(b => new QuietBoard(b.Board.Id, b.Board.Name, b.Board.LastSeenAt, b.Board.From, now - b.Board.From, b.Habit))
                .OrderByDescending(q => q.Silent).ThenBy(q => q.Name, StringComparer.OrdinalIgnoreCase).ToList();
            Feed.Publish(quiet);
            return quiet;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Removes hours that are no longer looked at.</summary>
    public Task<int> ForgetAsync(CancellationToken cancellationToken) => commits.WriteAsync(
        // By board, because that is how the key begins
        writer => writer.Execute(
            """DELETE FROM "BbsHours" WHERE "BbsId" IN (SELECT "Id" FROM "Bbses") AND "Hour" < @p0""", clock.GetUtcNow().UtcDateTime - Kept),
        cancellationToken);

    /// <summary>Notes how long the hub was away before it started, while no board has spoken to it yet.</summary>
    /// <param name="lastSign">When the hub is known to have lived, or null when nothing but boards and activity tells.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task BeginAsync(DateTime? lastSign, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            await FindAwayAsync(db, lastSign, cancellationToken);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private static async Task<Dictionary<int, BoardHabit>> HabitsAsync(HubDb db, IReadOnlyList<int> boards, DateTime now, CancellationToken cancellationToken)
    {
        var since = now - BoardHabit.Window;
        var hours = await db.Set<BbsHour>().AsNoTracking().Where(h => boards.Contains(h.BbsId) && h.Hour >= since && h.Hour <= now).Select(h => new { h.BbsId, h.Hour }).ToListAsync(cancellationToken);
        return hours.GroupBy(h => h.BbsId, h => h.Hour).ToDictionary(g => g.Key, BoardHabit.Of);
    }

    private static Task<List<SeatedBoard>> BoardsAsync(HubDb db, CancellationToken cancellationToken) =>
        db.Set<Membership>().AsNoTracking()
            .Where(m => m.LeftAt == null && m.Bbs!.DisabledAt == null && db.Set<League>().Any(l => l.Id == m.LeagueId && l.RetiredAt == null))
            .GroupBy(m => new { m.BbsId, m.Bbs!.Name, m.Bbs.CreatedAt, m.Bbs.LastSeenAt })
            .Select(g => new SeatedBoard(g.Key.BbsId, g.Key.Name, g.Key.CreatedAt, g.Key.LastSeenAt, g.Min(m => m.JoinedAt)))
            .ToListAsync(cancellationToken);

    // A silence whose beginning is still to come is counted from when that was noticed
    private SeatedBoard Dated(SeatedBoard board, DateTime now)
    {
        if (board.From <= now + s_restart)
        {
            _ahead.Remove(board.Id);
            return board;
        }

        if (!_ahead.TryGetValue(board.Id, out var noticed) || noticed > now)
        {
            _ahead[board.Id] = noticed = now;
        }

        return board with { Noticed = noticed };
    }

    // Without the time in which the hub was away
    private TimeSpan Silence(SeatedBoard board, DateTime now) => now - board.From - Overlap(board.From, now);

    // Boards can't speak to a hub that is off, and after a night without power none of them has fallen silent. How long it
    // was away is told by the last sign of life before it began: a board that spoke, or something that happened
    private async Task FindAwayAsync(HubDb db, DateTime? lastSign, CancellationToken cancellationToken)
    {
        if (_begun)
        {
            return;
        }

        DateTime?[] signs =
        [
            await db.Set<Bbs>().Where(b => b.LastSeenAt <= _began).MaxAsync(b => b.LastSeenAt, cancellationToken),
            await db.Set<Activity>().Where(a => a.At <= _began).MaxAsync(a => (DateTime?)a.At, cancellationToken),
            lastSign,
        ];
        _away = signs.Max() is { } last && _began - last > s_restart ? (last, _began) : null;
        _begun = true;
    }

    private TimeSpan Overlap(DateTime from, DateTime until)
    {
        if (_away is not { } away)
        {
            return TimeSpan.Zero;
        }

        var (begin, end) = (from > away.From ? from : away.From, until < away.Until ? until : away.Until);
        return end > begin ? end - begin : TimeSpan.Zero;
    }

    private sealed record SeatedBoard(int Id, string Name, DateTime CreatedAt, DateTime? LastSeenAt, DateTime JoinedAt)
    {
        public DateTime? Noticed { get; init; }

        public DateTime From => Noticed ?? LastSeenAt ?? (JoinedAt > CreatedAt ? JoinedAt : CreatedAt);
    }
}
