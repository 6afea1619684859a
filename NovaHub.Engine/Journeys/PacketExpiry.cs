using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>
/// Gives packets up that wait for nobody who will ever take them. They are kept and offered to nobody; <see cref="PacketRequeue"/>
/// puts them back. A board that was fetching one at that moment has it, and it counts as delivered.
/// </summary>
public sealed class PacketExpiry
{
    // One that is held stays so beside it: put back, it asks for the same decision again
    private const string Expire = """
        UPDATE "Packets" SET "ExpiredAt" = @p0 WHERE "Id" = @p1
          AND "ConsumedAt" IS NULL AND "DeliveredAt" IS NULL AND "ExpiredAt" IS NULL AND "StagedInRunId" IS NULL
        """;

    private readonly PacketQueue _queue;

    internal PacketExpiry(PacketQueue queue) => _queue = queue;

    /// <summary>Says what would happen.</summary>
    /// <exception cref="RefusedException">They are too many.</exception>
    public async Task<QueuePlan> PlanAsync(IReadOnlyCollection<long> packetIds, CancellationToken cancellationToken)
    {
        var packets = await _queue.FindAsync(packetIds, cancellationToken);
        var good = packets.Where(p => Refusal(p) is null).ToList();
        if (good.Count == 0)
        {
            return new QueuePlan(false, [], packets.Count == 0 ? "These packets are not there." : Refusal(packets[0]));
        }

        var toGame = good.TrueForAll(p => _queue.ReceiverOf(p).IsGame);
        List<string> sentences =
        [
            good.Count == 1
                ? $"{good[0].Name} waits no longer: {_queue.Receivers(good)} does not get it, and nobody tells its sender."
                : $"{good.Count} packets wait no longer: {_queue.Receivers(good)} {(toGame || good.Select(p => _queue.ReceiverOf(p).Board?.Id).Distinct().Count() == 1 ? "does" : "do")} not get them, and nobody tells their senders.",
            $"What is in {(good.Count == 1 ? "it" : "them")} never happens: attacks, messages and trades too. {(good.Count == 1 ? "It is" : "They are")} kept, and can be put back.",
        ];
        if (good.Count < packets.Count)
        {
            var left = packets.Count - good.Count;
            sentences.Add($"{(left == 1 ? "1 packet stays as it is" : $"{left} packets stay as they are")}: {packets.Select(Refusal).First(r => r is not null)}");
        }

        return new QueuePlan(toGame, sentences, null);
    }

    /// <summary>Does it, in one transaction. Two who press at once do it once.</summary>
    /// <param name="packetIds">The packets.</param>
    /// <param name="who">Who asked for it, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RefusedException">They are too many.</exception>
    public async Task<QueueAnswer> ExpireAsync(IReadOnlyCollection<long> packetIds, string? who, CancellationToken cancellationToken)
    {
        var packets = await _queue.FindAsync(packetIds, cancellationToken);
        var tried = packets.Where(p => Refusal(p) is null).ToList();
        var done = await _queue.WriteAsync(tried, (LedgerEventKind.Expired, ActivityKind.Expired), (writer, packet, now) => writer.Execute(Expire, now, packet.Id), Tell, who);
        return PacketQueue.Answer(done, tried, packets.Select(Refusal).OfType<string>());
    }

    private static string Tell(IReadOnlyList<Packet> packets, string receiver) => packets.Count == 1
        ? $"{packets[0].Name} was given up; it waited for {receiver}."
        : $"{packets.Count} packets for {receiver} were given up: {PacketQueue.Names(packets)}.";

    private string? Refusal(Packet packet) => _queue.StateOf(packet) switch
    {
        PacketState.WaitingForGame or PacketState.WaitingForBoard or PacketState.Held => null,
        PacketState.Staged => $"{packet.Name} is in the game right now. Wait for the end of the run.",
        PacketState.Expired => $"{packet.Name} was given up already.",
        PacketState.Consumed => $"The hub's game has read {packet.Name}.",
        _ => $"{packet.Name} was delivered.",
    };
}
