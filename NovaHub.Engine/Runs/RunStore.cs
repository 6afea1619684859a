using System.Security.Cryptography;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>A file found in OUTBOUND.</summary>
internal sealed record FoundPacket(string Path, PacketName Name, byte[] Bytes);

/// <summary>
/// What runs write into the database. Each method is one commit, and each can be done twice without harm. Whatever rests on
/// what was seen in a game folder is refused when the league's lease went to another process meanwhile.
/// </summary>
internal sealed partial class RunStore(GroupCommit commits, LedgerReads reads, RunLeases leases, LedgerEvents events, ChangedPackets changes, TimeProvider clock)
{
    /// <summary>Takes the lease and makes the run's row, or refuses. A time of the schedule is seen to in the same commit.</summary>
    public Task<Run> BeginAsync(League of, RunRequest request, CancellationToken cancellationToken) =>
        commits.WriteAsync(
            writer =>
            {
                var (now, league, mark) = (Now, of.Id, FolderIdentity.NewMark());
                var (trigger, requestedBy, reprocessOf) = (request.Trigger, request.RequestedBy, request.ReprocessOf);
                request.Clock?.Settle(writer, league);
                var id = (long)writer.Scalar(
                    """
                    INSERT INTO "Runs" ("LeagueId", "Trigger", "RequestedBy", "ReprocessOf", "GameFolder", "FolderMark", "StartedAt", "EmulatorMs", "Staged", "Consumed", "Unconsumed", "Written")
                    VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, 0, 0, 0, 0, 0) RETURNING "Id"
                    """,
                    league.ToString(), trigger.ToString(), requestedBy, reprocessOf, of.GameFolder, mark, now)!;
                leases.Take(writer, league, id);
                if (reprocessOf is { } earlier)
                {
                    Requeue(writer, earlier);
                }

                writer.Raise(Signal.Runs);
                return new Run
                {
                    Id = id,
                    LeagueId = league,
                    Trigger = trigger,
                    RequestedBy = requestedBy,
                    ReprocessOf = reprocessOf,
                    GameFolder = of.GameFolder,
                    FolderMark = mark,
                    StartedAt = now,
                };
            },
            cancellationToken);

    /// <summary>Enters packets that the game wrote. When this returns they are on disk to stay, and their files may go.</summary>
    /// <returns>How many were new.</returns>
    public async Task<int> EnterAsync(LeagueId league, long? runId, IReadOnlyList<FoundPacket> found)
    {
        var now = Now;
        var entered = await FencedAsync(league, writer =>
        {
            var fresh = new List<LedgerEvent>();
            foreach (var packet in found)
            {
                var (id, known) = LedgerSql.Enter(writer, new NewPacket(packet.Name, SHA256.HashData(packet.Bytes), packet.Bytes, now, null, runId));
                if (!known)
                {
                    fresh.Add(new LedgerEvent(LedgerEventKind.Written, id, packet.Name, packet.Bytes.Length, now, false));
                }
            }

            if (fresh.Count > 0)
            {
                LedgerSql.Count(writer, league, now, written: fresh.Count);
            }

            if (runId is { } run && fresh.Count > 0)
            {
                writer.Execute("""UPDATE "Runs" SET "Written" = "Written" + @p0 WHERE "Id" = @p1""", fresh.Count, run);
            }

            writer.Raise(Signal.Packets);
            return fresh;
        });
        foreach (var packet in entered)
        {
            events.Publish(packet);
        }

        return entered.Count;
    }

    /// <summary>Remembers something in OUTBOUND that is no packet of its league, and tells it.</summary>
    /// <returns>True the first time.</returns>
    public Task<bool> ReportOnceAsync(LeagueId league, string name, string sentence) => commits.WriteAsync(writer =>
    {
        var isNew = writer.Execute(
            """INSERT INTO "ForeignFiles" ("LeagueId", "Name", "ReportedAt") VALUES (@p0, @p1, @p2) ON CONFLICT ("LeagueId", "Name") DO NOTHING""",
            league.ToString(), name.ToUpperInvariant(), Now) == 1;
        if (isNew)
        {
            Tell(writer, league, sentence);
        }

        return isNew;
    });

    /// <summary>Tells people about a packet that the game wrote.</summary>
    public Task TellAsync(LeagueId league, string sentence) => FencedAsync(league, writer =>
    {
        Tell(writer, league, sentence);
        return true;
    });

    /// <summary>Does several writes of a run in one commit.</summary>
    /// <exception cref="LeaseLostException">Another process took the league over.</exception>
    public Task WriteAsync(Run run, Action<LedgerWriter> write) => FencedAsync(run.LeagueId, writer =>
    {
        write(writer);
        writer.Raise(Signal.Runs);
        return true;
    });

