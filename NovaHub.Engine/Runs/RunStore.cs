using System.Security.Cryptography;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>A packet on its way into INBOUND.</summary>
internal sealed record StagedPacket(long Id, PacketName Name, byte[] Sha256, int Size);

/// <summary>A file found in OUTBOUND.</summary>
internal sealed record FoundPacket(string Path, PacketName Name, byte[] Bytes);

/// <summary>
/// What runs write into the database. Each method is one commit, and each can be done twice without harm. Whatever rests on
/// what was seen in a game folder is refused when the league's lease went to another process meanwhile.
/// </summary>
internal sealed class RunStore(GroupCommit commits, LedgerReads reads, RunLeases leases, LedgerEvents events, TimeProvider clock)
{
    /// <summary>The oldest packet of every sender, then the next of every sender, and so on.</summary>
    // What waits is gathered first, by its own index: for the turns alone the planner would walk whole routes
    internal const string WaitingInTurn = $"""
        WITH "Queue" AS MATERIALIZED (
          SELECT "Id", "Source", "Sequence", "Sha256", "Size" FROM "Packets"
          WHERE "LeagueId" = @p0 AND "Dest" = @p1 AND {LedgerSql.Waits} AND "StagedInRunId" IS NULL ORDER BY "Id")
        SELECT "Id", "Source", "Sequence", "Sha256", "Size" FROM (
          SELECT "Id", "Source", "Sequence", "Sha256", "Size", ROW_NUMBER() OVER (PARTITION BY "Source" ORDER BY "Id") AS "Turn" FROM "Queue")
        ORDER BY "Turn", "Id" LIMIT @p2
        """;

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

    /// <summary>What waits for a game, the oldest of each sender first, every sender in turn: none keeps another from its turn.</summary>
    /// <param name="league">The league.</param>
    /// <param name="hubIndex">The hub's BBS index.</param>
    /// <param name="most">At most so many packets.</param>
    public List<StagedPacket> Waiting(LeagueId league, int hubIndex, int most) => reads.Read(sight =>
    {
        var waiting = new List<StagedPacket>();
        using var rows = sight.Query(WaitingInTurn, league.ToString(), hubIndex, most);
        while (rows.Read())
        {
            waiting.Add(new StagedPacket(rows.GetInt64(0), new PacketName(league, rows.GetInt32(1), hubIndex, rows.GetInt32(2)), (byte[])rows[3], rows.GetInt32(4)));
        }

        return waiting;
    });

    /// <summary>Marks packets as being staged in a pass of the run. From here on nothing of them is evidence until they all lie in INBOUND.</summary>
    /// <returns>Those that still waited.</returns>
    public Task<List<StagedPacket>> BeginPassAsync(Run run, int pass, IReadOnlyList<StagedPacket> packets) => FencedAsync(run.LeagueId, writer =>
    {
        var staged = packets.Where(packet => writer.Execute(
            $"""UPDATE "Packets" SET "StagedInRunId" = @p0 WHERE "Id" = @p1 AND {LedgerSql.Waits} AND "StagedInRunId" IS NULL""", run.Id, packet.Id) == 1).ToList();
        foreach (var packet in staged)
        {
            writer.Execute("""INSERT INTO "RunPackets" ("RunId", "PacketId") VALUES (@p0, @p1) ON CONFLICT DO NOTHING""", run.Id, packet.Id);
        }

        writer.Execute("""UPDATE "Runs" SET "Passes" = @p0, "StagedAt" = NULL, "VerifiedAt" = NULL WHERE "Id" = @p1""", pass, run.Id);
        return staged;
    });

    /// <summary>The packets that a run marked as staged and is not done with.</summary>
    public Task<List<StagedPacket>> StagedAsync(Run run) => commits.WriteAsync(writer => writer.Query(
        """SELECT "Id", "Source", "Dest", "Sequence", "Sha256", "Size" FROM "Packets" WHERE "StagedInRunId" = @p0 ORDER BY "Id" """,
        r => ReadPacket(r, run), run.Id));

    /// <summary>The packets of a run of which it is recorded that the game left them, as long as they still wait.</summary>
    public Task<List<StagedPacket>> LeftAsync(Run run) => commits.WriteAsync(writer => writer.Query(
        """
        SELECT p."Id", p."Source", p."Dest", p."Sequence", p."Sha256", p."Size" FROM "RunPackets" r JOIN "Packets" p ON p."Id" = r."PacketId"
        WHERE r."RunId" = @p0 AND (r."Consumed" = 0 OR r."Doubt" = 'ShownButLeft') AND p."ConsumedAt" IS NULL AND p."StagedInRunId" IS NULL ORDER BY p."Id"
        """,
        r => ReadPacket(r, run), run.Id));

    /// <summary>A packet's bytes.</summary>
    public Task<List<byte[]>> BytesAsync(IReadOnlyList<StagedPacket> packets) => commits.WriteAsync(writer => packets
        .Select(p => (byte[])(writer.Scalar("""SELECT "Bytes" FROM "Contents" WHERE "Sha256" = @p0""", p.Sha256)
            ?? throw new InvalidOperationException($"The bytes of packet {p.Id} are gone: the database file is damaged. Restore a backup."))).ToList());

