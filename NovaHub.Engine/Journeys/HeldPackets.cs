using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Journeys;

/// <summary>What a person decides about a held packet.</summary>
public enum HeldDecision
{
    /// <summary>The game has read it: it waits for nobody any more.</summary>
    Read,

    /// <summary>The game gets it once more.</summary>
    Again,
}

/// <summary>What is known about a held packet, to decide by.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="RunId">The run in which it came into doubt, or null.</param>
/// <param name="Passes">How often that run started the game.</param>
/// <param name="SenderShown">Whether the game showed that it read mail of the packet's sender in that run.</param>
/// <param name="Lines">Lines of the run's transcript that name the sender; the first <see cref="HeldPackets.MostLines"/>.</param>
public sealed record HeldEvidence(Packet Packet, long? RunId, int Passes, bool SenderShown, IReadOnlyList<string> Lines);

/// <summary>Packets that are held: what speaks for and against their having been read, and what a person decides.</summary>
public sealed class HeldPackets
{
    /// <summary>Of a transcript at most so many lines are shown beside a packet.</summary>
    public const int MostLines = 20;

    // Only while it is as it was judged: of two who decide at once one does
    private const string StillHeld = """
        "Id" = @p0 AND "HeldAt" IS NOT NULL AND "ConsumedAt" IS NULL AND "DeliveredAt" IS NULL AND "ExpiredAt" IS NULL AND "StagedInRunId" IS NULL
        """;

    private const string MarkRead = $"""UPDATE "Packets" SET "ConsumedAt" = @p1, "HeldAt" = NULL, "HeldReason" = NULL WHERE {StillHeld}""";
    private const string MarkWaiting = $"""UPDATE "Packets" SET "HeldAt" = NULL, "HeldReason" = NULL WHERE {StillHeld}""";
    private const string MarkAttempt = """
        UPDATE "RunPackets" SET "Consumed" = 1 WHERE "PacketId" = @p0
          AND "RunId" = (SELECT MAX("RunId") FROM "RunPackets" WHERE "PacketId" = @p0 AND "Doubt" IS NOT NULL)
        """;

    private readonly PacketQueue _queue;
    private readonly IDbContextFactory<HubDb> _databases;

    internal HeldPackets(PacketQueue queue, IDbContextFactory<HubDb> databases) => (_queue, _databases) = (queue, databases);

