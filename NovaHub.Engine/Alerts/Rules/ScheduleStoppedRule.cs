using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Schedules;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>A league has a schedule by which the clock starts no run: it can't be read, its zone is unknown here, or it is over.</summary>
internal sealed class ScheduleStoppedRule(IDbContextFactory<HubDb> databases, TimeProvider clock) : IAlertRule
{
    public AlertKind Kind => AlertKind.ScheduleStopped;

    public IReadOnlyList<string> Topics { get; } = [Signal.Directory];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var leagues = await db.Set<League>().AsNoTracking()
            .Where(l => l.RetiredAt == null && l.Cron != null && l.GameFolder != null && l.PausedAt == null).ToListAsync(cancellationToken);
        return [.. leagues.Select(Look).OfType<AlertCondition>()];
    }

    private AlertCondition? Look(League league) =>
        !LocalCron.TryRead(league.Cron!, league.TimeZone, out var cron, out var refusal)
            ? new AlertCondition($"schedule:{league.Id}:unread", AlertWeight.Bad, $"The clock starts no run of {league.Id}. {refusal}") { League = league.Id }
            : cron.Next(clock.GetUtcNow().UtcDateTime) is null
                ? new AlertCondition($"schedule:{league.Id}:over", AlertWeight.Notice, $"The schedule of {league.Id}, “{league.Cron}”, has no further time, so the clock starts no run any more.") { League = league.Id }
                : null;
}
