using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>
/// Puts packets back into the queue: to the hub's game to be read again, to their board to be fetched again, and those that
/// were given up to whoever they waited for.
/// </summary>
public sealed class PacketRequeue
{
    private readonly PacketQueue _queue;

    internal PacketRequeue(PacketQueue queue) => _queue = queue;

    /// <summary>Says what would happen to one packet.</summary>
    public async Task<QueuePlan> PlanAsync(long packetId, CancellationToken cancellationToken) =>
        await _queue.FindAsync([packetId], cancellationToken) is [var packet] ? Plan(packet) : new QueuePlan(false, [], $"There is no packet {packetId}.");

    /// <summary>Says what would happen to several packets.</summary>
    /// <exception cref="RefusedException">They are too many.</exception>
    public async Task<QueuePlan> PlanAsync(IReadOnlyCollection<long> packetIds, CancellationToken cancellationToken)
    {
        var plans = (await _queue.FindAsync(packetIds, cancellationToken)).Select(p => (Packet: p, Plan: Plan(p))).ToList();
        var good = plans.Where(p => p.Plan.Refusal is null).ToList();
        if (plans.Count < 2 || good.Count == 0)
        {
            return plans.Count == 0 ? new QueuePlan(false, [], "These packets are not there.") : plans[0].Plan;
        }

        List<string> sentences = [$"{Packets(good.Count, "waits", "wait")} for {_queue.Receivers(good.Select(p => p.Packet))} again."];
        if (good.Exists(p => p.Packet.ExpiredAt is null))
        {
            sentences.Add("What was read or fetched once is read or fetched a second time, and what is in it happens twice where a game has taken it in: attacks, messages and trades too. Do this only when it was lost.");
        }

        if (good.Count < plans.Count)
        {
            sentences.Add($"{Packets(plans.Count - good.Count, "stays as it is", "stay as they are")}: {plans.First(p => p.Plan.Refusal is not null).Plan.Refusal}");
        }

        return new QueuePlan(good.TrueForAll(p => p.Plan.ToGame), sentences, null);
    }

    /// <summary>Does it with one packet. Two who press at once put it back once.</summary>
    /// <param name="packetId">The packet.</param>
    /// <param name="who">Who asked for it, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RefusedException">It is no longer so that it can be put back.</exception>
    public async Task RequeueAsync(long packetId, string? who, CancellationToken cancellationToken)
    {
        if (await RequeueAsync([packetId], who, cancellationToken) is { Done: 0 } answer)
        {
            throw new RefusedException(answer.Refusals.FirstOrDefault($"There is no packet {packetId}."));
        }
    }

    /// <summary>Does it with several packets in one transaction.</summary>
    /// <param name="packetIds">The packets.</param>
    /// <param name="who">Who asked for it, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RefusedException">They are too many.</exception>
    public async Task<QueueAnswer> RequeueAsync(IReadOnlyCollection<long> packetIds, string? who, CancellationToken cancellationToken)
    {
        var plans = (await _queue.FindAsync(packetIds, cancellationToken)).Select(p => (Packet: p, Plan: Plan(p))).ToList();
        List<Packet> tried = [.. plans.Where(p => p.Plan.Refusal is null).Select(p => p.Packet)];
        var done = await _queue.WriteAsync(tried, (LedgerEventKind.Requeued, ActivityKind.Requeued), (writer, packet, _) => writer.Execute(Statement(packet), packet.Id), Tell, who);
        return PacketQueue.Answer(done, tried, plans.Select(p => p.Plan.Refusal).OfType<string>());
    }

    // Each takes back what was seen, and only if it is still so. A new delivery number tells a board's program that it is
    // to fetch a packet again that it had
    private static string Statement(Packet packet) => packet switch
    {
        { DeliveredAt: not null } => """UPDATE "Packets" SET "DeliveredAt" = NULL, "DeliveryProof" = NULL, "Delivery" = "Delivery" + 1, "ExpiredAt" = NULL WHERE "Id" = @p0 AND "DeliveredAt" IS NOT NULL""",
        { ConsumedAt: not null } => """UPDATE "Packets" SET "ConsumedAt" = NULL, "ExpiredAt" = NULL WHERE "Id" = @p0 AND "ConsumedAt" IS NOT NULL AND "StagedInRunId" IS NULL""",
        _ => """UPDATE "Packets" SET "ExpiredAt" = NULL WHERE "Id" = @p0 AND "ExpiredAt" IS NOT NULL AND "ConsumedAt" IS NULL AND "DeliveredAt" IS NULL""",
    };

    private static string Tell(IReadOnlyList<Packet> packets, string receiver) =>
        packets.Count == 1 ? $"{packets[0].Name} waits for {receiver} again." : $"{packets.Count} packets wait for {receiver} again: {PacketQueue.Names(packets)}.";

    private static string Packets(int count, string one, string many) => count == 1 ? $"1 packet {one}" : $"{count} packets {many}";

    private QueuePlan Plan(Packet packet)
    {
        var receiver = _queue.ReceiverOf(packet);
        if (receiver.League is not { } league)
        {
            return new QueuePlan(false, [], $"League {packet.LeagueId} is gone; nobody would read it.");
        }

        var toGame = receiver.IsGame;
        return packet.StateAt(league.HubIndex) switch
        {
            PacketState.Consumed => new QueuePlan(
                true,
                [
                    $"{packet.Name} waits for the hub's game again. The next run of league {packet.LeagueId} reads it a second time.",
                    "What the first reading worked in happens twice then: attacks, messages and trades too. Do this only when the game did not take it in.",
                ],
                null),
            PacketState.Delivered when receiver.Board is { } board => new QueuePlan(
                false,
                [
                    $"{packet.Name} waits for {board.Name} again, which fetches it a second time with its next poll.",
                    "If that board's game has read it already, what is in it happens twice there: attacks, messages and trades too. Do this only when the board lost it.",
                ],
                null),
            PacketState.Expired when packet is { HeldAt: not null, HeldReason: HeldReason.OtherBytes } =>
                new QueuePlan(toGame, [$"{packet.Name} is held again, until its bytes in the ledger are those that came in and somebody decides that it waits again."], null),
            PacketState.Held when packet.HeldReason == HeldReason.OtherBytes => new QueuePlan(toGame, [], $"{packet.Name} is held. {HeldReason.OtherBytes.Sentence()}"),
            PacketState.Expired when packet.HeldAt is not null => new QueuePlan(toGame, [$"{packet.Name} is held again, until somebody decides whether it was read."], null),
            PacketState.Held => new QueuePlan(toGame, [], $"{packet.Name} is held: decide first whether it was read."),
            PacketState.Expired when toGame => new QueuePlan(true, [$"{packet.Name} waits for the hub's game again, and the next run of league {packet.LeagueId} gives it to the game."], null),
            PacketState.Expired when receiver.Board is { } board => new QueuePlan(false, [$"{packet.Name} waits for {board.Name} again, which fetches it with its next poll."], null),
            PacketState.Delivered or PacketState.Expired => new QueuePlan(false, [], $"Nobody is node {packet.Dest} of {packet.LeagueId} now; nobody would fetch {packet.Name}."),
            PacketState.Staged => new QueuePlan(toGame, [], $"{packet.Name} is in the game right now. Wait for the end of the run."),
            _ => new QueuePlan(toGame, [], $"{packet.Name} waits already."),
        };
    }
}
