using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>A packet on its way into INBOUND.</summary>
internal sealed record StagedPacket(long Id, PacketName Name, byte[] Sha256, int Size);

// What becomes of the packets that are put before a game
internal sealed partial class RunStore
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

    /// <summary>
    /// Packets with their bytes, on their way into INBOUND. One whose bytes are not those that came in is held and not among
    /// them.
    /// </summary>
    public async Task<List<(StagedPacket Packet, byte[] Bytes)>> SoundAsync(Run run, IReadOnlyList<StagedPacket> packets)
    {
        var sound = new List<(StagedPacket, byte[])>(packets.Count);
        var changed = new List<StagedPacket>();
        foreach (var (packet, bytes) in packets.Zip(await BytesAsync(packets)))
        {
            if (ChangedPackets.AreThose(bytes, packet.Sha256))
            {
                sound.Add((packet, bytes!));
            }
            else
            {
                changed.Add(packet);
            }
        }

        if (changed.Count > 0)
        {
            await HoldChangedAsync(run, changed);
        }

        return sound;
    }

    private async Task HoldChangedAsync(Run run, IReadOnlyList<StagedPacket> packets)
    {
        foreach (var packet in packets)
        {
            changes.Report(new ChangedBytesException(packet.Name, packet.Id));
        }

        var now = Now;
        var held = await FencedAsync(run.LeagueId, writer =>
        {
            var done = packets.Where(p => ChangedPackets.Hold(writer, p.Name, p.Id, run.Id, now)).ToList();
            foreach (var packet in done)
            {
                writer.Execute(
                    """UPDATE "RunPackets" SET "Doubt" = @p0 WHERE "RunId" = @p1 AND "PacketId" = @p2""", nameof(HeldReason.OtherBytes), run.Id, packet.Id);
            }

            writer.Execute("""UPDATE "Runs" SET "Doubtful" = "Doubtful" + @p0 WHERE "Id" = @p1""", done.Count, run.Id);
            return done;
        });
        run.Doubtful += held.Count;
        foreach (var packet in held)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Held, packet.Id, packet.Name, packet.Size, now, true));
        }
    }

    /// <summary>The bytes that the ledger has of packets; null where it has none any more.</summary>
    public Task<List<byte[]?>> BytesAsync(IReadOnlyList<StagedPacket> packets) => commits.WriteAsync(writer => packets
        .Select(p => writer.Scalar("""SELECT "Bytes" FROM "Contents" WHERE "Sha256" = @p0""", p.Sha256) as byte[]).ToList());

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
}
