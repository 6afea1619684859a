using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>An upload that was taken for a retry of a packet that was gone long before.</summary>
/// <param name="At">When it came, UTC.</param>
/// <param name="Sentence">What was told of it.</param>
/// <param name="EnteredAs">The packet of the same name and bytes that came into the ledger after it, or null.</param>
public sealed record TakenForRetry(DateTime At, string Sentence, long? EnteredAs);

/// <summary>Enters an upload as a packet of its own that was taken for a retry: the guess was wrong.</summary>
public sealed class PacketReentry
{
    // Once: what was entered has the same name and bytes and a greater number
    private const string Twin = """
        SELECT t."Id" FROM "Packets" t JOIN "Packets" p ON p."Id" = @p0 WHERE t."LeagueId" = p."LeagueId" AND t."Source" = p."Source"
          AND t."Dest" = p."Dest" AND t."Sequence" = p."Sequence" AND t."Id" > p."Id" AND t."Sha256" = p."Sha256" ORDER BY t."Id" LIMIT 1
        """;

    private const string BytesOf = """SELECT "Bytes" FROM "Contents" WHERE "Sha256" = @p0""";

    private readonly PacketQueue _queue;
    private readonly IDbContextFactory<HubDb> _databases;
    private readonly GroupCommit _commits;
    private readonly LedgerEvents _events;
    private readonly TimeProvider _clock;

    internal PacketReentry(PacketQueue queue, IDbContextFactory<HubDb> databases, GroupCommit commits, LedgerEvents events, TimeProvider clock) =>
        (_queue, _databases, _commits, _events, _clock) = (queue, databases, commits, events, clock);

    /// <summary>The latest upload that was taken for a retry of this packet, or null.</summary>
    public async Task<TakenForRetry?> FindAsync(long packetId, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        if (await NoteAsync(db, packetId, cancellationToken) is not { } note)
        {
            return null;
        }

        var packet = await db.Set<Packet>().AsNoTracking().SingleAsync(p => p.Id == packetId, cancellationToken);
        var twin = await db.Set<Packet>().Where(p => p.LeagueId == packet.LeagueId && p.Source == packet.Source && p.Dest == packet.Dest
            && p.Sequence == packet.Sequence && p.Id > packetId && p.Sha256 == packet.Sha256).OrderBy(p => p.Id).Select(p => (long?)p.Id).FirstOrDefaultAsync(cancellationToken);
        return new TakenForRetry(note.At, note.Sentence, twin);
    }

    /// <summary>Says what would happen.</summary>
    public async Task<QueuePlan> PlanAsync(long packetId, CancellationToken cancellationToken)
    {
        if (await _queue.FindAsync([packetId], cancellationToken) is not [var packet])
        {
            return new QueuePlan(false, [], $"There is no packet {packetId}.");
        }

        var receiver = _queue.ReceiverOf(packet);
        return await FindAsync(packetId, cancellationToken) switch
        {
            null => new QueuePlan(receiver.IsGame, [], NoNote(packet)),
            { EnteredAs: { } entered } => new QueuePlan(receiver.IsGame, [], Entered(packet, entered)),
            _ => new QueuePlan(
                receiver.IsGame,
                [
                    $"{packet.Name} is entered once more, as a packet of its own, and waits for {receiver.NameOf(packet)}.",
                    "If it was a retry after all, what is in it happens twice: attacks, messages and trades too. Do this only when the game that sent it began anew.",
                ],
                null),
        };
    }

    /// <summary>Does it, in one transaction. Two who press at once do it once.</summary>
    /// <param name="packetId">The packet that the upload was taken for.</param>
    /// <param name="who">Who asked for it, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RefusedException">It was entered already, or nothing was taken for a retry of this packet.</exception>
    public async Task<QueueAnswer> EnterAsync(long packetId, string? who, CancellationToken cancellationToken)
    {
        if (await _queue.FindAsync([packetId], cancellationToken) is not [var packet])
        {
            throw new RefusedException($"There is no packet {packetId}.");
        }

        Activity note;
        await using (var db = await _databases.CreateDbContextAsync(cancellationToken))
        {
            note = await NoteAsync(db, packetId, cancellationToken) ?? throw new RefusedException(NoNote(packet));
        }

        var (id, twin, at) = await _commits.WriteAsync(
            writer =>
            {
                var now = _clock.GetUtcNow().UtcDateTime;
                return writer.Scalar(Twin, packetId) is long there ? (0, there, now) : (Enter(writer, packet, note, who, now), (long?)null, now);
            },
            cancellationToken);
        if (twin is { } entered)
        {
            throw new RefusedException(Entered(packet, entered));
        }

        _events.Publish(new LedgerEvent(LedgerEventKind.Received, id, packet.Name, packet.Size, at, _queue.ReceiverOf(packet).IsGame));
        return new QueueAnswer(1, []);
    }

    private long Enter(LedgerWriter writer, Packet packet, Activity note, string? who, DateTime now)
    {
        var (bytes, receiver) = (writer.Scalar(BytesOf, packet.Sha256) as byte[], _queue.ReceiverOf(packet));
        if (!ChangedPackets.AreThose(bytes, packet.Sha256))
        {
            throw new RefusedException($"{packet.Name} can't be entered once more. {HeldReason.OtherBytes.Sentence()}");
        }

        var (id, _) = LedgerSql.Enter(writer, new NewPacket(packet.Name, packet.Sha256, bytes!, now, note.BbsId ?? packet.UploadedByBbsId, null), isNew: true);
        LedgerSql.Count(writer, packet.LeagueId, now, received: 1, relayed: receiver.IsGame ? 0 : 1);
        ActivityLog.Add(writer, new Activity
        {
            At = now,
            Kind = ActivityKind.EnteredAsNew,
            Sentence = $"{packet.Name}, which had been taken for a retry of packet {packet.Id}, was entered as a packet of its own and waits for {receiver.NameOf(packet)}.",
            LeagueId = packet.LeagueId,
            BbsId = note.BbsId,
            PacketId = id,
            Who = who,
        });
        writer.Raise(Signal.Packets);
        return id;
    }

    private static Task<Activity?> NoteAsync(HubDb db, long packetId, CancellationToken cancellationToken) => db.Set<Activity>().AsNoTracking()
        .Where(a => a.PacketId == packetId && a.Kind == ActivityKind.RetryTaken).OrderByDescending(a => a.Id).FirstOrDefaultAsync(cancellationToken);

    private static string NoNote(Packet packet) => $"Nothing was taken for a retry of {packet.Name}.";

    private static string Entered(Packet packet, long twin) => $"{packet.Name} was entered already: packet {twin} has the same name and the same bytes.";
}
