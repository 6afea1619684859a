using System.Globalization;
using System.Security.Cryptography;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>Another process took the league over: from here on nothing in its folder or its rows is this run's business.</summary>
internal sealed class LeaseLostException(LeagueId league) : Exception($"The lease on league {league} is in other hands.");

/// <summary>The league is held only for a moment, to take its OUTBOUND in: it is worth asking again.</summary>
internal sealed class HeldForAMomentException(LeagueId league) : Exception($"League {league} is held for a moment.");

/// <summary>
/// The right to touch a league's game folder, as a row in the database: one holder a league, whatever process it is in.
/// A holder that died on this machine is noticed at once, one elsewhere when its heartbeat is too old.
/// </summary>
public sealed class RunLeases(GroupCommit commits, TimeProvider clock, Microsoft.Extensions.Options.IOptions<RunOptions> options)
{
    private static readonly string s_machine = Machine();

    /// <summary>This process: machine, process id, its start, and a random part.</summary>
    public string Holder { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{s_machine}/{Environment.ProcessId}/{StartOf(Environment.ProcessId) ?? "0"}/{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    /// <summary>Takes the lease inside a commit.</summary>
    /// <exception cref="RefusedException">A run holds it.</exception>
    /// <exception cref="HeldForAMomentException">It is held without a run.</exception>
    internal void Take(LedgerWriter writer, LeagueId league, long runId)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var rows = writer.Query(
            """SELECT "Holder", "HeartbeatAt", "RunId" FROM "RunLeases" WHERE "LeagueId" = @p0""",
            r => (Holder: r.GetString(0), HeartbeatAt: r.GetDateTime(1), RunId: r.GetInt64(2)), league.ToString());
        if (rows is [var held] && !IsFree(held.Holder, held.HeartbeatAt, now))
        {
            throw held.RunId == 0
                ? new HeldForAMomentException(league)
                : new RefusedException($"League {league} runs already (run {held.RunId}).");
        }

        writer.Execute(
            """
            INSERT INTO "RunLeases" ("LeagueId", "Holder", "RunId", "HeartbeatAt") VALUES (@p0, @p1, @p2, @p3)
            ON CONFLICT ("LeagueId") DO UPDATE SET "Holder" = @p1, "RunId" = @p2, "HeartbeatAt" = @p3
            """,
            league.ToString(), Holder, runId, now);
    }

    /// <summary>Makes a commit fail when the league is no longer this process's: what it knows of the folder is then stale.</summary>
    /// <exception cref="LeaseLostException">Somebody else holds it.</exception>
    internal void Require(LedgerWriter writer, LeagueId league)
    {
        if (writer.Scalar("""SELECT 1 FROM "RunLeases" WHERE "LeagueId" = @p0 AND "Holder" = @p1""", league.ToString(), Holder) is null)
        {
            throw new LeaseLostException(league);
        }
    }

    /// <summary>Says that the holder lives.</summary>
    /// <returns>False when somebody else has the lease: stop at once.</returns>
    internal Task<bool> BeatAsync(LeagueId league, long runId) => commits.WriteAsync(writer =>
        writer.Execute(
            """UPDATE "RunLeases" SET "HeartbeatAt" = @p0 WHERE "LeagueId" = @p1 AND "Holder" = @p2 AND "RunId" = @p3""",
            clock.GetUtcNow().UtcDateTime, league.ToString(), Holder, runId) == 1
        // A run that ends at this moment has just given it back
        || writer.Scalar("""SELECT 1 FROM "RunLeases" WHERE "LeagueId" = @p0""", league.ToString()) is null);

    /// <summary>Gives the lease back inside a commit.</summary>
    internal void Give(LedgerWriter writer, LeagueId league, long runId) => writer.Execute(
        """DELETE FROM "RunLeases" WHERE "LeagueId" = @p0 AND "Holder" = @p1 AND "RunId" = @p2""", league.ToString(), Holder, runId);

    private bool IsFree(string holder, DateTime heartbeatAt, DateTime now)
    {
        if (heartbeatAt + options.Value.LeaseLife < now)
        {
            return true;
        }

        // Only where processes can be looked up does a missing one say something
        var parts = holder.Split('/');
        return OperatingSystem.IsLinux() && parts.Length == 4 && parts[0] == s_machine
            && (!int.TryParse(parts[1], CultureInfo.InvariantCulture, out var id) || StartOf(id) != parts[2]);
    }

    // A process id means something only within one machine and, with containers, one process namespace
    private static string Machine() => OperatingSystem.IsLinux()
        ? $"{Environment.MachineName}+{new FileInfo("/proc/self/ns/pid").LinkTarget}"
        : Environment.MachineName;

    // The start time in clock ticks since boot: a process id is used again, the pair is not
    private static string? StartOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // A dead process that nobody has reaped holds nothing
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
