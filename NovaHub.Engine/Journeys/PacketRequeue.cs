using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>What having a packet read or fetched once more would do, before anybody confirms it.</summary>
/// <param name="ToGame">Whether it goes to the hub's game; otherwise to its board.</param>
/// <param name="Sentences">What will happen.</param>
/// <param name="Refusal">Why it can't be done, or null.</param>
public sealed record RequeuePlan(bool ToGame, IReadOnlyList<string> Sentences, string? Refusal);

/// <summary>Puts packets back into the queue: to the hub's game to be read again, or to their board to be fetched again.</summary>
public sealed class PacketRequeue(IDbContextFactory<HubDb> databases, HubDirectory directory, GroupCommit commits, LedgerEvents events, TimeProvider clock)
{
    /// <summary>Says what would happen.</summary>
    public async Task<RequeuePlan> PlanAsync(long packetId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return Plan(await db.Set<Packet>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == packetId, cancellationToken), packetId);
    }

    /// <summary>Does it. Two who press at once put it back once.</summary>
    /// <param name="packetId">The packet.</param>
    /// <param name="who">Who asked for it, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RefusedException">It is no longer so that it can be put back.</exception>
    public async Task RequeueAsync(long packetId, string? who, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var packet = await db.Set<Packet>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == packetId, cancellationToken);
        var plan = Plan(packet, packetId);
        if (plan.Refusal is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        var done = await commits.WriteAsync(
            writer =>
            {
                var rows = writer.Execute(
                    plan.ToGame
                        ? """UPDATE "Packets" SET "ConsumedAt" = NULL WHERE "Id" = @p0 AND "ConsumedAt" IS NOT NULL AND "StagedInRunId" IS NULL"""
                        : """UPDATE "Packets" SET "DeliveredAt" = NULL WHERE "Id" = @p0 AND "DeliveredAt" IS NOT NULL""",
                    packetId);
                if (rows == 1)
                {
                    ActivityLog.Add(writer, Told(packet!, plan.ToGame, who));
                    writer.Raise(Signal.Packets);
                }

                return rows == 1;
            },
            cancellationToken);
        if (!done)
        {
            throw new RefusedException($"{packet!.Name} was put back by somebody else a moment ago.");
        }

        events.Publish(new LedgerEvent(LedgerEventKind.Requeued, packetId, packet!.Name, packet.Size, clock.GetUtcNow().UtcDateTime, plan.ToGame));
    }

    private Activity Told(Packet packet, bool toGame, string? who) => new()
    {
        At = clock.GetUtcNow().UtcDateTime,
        Kind = ActivityKind.Requeued,
        Sentence = toGame ? $"{packet.Name} waits for the hub's game again." : $"{packet.Name} waits for its board again.",
        LeagueId = packet.LeagueId,
        BbsId = !toGame && directory.Current.Leagues.TryGetValue(packet.LeagueId, out var league) && league.Members.TryGetValue(packet.Dest, out var board) ? board.Id : null,
        PacketId = packet.Id,
        Who = who,
    };

    private RequeuePlan Plan(Packet? packet, long packetId)
    {
        if (packet is null)
        {
            return new RequeuePlan(false, [], $"There is no packet {packetId}.");
        }

        if (!directory.Current.Leagues.TryGetValue(packet.LeagueId, out var league))
        {
            return new RequeuePlan(false, [], $"League {packet.LeagueId} is gone; nobody would read it.");
        }

        var toGame = packet.Dest == league.HubIndex;
        return packet.StateAt(league.HubIndex) switch
        {
            PacketState.Consumed => new RequeuePlan(
                true,
                [
                    $"{packet.Name} waits for the hub's game again. The next run of league {packet.LeagueId} reads it a second time.",
                    "What the first reading worked in happens twice then: attacks, messages and trades too. Do this only when the game did not take it in.",
                ],
                null),
            PacketState.Delivered when league.Members.TryGetValue(packet.Dest, out var board) => new RequeuePlan(
                false,
                [
                    $"{packet.Name} waits for {board.Name} again, which fetches it a second time with its next poll.",
                    "If that board's game has read it already, what is in it happens twice there: attacks, messages and trades too. Do this only when the board lost it.",
                ],
                null),
            PacketState.Delivered => new RequeuePlan(false, [], $"Nobody is node {packet.Dest} of {packet.LeagueId} now; nobody would fetch it."),
            PacketState.Staged => new RequeuePlan(toGame, [], $"{packet.Name} is in the game right now. Wait for the end of the run."),
            _ => new RequeuePlan(toGame, [], $"{packet.Name} waits already."),
        };
    }
}
