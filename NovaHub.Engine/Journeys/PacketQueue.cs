using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>What an act on packets would do, before anybody confirms it.</summary>
/// <param name="ToGame">Whether they are for the hub's game; otherwise for boards.</param>
/// <param name="Sentences">What will happen.</param>
/// <param name="Refusal">Why it can't be done with any of them, or null.</param>
public sealed record QueuePlan(bool ToGame, IReadOnlyList<string> Sentences, string? Refusal);

/// <summary>What came of an act on packets.</summary>
/// <param name="Done">With how many it was done.</param>
/// <param name="Refusals">Why not with the others, one sentence for each.</param>
public sealed record QueueAnswer(int Done, IReadOnlyList<string> Refusals);

/// <summary>Who a packet is for, as things are now.</summary>
/// <param name="League">Its league, or null when that is gone.</param>
/// <param name="IsGame">Whether it is for the hub's game.</param>
/// <param name="Board">Its board, or null.</param>
internal sealed record Receiver(LeagueEntry? League, bool IsGame, BoardEntry? Board)
{
    public string NameOf(Packet packet) => IsGame ? $"the hub's game of {packet.LeagueId}" : Board?.Name ?? $"node {packet.Dest} of {packet.LeagueId}";
}

/// <summary>
/// What people do to the queue, many packets in one act: all in one transaction with what is told about it, and each
/// packet only where it still is as it was judged, so that two who press at once do it once.
/// </summary>
internal sealed class PacketQueue(IDbContextFactory<HubDb> databases, HubDirectory directory, GroupCommit commits, LedgerEvents events, TimeProvider clock)
{
    /// <summary>In one act at most so many.</summary>
    public const int MostAtOnce = 500;

    private const int MostNamed = 5;

    /// <summary>The packets with these ids, in order of arrival; unknown ids are left out.</summary>
    /// <exception cref="RefusedException">They are too many.</exception>
    public async Task<IReadOnlyList<Packet>> FindAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > MostAtOnce)
        {
            throw new RefusedException($"{ids.Count} packets are too many for one act; choose {MostAtOnce} at most.");
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<Packet>().AsNoTracking().Where(p => ids.Contains(p.Id)).OrderBy(p => p.Id).ToListAsync(cancellationToken);
    }

    public Receiver ReceiverOf(Packet packet) => directory.Current.Leagues.TryGetValue(packet.LeagueId, out var league)
        ? new Receiver(league, packet.Dest == league.HubIndex, league.Members.GetValueOrDefault(packet.Dest))
        : new Receiver(null, false, null);

    public PacketState StateOf(Packet packet) => packet.StateAt(ReceiverOf(packet).League?.HubIndex ?? 1);

    /// <summary>Changes each packet by one guarded statement and tells what was done, for each receiver once.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="kind">What happens to them, and as what it is told.</param>
    /// <param name="change">Changes one; gives how many rows it changed.</param>
    /// <param name="tell">The sentence about one packet, or about several by their names and receiver.</param>
    /// <param name="who">Who asked for it, or null.</param>
    /// <returns>The packets with which it was done.</returns>
    public async Task<IReadOnlyList<Packet>> WriteAsync(
        IReadOnlyList<Packet> packets, (LedgerEventKind Event, ActivityKind Activity) kind, Func<LedgerWriter, Packet, DateTime, int> change, Func<IReadOnlyList<Packet>, string, string> tell, string? who)
    {
        if (packets.Count == 0)
        {
            return [];
        }

        var (done, at) = await commits.WriteAsync(writer =>
        {
            var now = clock.GetUtcNow().UtcDateTime;
            var changed = packets.Where(p => change(writer, p, now) == 1).ToList();
            foreach (var group in changed.GroupBy(p => (p.LeagueId, p.Dest)).Select(g => g.ToList()))
            {
                var receiver = ReceiverOf(group[0]);
                ActivityLog.Add(writer, new Activity
                {
                    At = now,
                    Kind = kind.Activity,
                    Sentence = tell(group, receiver.NameOf(group[0])),
                    LeagueId = group[0].LeagueId,
                    BbsId = receiver.Board?.Id,
                    PacketId = group.Count == 1 ? group[0].Id : null,
                    Who = who,
                });
            }

            if (changed.Count > 0)
            {
                writer.Raise(Signal.Packets);
            }

            return (changed, now);
        });
        foreach (var packet in done)
        {
            events.Publish(new LedgerEvent(kind.Event, packet.Id, packet.Name, packet.Size, at, ReceiverOf(packet).IsGame));
        }

        return done;
    }

    /// <summary>What an act answers: those with which it was done, and why not with the others.</summary>
    public static QueueAnswer Answer(IReadOnlyList<Packet> done, IReadOnlyList<Packet> tried, IEnumerable<string> refusals) =>
        new(done.Count, [.. refusals, .. tried.Except(done).Select(p => $"{p.Name} was changed by somebody else a moment ago.")]);

    /// <summary>The names of packets, a few of them when they are many.</summary>
    public static string Names(IReadOnlyList<Packet> packets) =>
        string.Join(", ", packets.Take(MostNamed).Select(p => p.Name)) + (packets.Count > MostNamed ? $" and {packets.Count - MostNamed} more" : "");

    /// <summary>Who packets are for, a few of them when they are many.</summary>
    public string Receivers(IEnumerable<Packet> packets)
    {
        var names = packets.Select(p => ReceiverOf(p).NameOf(p)).Distinct().ToList();
        return string.Join(", ", names.Take(MostNamed)) + (names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "");
    }
}
