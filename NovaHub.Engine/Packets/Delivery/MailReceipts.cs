using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets.Delivery;

/// <summary>What a board's receipt came to.</summary>
public enum ReceiptOutcome
{
    /// <summary>The packet is delivered, by this receipt or before.</summary>
    Received,

    /// <summary>The packet was put back since: it waits again under a greater delivery number. Nothing was changed.</summary>
    Superseded,

    /// <summary>There is no such packet of that name.</summary>
    NoSuchPacket,

    /// <summary>The board has other bytes than the hub.</summary>
    OtherBytes,

    /// <summary>The hub never gave out this delivery number.</summary>
    NoSuchDelivery,
}

/// <summary>What the sender of a receipt gets.</summary>
/// <param name="Outcome">What it came to.</param>
/// <param name="Delivery">The packet's delivery number as it is now; 0 when there is no such packet.</param>
public sealed record ReceiptResult(ReceiptOutcome Outcome, int Delivery);

/// <summary>Takes boards' receipts: the program that wrote the packet to its disk says so.</summary>
public sealed class MailReceipts(GroupCommit commits, LedgerEvents events, TimeProvider clock)
{
    private const string Find = """
        SELECT "Sha256", "Delivery", "DeliveredAt" IS NOT NULL, "Size" FROM "Packets"
        WHERE "Id" = @p0 AND "LeagueId" = @p1 AND "Source" = @p2 AND "Dest" = @p3 AND "Sequence" = @p4
        """;

    // An earlier, weaker proof keeps its time
    private const string Strengthen = """UPDATE "Packets" SET "DeliveryProof" = @p0 WHERE "Id" = @p1 AND ("DeliveryProof" IS NULL OR "DeliveryProof" <> @p0)""";

    /// <summary>Takes a receipt. The same one again changes nothing and has the same answer. On return it is on disk.</summary>
    /// <param name="name">The packet's name. That it is addressed to the board is the caller's business.</param>
    /// <param name="packetId">The packet.</param>
    /// <param name="delivery">The delivery number under which the board got it.</param>
    /// <param name="sha256">SHA-256 of the bytes that the board has.</param>
    /// <param name="cancellationToken">Ends the wait for a place in the queue.</param>
    public async Task<ReceiptResult> TakeAsync(PacketName name, long packetId, int delivery, byte[] sha256, CancellationToken cancellationToken)
    {
        var (result, size, at) = await commits.WriteAsync(
            writer =>
            {
                var now = clock.GetUtcNow().UtcDateTime;
                var rows = writer.Query(
                    Find,
                    r => new Row((byte[])r[0], r.GetInt32(1), r.GetBoolean(2), r.GetInt32(3)),
                    packetId, name.League.ToString(), name.Source, name.Dest, name.Sequence);
                if (rows is not [var packet])
                {
                    return (new ReceiptResult(ReceiptOutcome.NoSuchPacket, 0), (int?)null, now);
                }

                var outcome = Judge(packet, delivery, sha256);
                var marked = outcome == ReceiptOutcome.Received && Mark(writer, name, packetId, packet, now);
                return (new ReceiptResult(outcome, packet.Delivery), marked ? packet.Size : null, now);
            },
            cancellationToken);
        if (size is { } bytes)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Delivered, packetId, name, bytes, at, false));
        }

        return result;
    }

    private static ReceiptOutcome Judge(Row packet, int delivery, byte[] sha256) => delivery switch
    {
        _ when !sha256.AsSpan().SequenceEqual(packet.Sha256) => ReceiptOutcome.OtherBytes,
        _ when delivery > packet.Delivery => ReceiptOutcome.NoSuchDelivery,
        _ when delivery < packet.Delivery => ReceiptOutcome.Superseded,
        _ => ReceiptOutcome.Received,
    };

    private static bool Mark(LedgerWriter writer, PacketName name, long packetId, Row packet, DateTime now)
    {
        if (!packet.Delivered)
        {
            return LedgerSql.Deliver(writer, name.League, packetId, packet.Delivery, DeliveryProof.Confirmed, now);
        }

        writer.Execute(Strengthen, nameof(DeliveryProof.Confirmed), packetId);
        return false;
    }

    private sealed record Row(byte[] Sha256, int Delivery, bool Delivered, int Size);
}
