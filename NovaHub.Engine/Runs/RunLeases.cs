using System.Globalization;
using System.Security.Cryptography;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>
/// The right to touch a league's game folder, as a row in the database: one holder a league, whatever process it is in.
/// A holder that died on this machine is noticed at once, one elsewhere when its heartbeat is too old.
/// </summary>
public sealed class RunLeases(GroupCommit commits, TimeProvider clock, Microsoft.Extensions.Options.IOptions<RunOptions> options)
{
    /// <summary>This process: machine, process id, its start, and a random part.</summary>
    public string Holder { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.MachineName}/{Environment.ProcessId}/{StartOf(Environment.ProcessId) ?? "0"}/{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    /// <summary>Takes the lease inside a commit.</summary>
    /// <exception cref="RefusedException">Somebody holds it.</exception>
    internal void Take(LedgerWriter writer, LeagueId league, long runId)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var rows = writer.Query(
            """SELECT "Holder", "HeartbeatAt", "RunId" FROM "RunLeases" WHERE "LeagueId" = @p0""",
            r => (Holder: r.GetString(0), HeartbeatAt: r.GetDateTime(1), RunId: r.GetInt64(2)), league.ToString());
        if (rows is [var held] && !IsFree(held.Holder, held.HeartbeatAt, now))
        {
            throw new RefusedException(held.RunId == 0
                ? $"League {league} is busy for a moment: its OUTBOUND is being taken in. Try again."
                : $"League {league} runs already (run {held.RunId}).");
        }

        writer.Execute(
            """
            INSERT INTO "RunLeases" ("LeagueId", "Holder", "RunId", "HeartbeatAt") VALUES (@p0, @p1, @p2, @p3)
            ON CONFLICT ("LeagueId") DO UPDATE SET "Holder" = @p1, "RunId" = @p2, "HeartbeatAt" = @p3
            """,
            league.ToString(), Holder, runId, now);
    }

    /// <summary>Says that the holder lives.</summary>
    /// <returns>False when somebody else took the lease: stop at once.</returns>
    internal Task<bool> BeatAsync(LeagueId league, long runId) => commits.WriteAsync(writer => writer.Execute(
        """UPDATE "RunLeases" SET "HeartbeatAt" = @p0 WHERE "LeagueId" = @p1 AND "Holder" = @p2 AND "RunId" = @p3""",
        clock.GetUtcNow().UtcDateTime, league.ToString(), Holder, runId) == 1);

    /// <summary>Gives the lease back inside a commit.</summary>
    internal void Give(LedgerWriter writer, LeagueId league, long runId) => writer.Execute(
        """DELETE FROM "RunLeases" WHERE "LeagueId" = @p0 AND "Holder" = @p1 AND "RunId" = @p2""", league.ToString(), Holder, runId);

    private bool IsFree(string holder, DateTime heartbeatAt, DateTime now)
    {
        if (heartbeatAt + options.Value.LeaseLife < now)
        {
            return true;
        }

        var parts = holder.Split('/');
        return parts.Length == 4 && parts[0] == Environment.MachineName
            && (!int.TryParse(parts[1], CultureInfo.InvariantCulture, out var id) || StartOf(id) != parts[2]);
    }

    // The start time in clock ticks since boot: a process id is used again, the pair is not
    private static string? StartOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
