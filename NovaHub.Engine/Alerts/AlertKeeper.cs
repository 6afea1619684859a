using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts;

/// <summary>An alert that somebody closed though its condition went on, as far as the hub has seen.</summary>
/// <param name="Id">The alert.</param>
/// <param name="Key">Its condition.</param>
/// <param name="ResolvedAt">When it was closed.</param>
internal sealed record ClosedAlert(long Id, string Key, DateTime ResolvedAt);

/// <summary>Holds what rules see against the open alerts: raises, brings up to date, and ends what is over.</summary>
internal sealed class AlertKeeper(IDbContextFactory<HubDb> databases, GroupCommit commits, TimeProvider clock)
{
    /// <summary>How long alerts that are over are kept, with their notes.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    // Of all kinds: few are open, and the kind's own index would lead through everything that is over
    internal const string OpenOnes = """SELECT "Id", "Key", "Weight", "Sentence", "RunId", "Times", "Kind" FROM "Alerts" WHERE "ResolvedAt" IS NULL""";

    /// <summary>Brings the alerts of a kind in line with what is wrong now, in one commit. Doing it twice changes nothing.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="conditions">All that is wrong now.</param>
    /// <param name="closed">Alerts of the kind that <see cref="ClosedAsync"/> gave.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task HoldAsync(AlertKind kind, IReadOnlyList<AlertCondition> conditions, IReadOnlyList<ClosedAlert> closed, CancellationToken cancellationToken) =>
        commits.WriteAsync(
            writer =>
            {
                var now = Now;
                var open = writer.Query(
                    OpenOnes,
                    r => new OpenAlert(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.IsDBNull(4) ? null : r.GetInt64(4), r.GetInt32(5), r.GetString(6)))
                    .Where(a => a.Kind == kind.ToString()).ToDictionary(a => a.Key, StringComparer.Ordinal);
                var changed = 0;
                foreach (var condition in conditions)
                {
                    changed += open.Remove(condition.Key, out var alert) ? Update(writer, alert, condition, now) : Raise(writer, kind, condition, now);
                }

                changed += open.Values.Sum(a => writer.Execute("""UPDATE "Alerts" SET "ResolvedAt" = @p0 WHERE "Id" = @p1 AND "ResolvedAt" IS NULL""", now, a.Id));
                changed += closed.Where(c => !conditions.Any(w => w.Key == c.Key)).Sum(c => MarkOver(writer, c, now));
                if (changed > 0)
                {
                    writer.Raise(AlertBook.Topic);
                }

                return changed;
            },
            cancellationToken);

