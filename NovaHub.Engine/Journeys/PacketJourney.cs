using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>A station of a packet's journey.</summary>
public enum StationKind
{
    /// <summary>A board uploaded it.</summary>
    Received,

    /// <summary>The hub's game wrote it.</summary>
    Written,

    /// <summary>A run put it before the game.</summary>
    Staged,

    /// <summary>The hub's game has read it.</summary>
    Consumed,

    /// <summary>The receiving board has all of it.</summary>
    Delivered,

    /// <summary>Somebody gave it up.</summary>
    Expired,

    /// <summary>It was held for a person's decision.</summary>
    Held,
}

/// <summary>One station.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="At">When, UTC.</param>
/// <param name="RunId">The run in which it happened, or null.</param>
/// <param name="Board">The board that uploaded it, or null.</param>
/// <param name="Read">Of a staging: whether the game read it; null while that is not judged.</param>
/// <param name="Again">Of a staging: the run was asked for to have packets read again.</param>
/// <param name="Who">Who gave it up, who decided that it was read, or who entered it as new; or null.</param>
/// <param name="Doubt">Why it was held, or null.</param>
/// <param name="Proof">Of a delivery: how it is known; null when that was not kept.</param>
public sealed record Station(
    StationKind Kind, DateTime At, long? RunId = null, string? Board = null, bool? Read = null, bool Again = false, string? Who = null, HeldReason? Doubt = null,
    DeliveryProof? Proof = null);

/// <summary>A packet and where it has been.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="State">Where it is now.</param>
/// <param name="Stations">Oldest first.</param>
/// <param name="SameName">Other packets of the same name: how many came before this one, at most 100.</param>
public sealed record PacketJourney(Packet Packet, PacketState State, IReadOnlyList<Station> Stations, int SameName);

/// <summary>Tells a packet's journey from what the ledger and the runs keep.</summary>
public sealed class PacketJourneys(IDbContextFactory<HubDb> databases, HubDirectory directory)
{
    private const int MostSameName = 100;

    /// <summary>The packet's journey, or null when there is no such packet.</summary>
    public async Task<PacketJourney?> FindAsync(long packetId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.Set<Packet>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == packetId, cancellationToken) is not { } packet)
        {
            return null;
        }

        var attempts = await db.Set<RunPacket>().Where(p => p.PacketId == packetId).OrderBy(p => p.RunId)
            .Join(db.Set<Run>(), p => p.RunId, r => r.Id, (p, r) => new { p.Consumed, p.Doubt, r.Id, r.StartedAt, r.StagedAt, r.VerifiedAt, r.ReprocessOf })
            .ToListAsync(cancellationToken);
        var sameName = await db.Set<Packet>().Where(p => p.LeagueId == packet.LeagueId && p.Source == packet.Source && p.Dest == packet.Dest
            && p.Sequence == packet.Sequence && p.Id < packetId).OrderBy(p => p.Id).Take(MostSameName).CountAsync(cancellationToken);

        var enteredBy = await db.Set<Activity>().Where(a => a.PacketId == packetId && a.Kind == ActivityKind.EnteredAsNew).Select(a => a.Who).FirstOrDefaultAsync(cancellationToken);
        var stations = new List<Station> { First(packet) with { Who = enteredBy } };
        foreach (var attempt in attempts)
        {
            stations.Add(new Station(StationKind.Staged, attempt.StagedAt ?? attempt.StartedAt, attempt.Id, Read: attempt.Consumed, Again: attempt.ReprocessOf is not null));
            if (attempt.Doubt is { } doubt)
            {
                var heldAt = (attempt == attempts[^1] ? packet.HeldAt : null) ?? attempt.VerifiedAt ?? attempt.StartedAt;
                stations.Add(new Station(StationKind.Held, heldAt, attempt.Id, Doubt: doubt));
            }

            if (attempt.Consumed == true)
            {
                // The packet keeps its latest reading only; an earlier one was judged when its run was
                var readAt = (attempt == attempts[^1] ? packet.ConsumedAt : null) ?? attempt.VerifiedAt ?? attempt.StartedAt;
                var who = attempt.Doubt is null ? null : await WhoAsync(db, packetId, readAt, ActivityKind.PacketDecided, cancellationToken);
                stations.Add(new Station(StationKind.Consumed, readAt, attempt.Id, Who: who, Doubt: attempt.Doubt));
            }
        }

        if (attempts.Count == 0)
        {
            stations.AddRange((await HeldAtAsync(db, packet, cancellationToken)).Select(at => new Station(StationKind.Held, at, Doubt: HeldReason.OtherBytes)));
        }

        if (packet.DeliveredAt is { } delivered)
        {
            stations.Add(new Station(StationKind.Delivered, delivered, Proof: packet.DeliveryProof));
        }

        if (packet.ExpiredAt is { } expired)
        {
            stations.Add(new Station(StationKind.Expired, expired, Who: await WhoAsync(db, packetId, expired, ActivityKind.Expired, cancellationToken)));
        }

        var hubIndex = directory.Current.Leagues.TryGetValue(packet.LeagueId, out var league) ? league.HubIndex : 1;
        return new PacketJourney(packet, packet.StateAt(hubIndex), stations, sameName);
    }

    /// <summary>The packet's bytes, or null. They can hold players' private mail: hand them to nobody but admins.</summary>
    public async Task<byte[]?> BytesAsync(long packetId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<Packet>().Where(p => p.Id == packetId)
            .Join(db.Set<Content>(), p => p.Sha256, c => c.Sha256, (_, content) => content.Bytes).FirstOrDefaultAsync(cancellationToken);
    }

    // One that no run had is held for its bytes alone; it keeps only until it is decided that it was
    private static async Task<IEnumerable<DateTime>> HeldAtAsync(HubDb db, Packet packet, CancellationToken cancellationToken)
    {
        var told = await db.Set<Activity>().Where(a => a.PacketId == packet.Id && a.Kind == ActivityKind.PacketHeld).Select(a => a.At).ToListAsync(cancellationToken);
        return (packet.HeldAt is { } now ? told.Append(now) : told).Distinct().Order();
    }

    // Told in the same transaction with the same time; several packets in one act are told together
    private static Task<string?> WhoAsync(HubDb db, long packetId, DateTime at, ActivityKind kind, CancellationToken cancellationToken) =>
        db.Set<Activity>().Where(a => a.At == at && a.Kind == kind && (a.PacketId == packetId || a.PacketId == null))
            .Select(a => a.Who).FirstOrDefaultAsync(cancellationToken);

    private Station First(Packet packet) => packet.UploadedByBbsId is { } id
        ? new Station(StationKind.Received, packet.ReceivedAt, Board: directory.Current.BoardsById.TryGetValue(id, out var board) ? board.Name : "a board that is gone")
        : new Station(StationKind.Written, packet.ReceivedAt, packet.WrittenInRunId);
}