    /// <summary>Asks a run to stop, in whichever process it is.</summary>
    public Task RequestStopAsync(long runId) => commits.WriteAsync(writer =>
    {
        var asked = writer.Execute(
            """UPDATE "Runs" SET "CancelRequestedAt" = @p0 WHERE "Id" = @p1 AND "EndedAt" IS NULL AND "CancelRequestedAt" IS NULL""", Now, runId);
        writer.Raise(Signal.Runs);
        return asked;
    });

    /// <summary>A moment by which the process of an interrupted run was dead, from its last sign of life; null when none is known.</summary>
    public DateTime? DeadBy(Run run, TimeSpan heartbeat) => leases.LastBeatOf(run.LeagueId, run.Id) + (heartbeat * 2);

    /// <summary>Takes the league's lease without a run.</summary>
    /// <exception cref="RefusedException">A run holds it.</exception>
    /// <exception cref="HeldForAMomentException">It is held without a run, or its holder seems to be dead.</exception>
    public Task<HeldLease> HoldAsync(LeagueId league) => commits.WriteAsync(writer => leases.Take(writer, league));

    /// <summary>Gives a lease back, if it is still there.</summary>
    public Task GiveAsync(HeldLease lease) => commits.WriteAsync(writer =>
    {
        leases.Give(writer, lease.League, lease.RunId);
        return true;
    });

    /// <summary>Looks whether this flow still has its lease, before it touches the game folder.</summary>
    /// <exception cref="LeaseLostException">It is in other hands.</exception>
    public Task RequireAsync() => FencedAsync(HeldLease.Current.League, _ => true);

    /// <summary>Keeps a file's bytes and its name under the run.</summary>
    public static void KeepFile(LedgerWriter writer, long runId, string name, byte[] bytes)
    {
        var sha = SHA256.HashData(bytes);
        writer.Execute("""INSERT INTO "Contents" ("Sha256", "Bytes") VALUES (@p0, @p1) ON CONFLICT ("Sha256") DO NOTHING""", sha, bytes);
        writer.Execute(
            """INSERT INTO "RunFiles" ("RunId", "Name", "Sha256", "Size") VALUES (@p0, @p1, @p2, @p3) ON CONFLICT ("RunId", "Name") DO UPDATE SET "Sha256" = @p2, "Size" = @p3""",
            runId, name, sha, bytes.Length);
    }

    /// <summary>Closes the run and gives the lease back, in one commit.</summary>
    /// <param name="run">The run.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="summary">What came of it, in one sentence.</param>
    /// <param name="more">What else belongs into this commit.</param>
    public async Task EndAsync(Run run, RunOutcome outcome, string summary, Action<LedgerWriter> more)
    {
        var now = Now;
        await FencedAsync(run.LeagueId, writer =>
        {
            // A run has one verdict, whoever gives it
            if (writer.Execute(
                """UPDATE "Runs" SET "EndedAt" = @p0, "Outcome" = @p1, "Summary" = @p2 WHERE "Id" = @p3 AND "EndedAt" IS NULL""",
                now, outcome.ToString(), summary, run.Id) == 0)
            {
                throw new InvalidOperationException($"Run {run.Id} was ended twice.");
            }

            more(writer);
            leases.Give(writer, run.LeagueId, run.Id);
            writer.Raise(Signal.Runs);
            return true;
        });
        run.EndedAt = now;
        run.Outcome = outcome;
        run.Summary = summary;
    }

    /// <summary>Writes a verdict.</summary>
    public static void AddVerdict(LedgerWriter writer, RunVerdict verdict) => writer.Execute(
        """INSERT INTO "RunVerdicts" ("RunId", "Order", "Kind", "Weight", "Sentence") VALUES (@p0, @p1, @p2, @p3, @p4) ON CONFLICT ("RunId", "Order") DO NOTHING""",
        verdict.RunId, verdict.Order, verdict.Kind.ToString(), verdict.Weight.ToString(), verdict.Sentence);

    /// <summary>The time now, UTC.</summary>
    public DateTime Now => clock.GetUtcNow().UtcDateTime;

    private Task<T> FencedAsync<T>(LeagueId league, Func<LedgerWriter, T> work)
    {
        // Of the caller's flow: the work itself runs on the writer's own thread
        var lease = HeldLease.Current;
        if (lease.League != league)
        {
            throw new InvalidOperationException($"League {league} is written under the lease of {lease.League}.");
        }

        return commits.WriteAsync(writer =>
        {
            leases.Require(writer, lease);
            return work(writer);
        });
    }

    private void Tell(LedgerWriter writer, LeagueId league, string sentence) => ActivityLog.Add(
        writer, new Activity { At = Now, Kind = ActivityKind.OutboundOdd, Sentence = sentence, LeagueId = league, Notable = true });

    private static void Requeue(LedgerWriter writer, long runId) => writer.Execute(
        """
        UPDATE "Packets" SET "ConsumedAt" = NULL WHERE "StagedInRunId" IS NULL
          AND "Id" IN (SELECT "PacketId" FROM "RunPackets" WHERE "RunId" = @p0 AND "Consumed" = 1)
        """,
        runId);
}