    /// <summary>
    /// Alerts that were closed by hand and whose condition was not seen over since, of all kinds. It walks through all alerts
    /// that are kept, so it is asked at the start and after alerts changed only.
    /// </summary>
    public async Task<ILookup<AlertKind, ClosedAlert>> ClosedAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<Alert>().Where(a => a.ResolvedBy != null && a.ResolvedAt != null && a.ChangedAt <= a.ResolvedAt)
            .Select(a => new { a.Kind, a.Id, a.Key, a.ResolvedAt }).ToListAsync(cancellationToken);
        return rows.ToLookup(a => a.Kind, a => new ClosedAlert(a.Id, a.Key, a.ResolvedAt!.Value));
    }

    /// <summary>When the latest alert was raised, or null.</summary>
    public async Task<DateTime?> LatestAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<Alert>().OrderByDescending(a => a.Id).Select(a => (DateTime?)a.RaisedAt).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Removes alerts that have been over long enough.</summary>
    public Task ForgetAsync(CancellationToken cancellationToken) => commits.WriteAsync(
        writer =>
        {
            var before = Now - Kept;
            writer.Execute("""DELETE FROM "AlertNotes" WHERE "AlertId" IN (SELECT "Id" FROM "Alerts" WHERE "ResolvedAt" < @p0)""", before);
            return writer.Execute("""DELETE FROM "Alerts" WHERE "ResolvedAt" < @p0""", before);
        },
        cancellationToken);

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    private static int Raise(LedgerWriter writer, AlertKind kind, AlertCondition condition, DateTime now) =>
        IsClosedByHand(writer, kind, condition)
            ? 0
            : writer.Execute(
                """
                INSERT INTO "Alerts" ("Kind", "Key", "Weight", "Sentence", "LeagueId", "BbsId", "RunId", "RaisedAt", "ChangedAt", "Times")
                VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p7, @p8) ON CONFLICT DO NOTHING
                """,
                kind.ToString(), condition.Key, condition.Weight.ToString(), condition.Sentence, condition.League?.ToString(), condition.BbsId, condition.RunId, now, condition.Times);

    // What somebody closed stays closed while its condition goes on as it was. The latest alert of the condition tells, so
    // this holds after a restart and in every process. It is worth an alert again when
    //   a later run failed (its number), or it began anew after it was closed (Since: the board spoke and fell silent again),
    //   or it weighs more than it did,
    //   or it was seen over in between: then MarkOver has put ChangedAt behind ResolvedAt, which nothing else does.
    private static bool IsClosedByHand(LedgerWriter writer, AlertKind kind, AlertCondition condition)
    {
        // By the index that leads to the fewest
        var (column, value) = condition switch
        {
            { BbsId: { } bbs } => ("BbsId", (object)bbs),
            { League: { } league } => ("LeagueId", league.ToString()),
            _ => ("Kind", kind.ToString()),
        };
        var latest = writer.Query(
            LatestBy(column),
            r => (ResolvedAt: r.GetUtcOrNull(0), ByHand: !r.IsDBNull(1), ChangedAt: r.GetUtc(2), RunId: r.IsDBNull(3) ? null : (long?)r.GetInt64(3), Weight: Enum.Parse<AlertWeight>(r.GetString(4))),
            value, condition.Key);
        return latest is [{ ByHand: true, ResolvedAt: { } closedAt } last]
            && last.ChangedAt <= closedAt
            && !(condition.RunId > last.RunId)
            && !(condition.Since > closedAt)
            && condition.Weight <= last.Weight;
    }

    internal static string LatestBy(string column) =>
        $"""SELECT "ResolvedAt", "ResolvedBy", "ChangedAt", "RunId", "Weight" FROM "Alerts" WHERE "{column}" = @p0 AND "Key" = @p1 ORDER BY "Id" DESC LIMIT 1""";

    private static int Update(LedgerWriter writer, OpenAlert alert, AlertCondition condition, DateTime now)
    {
        var times = Math.Max(alert.Times, condition.Times);
        var again = times != alert.Times || condition.RunId != alert.RunId || condition.Weight.ToString() != alert.Weight;
        return !again && condition.Sentence == alert.Sentence
            ? 0
            : writer.Execute(
                """
                UPDATE "Alerts" SET "Weight" = @p0, "Sentence" = @p1, "RunId" = @p2, "Times" = @p3, "ChangedAt" = CASE WHEN @p4 = 1 THEN @p5 ELSE "ChangedAt" END
                WHERE "Id" = @p6 AND "ResolvedAt" IS NULL
                """,
                condition.Weight.ToString(), condition.Sentence, condition.RunId, times, again ? 1 : 0, now, alert.Id);
    }

    private static int MarkOver(LedgerWriter writer, ClosedAlert alert, DateTime now) => writer.Execute(
        """UPDATE "Alerts" SET "ChangedAt" = @p0 WHERE "Id" = @p1 AND "ChangedAt" <= "ResolvedAt" """,
        now > alert.ResolvedAt ? now : alert.ResolvedAt.AddTicks(1), alert.Id);

    private sealed record OpenAlert(long Id, string Key, string Weight, string Sentence, long? RunId, int Times, string Kind);
}
