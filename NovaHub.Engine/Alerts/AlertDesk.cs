using System.Globalization;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts;

/// <summary>What people do about alerts. Each act is told in the activity by the commit that does it; done twice, it is done once.</summary>
public sealed class AlertDesk(GroupCommit commits, TimeProvider clock)
{
    /// <summary>So many alerts at most in one act.</summary>
    public const int MostAtOnce = 100;

    /// <summary>Characters of a note, at most.</summary>
    public const int LongestNote = 1000;

    // Pressed twice, or sent again by a browser that lost its answer
    private static readonly TimeSpan s_sameNote = TimeSpan.FromMinutes(1);

    /// <summary>Takes note of alerts. Those that are over, or of which somebody took note before, stay as they are.</summary>
    /// <returns>How many it changed.</returns>
    /// <exception cref="RefusedException">There are too many, or none.</exception>
    public Task<int> AcknowledgeAsync(IReadOnlyCollection<long> ids, string? who, CancellationToken cancellationToken) => DoAsync(
        ids, who, "acknowledged",
        """UPDATE "Alerts" SET "AcknowledgedAt" = @p0, "AcknowledgedBy" = @p1 WHERE "Id" = @p2 AND "AcknowledgedAt" IS NULL AND "ResolvedAt" IS NULL""",
        cancellationToken);

    /// <summary>Closes alerts, whatever became of their conditions. Those that are over stay as they are.</summary>
    /// <inheritdoc cref="AcknowledgeAsync"/>
    public Task<int> ResolveAsync(IReadOnlyCollection<long> ids, string? who, CancellationToken cancellationToken) => DoAsync(
        ids, who, "resolved",
        // Never before the last change, whatever the clock did: the watch tells by it whether the condition goes on
        """
        UPDATE "Alerts" SET "ResolvedAt" = CASE WHEN "ChangedAt" > @p0 THEN "ChangedAt" ELSE @p0 END, "ResolvedBy" = @p1
        WHERE "Id" = @p2 AND "ResolvedAt" IS NULL
        """,
        cancellationToken);

    /// <summary>Writes a note about an alert, open or over.</summary>
    /// <exception cref="RefusedException">There is no such alert, or the text is empty or too long.</exception>
    public async Task NoteAsync(long id, string? who, string text, CancellationToken cancellationToken)
    {
        text = text.Trim();
        if (text.Length is 0 or > LongestNote)
        {
            throw new RefusedException(text.Length == 0 ? "The note is empty. Write what was found or done." : $"The note has {text.Length} characters; {LongestNote} fit.");
        }

        var name = Name(who);
        var found = await commits.WriteAsync(
            writer =>
            {
                if (Read(writer, id) is not { } alert)
                {
                    return false;
                }

                var at = Now;
                var written = writer.Execute(
                    """
                    INSERT INTO "AlertNotes" ("AlertId", "At", "Who", "Text") SELECT @p0, @p1, @p2, @p3
                    WHERE NOT EXISTS (SELECT 1 FROM "AlertNotes" WHERE "AlertId" = @p0 AND "Who" = @p2 AND "Text" = @p3 AND "At" > @p4)
                    """,
                    id, at, name, text, at - s_sameNote);
                if (written > 0)
                {
                    Tell(writer, at, [alert], $"A note was written about alert {id}: {alert.Sentence}", who);
                }

                return true;
            },
            cancellationToken);
        if (!found)
        {
            throw new RefusedException($"There is no alert {id} any more.");
        }
    }

    private async Task<int> DoAsync(IReadOnlyCollection<long> ids, string? who, string done, string sql, CancellationToken cancellationToken)
    {
        var all = ids.Distinct().Order().ToList();
        if (all.Count is 0 or > MostAtOnce)
        {
            throw new RefusedException(all.Count == 0 ? "No alert is chosen." : $"{all.Count} alerts are chosen; at most {MostAtOnce} go in one act.");
        }

        var name = Name(who);
        return await commits.WriteAsync(
            writer =>
            {
                var at = Now;
                var changed = all.Where(id => writer.Execute(sql, at, name, id) == 1).Select(id => Read(writer, id)!).ToList();
                if (changed.Count > 0)
                {
                    var sentence = changed.Count == 1
                        ? $"Alert {changed[0].Id} was {done}: {changed[0].Sentence}"
                        : $"{changed.Count} alerts were {done}: {string.Join(", ", changed.Select(a => a.Id.ToString(CultureInfo.InvariantCulture)))}.";
                    Tell(writer, at, changed, sentence, who);
                }

                return changed.Count;
            },
            cancellationToken);
    }

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    // Who did it can't be left open: an alert that nobody closed ended by itself
    private static string Name(string? who) => string.IsNullOrWhiteSpace(who) ? "somebody" : who;

    private static About? Read(LedgerWriter writer, long id) => writer.Query(
        """SELECT "Sentence", "LeagueId", "BbsId" FROM "Alerts" WHERE "Id" = @p0""",
        r => new About(id, r.GetString(0), r.IsDBNull(1) ? null : LeagueId.Parse(r.GetString(1)), r.IsDBNull(2) ? null : r.GetInt32(2)),
        id).SingleOrDefault();

    // A run has one activity, its end; so the run of an alert is not named
    private static void Tell(LedgerWriter writer, DateTime at, List<About> alerts, string sentence, string? who)
    {
        ActivityLog.Add(writer, new Activity
        {
            At = at,
            Kind = ActivityKind.AlertHandled,
            Sentence = sentence,
            LeagueId = alerts.Count == 1 ? alerts[0].League : null,
            BbsId = alerts.Count == 1 ? alerts[0].BbsId : null,
            Who = who,
        });
        writer.Raise(AlertBook.Topic);
    }

    private sealed record About(long Id, string Sentence, LeagueId? League, int? BbsId);
}
