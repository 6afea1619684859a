using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>A packet to be entered into the ledger.</summary>
internal sealed record NewPacket(PacketName Name, byte[] Sha256, byte[] Bytes, DateTime Now, int? UploadedByBbsId, long? WrittenInRunId);

/// <summary>The ledger's small writes, in standard SQL on the shared writer. Everything here is one index seek or one row.</summary>
internal static class LedgerSql
{
    /// <summary>So many other packets of a route must come in between before the same bytes under the same name are a new packet.</summary>
    public const int RoundOfNumbers = 500;

    private static readonly TimeSpan s_leastStep = TimeSpan.FromSeconds(1);

    /// <summary>What waits, for a game or a board: the words of the waiting index's own filter, or it is not used.</summary>
    public const string Waits = "\"ConsumedAt\" IS NULL AND \"DeliveredAt\" IS NULL AND \"ExpiredAt\" IS NULL AND \"HeldAt\" IS NULL";

    /// <summary>What is held for a person's decision: the words of its index's own filter.</summary>
    public const string IsHeld = "\"HeldAt\" IS NOT NULL";

    /// <summary>The same for a query in code.</summary>
    public static IQueryable<Packet> Waiting(this IQueryable<Packet> packets) =>
        packets.Where(p => p.ConsumedAt == null && p.DeliveredAt == null && p.ExpiredAt == null && p.HeldAt == null);

    /// <summary>What is held for a person's decision, for a query in code. One that was given up meanwhile is not.</summary>
    public static IQueryable<Packet> Held(this IQueryable<Packet> packets) =>
        packets.Where(p => p.HeldAt != null && p.ExpiredAt == null);

    /// <summary>Holds a packet for a person's decision, if it is still where it was.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="packetId">The packet.</param>
    /// <param name="stagedIn">The run that has it before the game, or null when it waits.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">The time, UTC.</param>
    public static bool Hold(LedgerWriter writer, long packetId, long? stagedIn, HeldReason reason, DateTime now) => writer.Execute(
        $"""UPDATE "Packets" SET "HeldAt" = @p0, "HeldReason" = @p1, "StagedInRunId" = NULL WHERE "Id" = @p2 AND {Waits} AND "StagedInRunId" IS @p3""",
        now, reason.ToString(), packetId, stagedIn) == 1;

    /// <summary>Enters a packet, unless it is a retry of one that is there.</summary>
    /// <param name="writer">The commit.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="isNew">Whether it is known to be none.</param>
    public static (long Id, bool Known) Enter(LedgerWriter writer, NewPacket packet, bool isNew = false)
    {
        var name = packet.Name;
        var league = name.League.ToString();
        var last = (long)(writer.Scalar(
            """SELECT "RouteOrdinal" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 ORDER BY "RouteOrdinal" DESC LIMIT 1""",
            league, name.Source, name.Dest) ?? 0L);
        var known = writer.Execute("""INSERT INTO "Contents" ("Sha256", "Bytes") VALUES (@p0, @p1) ON CONFLICT ("Sha256") DO NOTHING""", packet.Sha256, packet.Bytes) == 0;
        if (known)
        {
            // A disk may have changed what was kept; these are right
            writer.Execute("""UPDATE "Contents" SET "Bytes" = @p1 WHERE "Sha256" = @p0 AND "Bytes" <> @p1""", packet.Sha256, packet.Bytes);
        }

        // Only bytes that were there before can be a retry
        if (known && !isNew && Find(writer, packet, last) is { } earlier)
        {
            return (earlier, true);
        }

        var before = writer.Query("""SELECT "ReceivedAt" FROM "Packets" ORDER BY "Id" DESC LIMIT 1""", r => r.GetUtc(0));
        // A clock is corrected by parts of a second all the time; that is no step
        var at = before is [var latest] && latest > packet.Now && latest - packet.Now < s_leastStep ? latest : packet.Now;
        var id = (long)writer.Scalar(
            """
            INSERT INTO "Packets" ("LeagueId", "Source", "Dest", "Sequence", "RouteOrdinal", "Sha256", "Size", "ReceivedAt", "UploadedByBbsId", "WrittenInRunId")
            VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9) RETURNING "Id"
            """,
            league, name.Source, name.Dest, name.Sequence, last + 1, packet.Sha256, packet.Bytes.Length, at, packet.UploadedByBbsId, packet.WrittenInRunId)!;
        if (before is [var ahead] && ahead > at)
        {
            writer.Execute("""INSERT INTO "ClockSteps" ("PacketId", "Before", "After") VALUES (@p0, @p1, @p2)""", id, ahead, at);
        }

        return (id, false);
    }

    /// <summary>
    /// Marks a packet delivered, if it still waits under this delivery number. One that was given up while its bytes were on
    /// their way is delivered all the same: the board has it, and that is what counts.
    /// </summary>
    /// <returns>Whether it is delivered by this.</returns>
    public static bool Deliver(LedgerWriter writer, LeagueId league, long id, int delivery, DeliveryProof proof, DateTime now)
    {
        var marked = writer.Execute(
            """UPDATE "Packets" SET "DeliveredAt" = @p0, "DeliveryProof" = @p1, "ExpiredAt" = NULL, "HeldAt" = NULL, "HeldReason" = NULL WHERE "Id" = @p2 AND "Delivery" = @p3 AND "DeliveredAt" IS NULL""",
            now, proof.ToString(), id, delivery) > 0;
        if (marked)
        {
            Count(writer, league, now, delivered: 1);
        }

        return marked;
    }

    /// <summary>Adds to the hour's counters, with this commit.</summary>
    public static void Count(LedgerWriter writer, LeagueId league, DateTime now, int received = 0, int relayed = 0, int consumed = 0, int written = 0, int delivered = 0) =>
        writer.Gathered<TrafficTally>().Add(league, now, [received, relayed, consumed, written, delivered]);

    private static long? Find(LedgerWriter writer, NewPacket packet, long last)
    {
        var name = packet.Name;
        // The newest with these bytes; fewer than a round of other packets since then means it is a retry. Ids rise with
        // ordinals, so the name's index is entered where that round began, however many cycles lie before
        return (long?)writer.Scalar(
            """
            SELECT "Id" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 AND "Sequence" = @p3
              AND "Sha256" = @p4 AND "Id" > COALESCE((SELECT "Id" FROM "Packets"
                WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" = @p2 AND "RouteOrdinal" <= @p5 ORDER BY "RouteOrdinal" DESC LIMIT 1), 0)
            ORDER BY "Id" DESC LIMIT 1
            """,
            name.League.ToString(), name.Source, name.Dest, name.Sequence, packet.Sha256, last - RoundOfNumbers);
    }
}
