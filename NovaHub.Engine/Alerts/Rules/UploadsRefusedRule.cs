using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>Uploads of a board are refused again and again: its mail does not come in. Over after an hour without a refusal.</summary>
internal sealed class UploadsRefusedRule(IDbContextFactory<HubDb> databases, HubDirectory directory, TimeProvider clock) : IAlertRule
{
    /// <summary>So many refusals that were told within <see cref="Window"/> are too many.</summary>
    public const int TooMany = 5;

    /// <summary>How far it looks back.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    // Of each board five a minute are told at most; more than this are not needed to judge
    private const int MostRead = 2000;

    public AlertKind Kind => AlertKind.UploadsRefused;

    public IReadOnlyList<string> Topics { get; } = [ActivityLog.Topic, Signal.Directory];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var since = clock.GetUtcNow().UtcDateTime - Window;
        // Where the hour begins, by the index of times (ids rise with them, but for a few); from there by the index of kinds
        var begin = await db.Set<Activity>().Where(a => a.At > since).OrderBy(a => a.At).Select(a => a.Id).Take(100).ToListAsync(cancellationToken);
        if (begin.Count == 0)
        {
            return [];
        }

        var first = begin.Min();
        var refusals = await db.Set<Activity>().AsNoTracking().Where(a => a.Id >= first && a.Kind == ActivityKind.UploadRefused && a.At > since && a.BbsId != null)
            .OrderByDescending(a => a.Id).Take(MostRead).ToListAsync(cancellationToken);
        var open = await db.Set<Alert>().Where(a => a.ResolvedAt == null).Select(a => new { a.Kind, a.BbsId }).ToListAsync(cancellationToken);
        var told = open.Where(a => a.Kind == AlertKind.UploadsRefused).Select(a => a.BbsId).ToHashSet();
        return [.. refusals.GroupBy(r => r.BbsId!.Value).Where(g => g.Count() >= TooMany || told.Contains(g.Key)).Select(g => Describe(g.Key, [.. g]))];
    }

    private AlertCondition Describe(int bbsId, IReadOnlyList<Activity> newestFirst)
    {
        var board = directory.Current.BoardsById.GetValueOrDefault(bbsId)?.Name ?? $"board {bbsId}";
        return new AlertCondition(
            $"refused:{bbsId}", AlertWeight.Bad, $"Uploads of {board} are refused again and again. {newestFirst[0].Sentence}")
        {
            BbsId = bbsId,
            League = newestFirst[0].LeagueId,
            Times = newestFirst.Count,
            // Closed by hand, it takes as many again
            Since = newestFirst[Math.Min(TooMany, newestFirst.Count) - 1].At,
        };
    }
}
