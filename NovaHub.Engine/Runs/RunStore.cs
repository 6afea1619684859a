using System.Security.Cryptography;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>A packet on its way into INBOUND.</summary>
internal sealed record StagedPacket(long Id, PacketName Name, byte[] Sha256);

/// <summary>A file found in OUTBOUND.</summary>
internal sealed record FoundPacket(string Path, PacketName Name, byte[] Bytes);

/// <summary>What runs write into the database. Each method is one commit, and each can be done twice without harm.</summary>
internal sealed class RunStore(GroupCommit commits, RunLeases leases, LedgerEvents events, TimeProvider clock)
{
    /// <summary>Takes the lease and makes the run's row, or refuses.</summary>
    public Task<Run> BeginAsync(LeagueId league, RunTrigger trigger, string? requestedBy, long? reprocessOf, CancellationToken cancellationToken) =>
        commits.WriteAsync(
            writer =>
            {
                var now = Now;
                var id = (long)writer.Scalar(
                    """
                    INSERT INTO "Runs" ("LeagueId", "Trigger", "RequestedBy", "ReprocessOf", "StartedAt", "EmulatorMs", "Staged", "Consumed", "Unconsumed", "Written")
                    VALUES (@p0, @p1, @p2, @p3, @p4, 0, 0, 0, 0, 0) RETURNING "Id"
                    """,
                    league.ToString(), trigger.ToString(), requestedBy, reprocessOf, now)!;
                leases.Take(writer, league, id);
                if (reprocessOf is { } earlier)
                {
                    Requeue(writer, earlier);
                }

                writer.Raise(Signal.Runs);
                return new Run { Id = id, LeagueId = league, Trigger = trigger, RequestedBy = requestedBy, ReprocessOf = reprocessOf, StartedAt = now };
            },
            cancellationToken);

    /// <summary>Chooses what waits for the game and marks it as being staged: of two packets with one name only the older.</summary>
    public Task<List<StagedPacket>> ChooseAsync(Run run, int hubIndex, int most) => commits.WriteAsync(writer =>
    {
        var waiting = writer.Query(
            """
            SELECT "Id", "Source", "Sequence", "Sha256" FROM "Packets" WHERE "LeagueId" = @p0 AND "Dest" = @p1
              AND "ConsumedAt" IS NULL AND "DeliveredAt" IS NULL AND "StagedInRunId" IS NULL ORDER BY "Id" LIMIT @p2
            """,
            r => new StagedPacket(r.GetInt64(0), new PacketName(run.LeagueId, r.GetInt32(1), hubIndex, r.GetInt32(2)), (byte[])r[3]),
            run.LeagueId.ToString(), hubIndex, most).DistinctBy(p => p.Name).ToList();
        foreach (var packet in waiting)
        {
            writer.Execute("""UPDATE "Packets" SET "StagedInRunId" = @p0 WHERE "Id" = @p1""", run.Id, packet.Id);
            writer.Execute("""INSERT INTO "RunPackets" ("RunId", "PacketId") VALUES (@p0, @p1)""", run.Id, packet.Id);
        }

        return waiting;
    });

    /// <summary>The packets that a run marked as staged and is not done with.</summary>
    public Task<List<StagedPacket>> StagedAsync(Run run) => commits.WriteAsync(writer => writer.Query(
        """SELECT "Id", "Source", "Dest", "Sequence", "Sha256" FROM "Packets" WHERE "StagedInRunId" = @p0 ORDER BY "Id" """,
        r => new StagedPacket(r.GetInt64(0), new PacketName(run.LeagueId, r.GetInt32(1), r.GetInt32(2), r.GetInt32(3)), (byte[])r[4]), run.Id));

    /// <summary>A packet's bytes.</summary>
    public Task<List<byte[]>> BytesAsync(IReadOnlyList<StagedPacket> packets) => commits.WriteAsync(writer => packets
        .Select(p => (byte[])(writer.Scalar("""SELECT "Bytes" FROM "Contents" WHERE "Sha256" = @p0""", p.Sha256)
            ?? throw new InvalidOperationException($"The bytes of packet {p.Id} are gone: the database file is damaged. Restore a backup."))).ToList());

    /// <summary>Puts packets that never met the game back into the queue, as if the run had not chosen them.</summary>
    public Task<int> UnstageAsync(Run run, IEnumerable<long> packets) => commits.WriteAsync(writer =>
    {
        var count = 0;
        foreach (var id in packets)
        {
            writer.Execute("""DELETE FROM "RunPackets" WHERE "RunId" = @p0 AND "PacketId" = @p1 AND "Consumed" IS NULL""", run.Id, id);
            count += writer.Execute("""UPDATE "Packets" SET "StagedInRunId" = NULL WHERE "Id" = @p0 AND "StagedInRunId" = @p1""", id, run.Id);
        }

        return count;
    });

