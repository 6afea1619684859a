using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>
/// The right to touch a league's game folder, as a row in the database: one holder and one run a league, whatever process
/// it is in. A holder on this machine has it for as long as it lives, however long it slept, and loses it at once when it
/// died. Of one elsewhere only its heartbeat is known: it is dead when none came for as long as we were looking.
/// </summary>
public sealed class RunLeases(GroupCommit commits, TimeProvider clock, Microsoft.Extensions.Options.IOptions<RunOptions> options)
{
    private static readonly string s_machine = Machine();
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(5);

    // What this process is at work with; a row of ours that is not here was left when it could not be given back
    private readonly ConcurrentDictionary<LeagueId, long> _atWork = new();
    private readonly ConcurrentDictionary<LeagueId, Silence> _silences = new();

    // When a holder whose lease was taken over was last heard of; one a league
    private readonly ConcurrentDictionary<LeagueId, (long RunId, DateTime At)> _lastBeats = new();
    private long _holds;

    /// <summary>This process: machine, process id, its start, and a random part.</summary>
    public string Holder { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{s_machine}/{Environment.ProcessId}/{StartOf(Environment.ProcessId) ?? "0"}/{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    /// <summary>Takes the lease for a run inside a commit.</summary>
    /// <exception cref="RefusedException">A run holds it.</exception>
    /// <exception cref="HeldForAMomentException">It is held without a run, or its holder seems to be dead.</exception>
    internal void Take(LedgerWriter writer, LeagueId league, long runId)
    {
        var rows = writer.Query(
            """SELECT "Holder", "RunId", "HeartbeatAt" FROM "RunLeases" WHERE "LeagueId" = @p0""",
            r => new LeaseRow(r.GetString(0), r.GetInt64(1), r.GetDateTime(2)), league.ToString());
        if (rows is [var held] && !IsFree(league, held))
        {
            throw Refuse(league, held);
        }

        if (rows is [var dead])
        {
            _lastBeats[league] = (dead.RunId, dead.HeartbeatAt);
        }

        writer.Execute(
            """
            INSERT INTO "RunLeases" ("LeagueId", "Holder", "RunId", "HeartbeatAt") VALUES (@p0, @p1, @p2, @p3)
            ON CONFLICT ("LeagueId") DO UPDATE SET "Holder" = @p1, "RunId" = @p2, "HeartbeatAt" = @p3
            """,
            league.ToString(), Holder, runId, Now);
        // Within the commit: nobody of this process may take the row for a forgotten one before its work begins
        _atWork[league] = runId;
    }

    /// <summary>Takes the lease without a run inside a commit.</summary>
    /// <inheritdoc cref="Take(LedgerWriter, LeagueId, long)"/>
    internal HeldLease Take(LedgerWriter writer, LeagueId league)
    {
        var lease = new HeldLease(league, Interlocked.Decrement(ref _holds));
        Take(writer, league, lease.RunId);
        return lease;
    }

    /// <summary>Makes a commit fail when the lease is in other hands: what the flow knows of the folder is then stale.</summary>
    /// <exception cref="LeaseLostException">Somebody else holds it, in another process or in this one.</exception>
    internal void Require(LedgerWriter writer, HeldLease lease)
    {
        if (writer.Scalar(
            """SELECT 1 FROM "RunLeases" WHERE "LeagueId" = @p0 AND "Holder" = @p1 AND "RunId" = @p2""",
            lease.League.ToString(), Holder, lease.RunId) is null)
        {
            throw new LeaseLostException(lease);
        }
    }

    /// <summary>Says that the holder lives, and looks whose the lease is.</summary>
    internal Task<LeaseState> BeatAsync(HeldLease lease) => commits.WriteAsync(writer =>
        writer.Execute(
            """UPDATE "RunLeases" SET "HeartbeatAt" = @p0 WHERE "LeagueId" = @p1 AND "Holder" = @p2 AND "RunId" = @p3""",
            Now, lease.League.ToString(), Holder, lease.RunId) == 1
            ? LeaseState.Held
            : writer.Scalar("""SELECT 1 FROM "RunLeases" WHERE "LeagueId" = @p0""", lease.League.ToString()) is null ? LeaseState.Nobodys : LeaseState.Lost);

    /// <summary>When the holder of a run's lease was last heard of before this process took the league over, or null: not known.</summary>
    internal DateTime? LastBeatOf(LeagueId league, long runId) =>
        _lastBeats.TryGetValue(league, out var beat) && beat.RunId == runId ? beat.At : null;

    /// <summary>Gives the lease back inside a commit.</summary>
    internal void Give(LedgerWriter writer, LeagueId league, long runId) => writer.Execute(
        """DELETE FROM "RunLeases" WHERE "LeagueId" = @p0 AND "Holder" = @p1 AND "RunId" = @p2""", league.ToString(), Holder, runId);

    /// <summary>This process is done with it, whether it could be given back or not.</summary>
    internal void Done(HeldLease lease) => _atWork.TryRemove(KeyValuePair.Create(lease.League, lease.RunId));

    private bool IsFree(LeagueId league, LeaseRow row)
    {
        if (row.Holder == Holder)
        {
            return !_atWork.TryGetValue(league, out var atWork) || atWork != row.RunId;
        }

        return IsOfThisMachine(row.Holder, out var lives) ? !lives : WasSilent(league, row);
    }

    private Exception Refuse(LeagueId league, LeaseRow row)
    {
        if (row.RunId <= 0)
        {
            return new HeldForAMomentException(
                league, s_moment, $"League {league} is busy: its OUTBOUND is being taken in, or an interrupted run is being closed. Try again.");
        }

        var refusal = $"League {league} runs already (run {row.RunId}).";
        // By its own clock it has not been heard of for long. Clocks differ between machines, so it is watched for a while first
        return row.Holder != Holder && !IsOfThisMachine(row.Holder, out _) && Now - row.HeartbeatAt > options.Value.LeaseLife
            ? new HeldForAMomentException(league, options.Value.LeaseLife + s_moment, refusal)
            : new RefusedException(refusal);
    }

    // Time in which this process did not look, because it slept or had no cause to, says nothing about the other
    private bool WasSilent(LeagueId league, LeaseRow row)
    {
        var now = clock.GetTimestamp();
        var silence = _silences.AddOrUpdate(
            league,
            _ => new Silence(row, now, TimeSpan.Zero),
            (_, last) => last.Row != row
                ? new Silence(row, now, TimeSpan.Zero)
                : new Silence(row, now, last.For + Shorter(clock.GetElapsedTime(last.LookedAt, now), options.Value.Heartbeat * 1.5)));
        return silence.For >= options.Value.LeaseLife;
    }

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    // Only where processes can be looked up does a missing one say something
    private static bool IsOfThisMachine(string holder, out bool lives)
    {
        var parts = holder.Split('/');
        var here = OperatingSystem.IsLinux() && parts.Length == 4 && parts[0] == s_machine;
        lives = here && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var id) && StartOf(id) == parts[2];
        return here;
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

    private sealed record LeaseRow(string Holder, long RunId, DateTime HeartbeatAt);

    // How long a row was seen unchanged
    private sealed record Silence(LeaseRow Row, long LookedAt, TimeSpan For);
}

/// <summary>Whose a lease is.</summary>
internal enum LeaseState
{
    /// <summary>The one's who asks.</summary>
    Held,

    /// <summary>Nobody's: it was given back a moment ago.</summary>
    Nobodys,

    /// <summary>Somebody else's.</summary>
    Lost,
}