    /// <summary>Puts packets that never met the game back into the queue, as if the run had not chosen them.</summary>
    public Task<int> UnstageAsync(Run run, IEnumerable<long> packets) => FencedAsync(run.LeagueId, writer =>
    {
        var count = 0;
        foreach (var id in packets)
        {
            writer.Execute("""DELETE FROM "RunPackets" WHERE "RunId" = @p0 AND "PacketId" = @p1 AND "Consumed" IS NULL""", run.Id, id);
            count += writer.Execute("""UPDATE "Packets" SET "StagedInRunId" = NULL WHERE "Id" = @p0 AND "StagedInRunId" = @p1""", id, run.Id);
        }

        return count;
    });

    /// <summary>Records what became of the packets of a pass, and that this was judged.</summary>
    /// <param name="run">The run.</param>
    /// <param name="found">What was found.</param>
    /// <param name="more">What else belongs into this commit.</param>
    public async Task JudgedAsync(Run run, InboundFindings found, Action<LedgerWriter> more)
    {
        var now = Now;
        var (done, held) = await FencedAsync(run.LeagueId, writer =>
        {
            var counted = found.Read.Where(p => Mark(writer, run, p, now)).ToList();
            foreach (var packet in found.Left)
            {
                writer.Execute("""UPDATE "Packets" SET "StagedInRunId" = NULL WHERE "Id" = @p0 AND "StagedInRunId" = @p1""", packet.Id, run.Id);
                writer.Execute("""UPDATE "RunPackets" SET "Consumed" = 0 WHERE "RunId" = @p0 AND "PacketId" = @p1""", run.Id, packet.Id);
            }

            var kept = found.Doubtful.Where(d => Hold(writer, run, d, now)).ToList();
            if (counted.Count > 0)
            {
                LedgerSql.Count(writer, run.LeagueId, now, consumed: counted.Count);
            }

            TellHeld(writer, run, kept, now);
            writer.Execute(
                """
                UPDATE "Runs" SET "Consumed" = "Consumed" + @p0, "Unconsumed" = "Unconsumed" + @p1, "Doubtful" = "Doubtful" + @p2, "VerifiedAt" = @p3 WHERE "Id" = @p4
                """,
                counted.Count, found.Left.Count, kept.Count, now, run.Id);
            more(writer);
            writer.Raise(Signal.Packets);
            return (counted, kept);
        });
        run.Consumed += done.Count;
        run.Unconsumed += found.Left.Count;
        run.Doubtful += held.Count;
        run.VerifiedAt = now;
        foreach (var packet in done)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Consumed, packet.Id, packet.Name, packet.Size, now, true));
        }

        foreach (var (packet, _) in held)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Held, packet.Id, packet.Name, packet.Size, now, true));
        }
    }

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

    private static StagedPacket ReadPacket(System.Data.Common.DbDataReader row, Run run) => new(
        row.GetInt64(0), new PacketName(run.LeagueId, row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)), (byte[])row[4], row.GetInt32(5));

    private static bool Hold(LedgerWriter writer, Run run, DoubtfulPacket doubtful, DateTime now)
    {
        if (!LedgerSql.Hold(writer, doubtful.Packet.Id, run.Id, doubtful.Reason, now))
        {
            return false;
        }

        writer.Execute("""UPDATE "RunPackets" SET "Doubt" = @p0 WHERE "RunId" = @p1 AND "PacketId" = @p2""", doubtful.Reason.ToString(), run.Id, doubtful.Packet.Id);
        return true;
    }

    private static void TellHeld(LedgerWriter writer, Run run, IReadOnlyList<DoubtfulPacket> held, DateTime now)
    {
        foreach (var group in held.GroupBy(d => d.Reason))
        {
            var names = group.Select(d => d.Packet.Name.ToString()).ToList();
            ActivityLog.Add(writer, new Activity
            {
                At = now,
                Kind = ActivityKind.PacketHeld,
                Sentence = $"Run {run.Id} left {Words.Packets(names.Count)} in doubt, held for your decision: {Words.Some(names)}. {group.Key.Short()}.",
                LeagueId = run.LeagueId,
                PacketId = names.Count == 1 ? group.First().Packet.Id : null,
                Notable = true,
            });
        }
    }

    private static bool Mark(LedgerWriter writer, Run run, StagedPacket packet, DateTime now)
    {
        if (writer.Execute(
            """UPDATE "Packets" SET "ConsumedAt" = @p0, "StagedInRunId" = NULL WHERE "Id" = @p1 AND "StagedInRunId" = @p2 AND "ConsumedAt" IS NULL""",
            now, packet.Id, run.Id) == 0)
        {
            return false;
        }

        writer.Execute("""UPDATE "RunPackets" SET "Consumed" = 1 WHERE "RunId" = @p0 AND "PacketId" = @p1""", run.Id, packet.Id);
        return true;
    }

    private static void Requeue(LedgerWriter writer, long runId) => writer.Execute(
        """
        UPDATE "Packets" SET "ConsumedAt" = NULL WHERE "StagedInRunId" IS NULL
          AND "Id" IN (SELECT "PacketId" FROM "RunPackets" WHERE "RunId" = @p0 AND "Consumed" = 1)
        """,
        runId);
}