    /// <summary>What is held, league by league, oldest first.</summary>
    /// <param name="league">Of this league, or null for all.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<Packet>> ListAsync(LeagueId? league, int take, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var held = db.Set<Packet>().AsNoTracking().Held();
        // In the order of the held ones' own index: by id alone the whole ledger would be walked
        return await (league is { } only ? held.Where(p => p.LeagueId == only) : held)
            .OrderBy(p => p.LeagueId).ThenBy(p => p.Id).Take(take).ToListAsync(cancellationToken);
    }

    /// <summary>What is known about a held packet, or null when it is not held.</summary>
    public async Task<HeldEvidence?> EvidenceAsync(long packetId, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        if (await db.Set<Packet>().AsNoTracking().Held().SingleOrDefaultAsync(p => p.Id == packetId, cancellationToken) is not { } packet)
        {
            return null;
        }

        var run = await db.Set<RunPacket>().Where(p => p.PacketId == packetId && p.Doubt != null).OrderByDescending(p => p.RunId)
            .Join(db.Set<Run>(), p => p.RunId, r => r.Id, (_, r) => new { r.Id, r.Passes }).FirstOrDefaultAsync(cancellationToken);
        if (run is null)
        {
            return new HeldEvidence(packet, null, 0, false, []);
        }

        var shown = await db.Set<RunSender>().AnyAsync(s => s.RunId == run.Id && s.Node == packet.Source && s.Shown, cancellationToken);
        var text = await db.Set<RunRecording>().Where(r => r.RunId == run.Id).Select(r => r.Transcript).FirstOrDefaultAsync(cancellationToken);
        // A hub that was killed left no transcript, but the items that it had seen until then
        var lines = text is { Length: > 0 }
            ? Naming(text, packet.Source).Take(MostLines)
            : (await db.Set<RunItem>().AsNoTracking().Where(i => i.RunId == run.Id && i.Read && i.Source == packet.Source).OrderBy(i => i.Order).Take(MostLines).ToListAsync(cancellationToken))
                .Select(i => $"DeCompress: {i.Type} {i.Source}-> {i.Dest}, {i.PackedSize} bytes");
        return new HeldEvidence(packet, run.Id, run.Passes, shown, [.. lines]);
    }

    /// <summary>Says what a decision would do.</summary>
    /// <exception cref="RefusedException">They are too many.</exception>
    public async Task<QueuePlan> PlanAsync(HeldDecision decision, IReadOnlyCollection<long> packetIds, CancellationToken cancellationToken)
    {
        var packets = await _queue.FindAsync(packetIds, cancellationToken);
        var refusals = await RefusalsAsync(decision, packets, cancellationToken);
        var good = packets.Where(p => !refusals.ContainsKey(p.Id)).ToList();
        if (good.Count == 0)
        {
            return new QueuePlan(true, [], packets.Count == 0 ? "These packets are not there." : refusals[packets[0].Id]);
        }

        var (one, who) = (good.Count == 1, good.Count == 1 ? good[0].Name.ToString() : $"{good.Count} packets");
        List<string> sentences = decision == HeldDecision.Read
            ?
            [
                $"{who} {(one ? "counts" : "count")} as read. The game does not get {(one ? "it" : "them")} again.",
                $"If the game did not read {(one ? "it" : "them")} after all, what is in {(one ? "it" : "them")} never happens: attacks, messages and trades too. “Read again” on the packet's page can still change that.",
            ]
            :
            [
                $"{who} {(one ? "waits" : "wait")} for {_queue.Receivers(good)} again{(good.TrueForAll(p => _queue.ReceiverOf(p).IsGame) ? $", and the next run gives {(one ? "it" : "them")} to the game" : "")}.",
                good.TrueForAll(p => p.HeldReason == HeldReason.OtherBytes) ? $"{(one ? "Its" : "Their")} bytes in the ledger are those that came in." : $"If the game has read {(one ? "it" : "them")} already, what is in {(one ? "it" : "them")} happens twice: attacks, messages and trades too.",
            ];
        if (good.Count < packets.Count)
        {
            sentences.Add($"{(packets.Count - good.Count == 1 ? "1 packet stays as it is" : $"{packets.Count - good.Count} packets stay as they are")}: {refusals.Values.First()}");
        }

        return new QueuePlan(true, sentences, null);
    }

    /// <summary>Does what was decided, in one transaction, and notes it as activity.</summary>
    /// <param name="decision">What was decided.</param>
    /// <param name="packetIds">The packets.</param>
    /// <param name="who">Who decided, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RefusedException">They are too many.</exception>
    public async Task<QueueAnswer> DecideAsync(HeldDecision decision, IReadOnlyCollection<long> packetIds, string? who, CancellationToken cancellationToken)
    {
        var packets = await _queue.FindAsync(packetIds, cancellationToken);
        var refusals = await RefusalsAsync(decision, packets, cancellationToken);
        var tried = packets.Where(p => !refusals.ContainsKey(p.Id)).ToList();
        var done = decision == HeldDecision.Read
            ? await _queue.WriteAsync(tried, (LedgerEventKind.Consumed, ActivityKind.PacketDecided), CountAsRead, (some, _) => TellRead(some), who)
            : await _queue.WriteAsync(
                tried, (LedgerEventKind.Requeued, ActivityKind.PacketDecided), (writer, packet, _) => writer.Execute(MarkWaiting, packet.Id), TellAgain, who);
        return PacketQueue.Answer(done, tried, refusals.Values);
    }

    private static int CountAsRead(LedgerWriter writer, Packet packet, DateTime now)
    {
        var changed = writer.Execute(MarkRead, packet.Id, now);
        if (changed > 0)
        {
            writer.Execute(MarkAttempt, packet.Id);
            LedgerSql.Count(writer, packet.LeagueId, now, consumed: 1);
        }

        return changed;
    }

    private static string TellRead(IReadOnlyList<Packet> packets) => packets.Count == 1
        ? $"{packets[0].Name} was held; it was decided that the game has read it."
        : $"{packets.Count} packets were held; it was decided that the game has read them: {PacketQueue.Names(packets)}.";

    private static string TellAgain(IReadOnlyList<Packet> packets, string receiver) => packets.Count == 1
        ? $"{packets[0].Name} was held; it was decided that {receiver} gets it again."
        : $"{packets.Count} packets were held; it was decided that {receiver} gets them again: {PacketQueue.Names(packets)}.";

    // By packet, in order of arrival; what is not in it can be done
    private async Task<OrderedDictionary<long, string>> RefusalsAsync(HeldDecision decision, IReadOnlyList<Packet> packets, CancellationToken cancellationToken)
    {
        var refusals = new OrderedDictionary<long, string>();
        foreach (var packet in packets)
        {
            var refusal = packet.HeldReason == HeldReason.OtherBytes && _queue.StateOf(packet) == PacketState.Held
                ? await RefusalOfChangedAsync(decision, packet, cancellationToken)
                : Refusal(packet);
            if (refusal is not null)
            {
                refusals.Add(packet.Id, refusal);
            }
        }

        return refusals;
    }

    // Nobody got it since it was changed, so nobody read it; and nobody gets it while it is wrong
    private async Task<string?> RefusalOfChangedAsync(HeldDecision decision, Packet packet, CancellationToken cancellationToken)
    {
        if (decision == HeldDecision.Read)
        {
            return $"{packet.Name} was not given out, so it can't count as read. Let it wait again once its bytes are right, or give it up.";
        }

        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var bytes = await db.Set<Content>().AsNoTracking().Where(c => c.Sha256 == packet.Sha256).Select(c => c.Bytes).SingleOrDefaultAsync(cancellationToken);
        return ChangedPackets.AreThose(bytes, packet.Sha256)
            ? null
            : $"The bytes of {packet.Name} in the ledger are still not those that came in. Restore a backup, or have its sender send it again; then it can wait again. Or give it up.";
    }

    private string? Refusal(Packet packet) => _queue.StateOf(packet) switch
    {
        PacketState.Held when _queue.ReceiverOf(packet).IsGame => null,
        PacketState.Held => $"{packet.Name} is not for a game of the hub.",
        _ => $"{packet.Name} is not held.",
    };

    // Nothing but the lines that tell of a transfer: the rest of a transcript may hold what a player must not see
    private static IEnumerable<string> Naming(string transcript, int node) => transcript.Split('\n').Where(line =>
    {
        var reader = new TranscriptReader();
        reader.Line(line);
        return reader.NodesRead.Contains(node);
    }).Select(line => line.Trim());
}
