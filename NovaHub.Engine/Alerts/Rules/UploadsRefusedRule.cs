using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>
/// Uploads of a board are refused: several different ones at once, or one that its program offers again and again, since
/// it keeps what was refused. That is one alert for as long as it goes on, not one for each call.
/// </summary>
internal sealed class UploadsRefusedRule(IDbContextFactory<HubDb> databases, HubDirectory directory, TimeProvider clock) : IAlertRule
{
    /// <summary>So many different ones that began within <see cref="Window"/> are too many.</summary>
    public const int TooMany = 5;

    /// <summary>How far it looks back, and how long one must be offered to be stuck.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    public AlertKind Kind => AlertKind.UploadsRefused;

    public IReadOnlyList<string> Topics { get; } = [ActivityLog.Topic, Signal.Directory];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow().UtcDateTime;
        var since = now - RefusedUploads.Forgotten;
        // What is dated later was noted while the clock was ahead
        var until = now + Window;
        var all = await db.Set<RefusedUpload>().AsNoTracking().Where(r => r.LastAt > since && r.LastAt < until).ToListAsync(cancellationToken);
        if (all.Count == 0)
        {
            return [];
        }

        var open = await db.Set<Alert>().Where(a => a.Kind == AlertKind.UploadsRefused && a.ResolvedAt == null).Select(a => a.BbsId).ToListAsync(cancellationToken);
        var found = new List<AlertCondition>();
        foreach (var board in all.GroupBy(r => r.BbsId))
        {
            // In an hour that is over the board spoke and did not offer it: it is gone from there
            var spoke = await db.Set<BbsHour>().Where(h => h.BbsId == board.Key && h.Hour <= now - Window).MaxAsync(h => (DateTime?)h.Hour, cancellationToken);
            var going = board.Where(r => r.LastAt > now - Window || !(spoke > r.LastAt + RefusalGate.Repeat)).OrderByDescending(r => r.FirstAt).ThenByDescending(r => r.Reason, StringComparer.Ordinal).ToList();
            if (Begins(going, now) is { } began)
            {
                found.Add(Describe(board.Key, going, began));
            }
            else if (going.Count > 0 && open.Contains(board.Key))
            {
                found.Add(Describe(board.Key, going, null));
            }
        }

        return found;
    }

    // Closed by hand, it takes as many again, or another one that is stuck
    private static DateTime? Begins(List<RefusedUpload> newestFirst, DateTime now)
    {
        var many = newestFirst.Where(r => r.FirstAt > now - Window && r.FirstAt < now + Window).Skip(TooMany - 1).Select(r => (DateTime?)r.FirstAt).FirstOrDefault();
        var stuck = newestFirst.Where(r => r.LastAt - r.FirstAt >= Window).Select(r => (DateTime?)r.FirstAt).FirstOrDefault();
        return many > stuck || stuck is null ? many : stuck;
    }

    private AlertCondition Describe(int bbsId, List<RefusedUpload> newestFirst, DateTime? since)
    {
        var board = directory.Current.BoardsById.GetValueOrDefault(bbsId)?.Name ?? $"board {bbsId}";
        var what = newestFirst.Count == 1 ? $"An upload of {board} is" : $"{newestFirst.Count} different uploads of {board} are";
        return new AlertCondition($"refused:{bbsId}", AlertWeight.Bad, $"{what} refused whenever it calls. {newestFirst[0].Reason}")
        {
            BbsId = bbsId,
            League = newestFirst[0].LeagueId,
            Times = newestFirst.Count,
            Since = since,
        };
    }
}