    /// <summary>Records what the game read and what it left, and that this was judged.</summary>
    public async Task JudgedAsync(Run run, IReadOnlyList<StagedPacket> consumed, IReadOnlyList<StagedPacket> left, Func<StagedPacket, int> size)
    {
        var now = Now;
        var done = await commits.WriteAsync(writer =>
        {
            var counted = consumed.Where(p => Mark(writer, run, p, now)).ToList();
            foreach (var packet in left)
            {
                writer.Execute("""UPDATE "Packets" SET "StagedInRunId" = NULL WHERE "Id" = @p0 AND "StagedInRunId" = @p1""", packet.Id, run.Id);
                writer.Execute("""UPDATE "RunPackets" SET "Consumed" = 0 WHERE "RunId" = @p0 AND "PacketId" = @p1""", run.Id, packet.Id);
            }

            if (counted.Count > 0)
            {
                LedgerSql.Count(writer, run.LeagueId, now, consumed: counted.Count);
            }

            writer.Execute(
                """UPDATE "Runs" SET "Consumed" = "Consumed" + @p0, "Unconsumed" = @p1, "VerifiedAt" = @p2 WHERE "Id" = @p3""",
                counted.Count, left.Count, now, run.Id);
            writer.Raise(Signal.Packets);
            return counted;
        });
        run.Consumed += done.Count;
        run.Unconsumed = left.Count;
        run.VerifiedAt = now;
        foreach (var packet in done)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Consumed, packet.Id, packet.Name, size(packet), now, true));
        }
    }

    /// <summary>Enters packets that the game wrote. When this returns they are on disk to stay, and their files may go.</summary>
    /// <returns>How many were new.</returns>
    public async Task<int> EnterAsync(LeagueId league, long? runId, IReadOnlyList<FoundPacket> found)
    {
        var now = Now;
        var entered = await commits.WriteAsync(writer =>
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

            if (runId is { } run)
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

    /// <summary>Remembers a file in OUTBOUND that is no packet of its league.</summary>
    /// <returns>True the first time.</returns>
    public Task<bool> ReportOnceAsync(LeagueId league, string name) => commits.WriteAsync(writer => writer.Execute(
        """INSERT INTO "ForeignFiles" ("LeagueId", "Name", "ReportedAt") VALUES (@p0, @p1, @p2) ON CONFLICT ("LeagueId", "Name") DO NOTHING""",
        league.ToString(), name.ToUpperInvariant(), Now) == 1);

    /// <summary>Sets one of a run's dates or counts. The column is one of this program's own constants.</summary>
    public Task SetAsync(Run run, string column, object? value) => commits.WriteAsync(writer =>
    {
        writer.Execute($"""UPDATE "Runs" SET "{column}" = @p0 WHERE "Id" = @p1""", value, run.Id);
        writer.Raise(Signal.Runs);
        return true;
    });

    /// <summary>Does several writes of a run in one commit.</summary>
    public Task WriteAsync(Action<LedgerWriter> write) => commits.WriteAsync(writer =>
    {
        write(writer);
        writer.Raise(Signal.Runs);
        return true;
    });

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
    public async Task EndAsync(Run run, RunOutcome outcome, string summary)
    {
        var now = Now;
        await commits.WriteAsync(writer =>
        {
            writer.Execute(
                """UPDATE "Runs" SET "EndedAt" = @p0, "Outcome" = @p1, "Summary" = @p2 WHERE "Id" = @p3 AND "EndedAt" IS NULL""",
                now, outcome.ToString(), summary, run.Id);
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

    private static bool Mark(LedgerWriter writer, Run run, StagedPacket packet, DateTime now)
    {
        writer.Execute("""UPDATE "RunPackets" SET "Consumed" = 1 WHERE "RunId" = @p0 AND "PacketId" = @p1""", run.Id, packet.Id);
        return writer.Execute(
            """UPDATE "Packets" SET "ConsumedAt" = @p0, "StagedInRunId" = NULL WHERE "Id" = @p1 AND "ConsumedAt" IS NULL""", now, packet.Id) == 1;
    }

    private static void Requeue(LedgerWriter writer, long runId) => writer.Execute(
        """
        UPDATE "Packets" SET "ConsumedAt" = NULL WHERE "StagedInRunId" IS NULL
          AND "Id" IN (SELECT "PacketId" FROM "RunPackets" WHERE "RunId" = @p0 AND "Consumed" = 1)
        """,
        runId);
}
