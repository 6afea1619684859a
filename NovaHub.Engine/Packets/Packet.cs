using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Packets;

/// <summary>Where a packet is on its way. Told by its dates, never stored.</summary>
public enum PacketState
{
    /// <summary>It waits for the hub's game.</summary>
    WaitingForGame,

    /// <summary>It lies in the game's INBOUND.</summary>
    Staged,

    /// <summary>The hub's game has read it.</summary>
    Consumed,

    /// <summary>It waits for the board it is addressed to.</summary>
    WaitingForBoard,

    /// <summary>The board has all of it.</summary>
    Delivered,

    /// <summary>An admin gave it up: it waits for nobody any more.</summary>
    Expired,

    /// <summary>Something about it is in doubt: nobody gets it until a person has decided.</summary>
    Held,
}

/// <summary>Why a packet is held. The text is what the database keeps.</summary>
public enum HeldReason
{
    /// <summary>It is gone from INBOUND, and the game never showed that it read mail of its sender.</summary>
    GoneUnseen,

    /// <summary>It is still in INBOUND, though the game showed that it took up mail of its sender: read, perhaps, and not deleted.</summary>
    ShownButLeft,

    /// <summary>The game read it while the disk of its folder was full, so what came of it may not have been kept.</summary>
    DiskFull,

    /// <summary>The folder in which the game worked is not there to be looked at, or another copy stands in its place.</summary>
    OtherFolder,

    /// <summary>The ledger's bytes of it are not those that came in: nobody gets them.</summary>
    OtherBytes,
}

/// <summary>How the hub knows that a board has a packet, the surest first. The text is what the database keeps.</summary>
public enum DeliveryProof
{
    /// <summary>The board's program confirmed it, after it was on the board's disk.</summary>
    Confirmed,

    /// <summary>The board's machine acknowledged the last byte and the connection did not break.</summary>
    Acknowledged,

    /// <summary>A proxy between took all of it. Whether it got through to the board nobody here saw.</summary>
    HandedToProxy,

    /// <summary>It went out whole, and this system can't tell how far it got.</summary>
    SentOnly,
}

/// <summary>One packet in the ledger. Its bytes are a <see cref="Content"/> of the same transaction.</summary>
public sealed class Packet
{
    /// <summary>The <see cref="Delivery"/> of a packet that was never put back.</summary>
    public const int FirstDelivery = 1;

    /// <summary>Rises in order of arrival.</summary>
    public long Id { get; init; }

    /// <summary>The league.</summary>
    public required LeagueId LeagueId { get; init; }

    /// <summary>BBS index of the sender.</summary>
    public int Source { get; init; }

    /// <summary>BBS index of the receiver.</summary>
    public int Dest { get; init; }

    /// <summary>Sequence number, 0..999: the name's last part. It starts again, so it identifies nothing alone.</summary>
    public int Sequence { get; init; }

    /// <summary>Counts the packets of this route in order of arrival, from 1, through all cycles.</summary>
    public long RouteOrdinal { get; init; }

    /// <summary>SHA-256 of the bytes, the key of the <see cref="Content"/>.</summary>
    public required byte[] Sha256 { get; init; }

    /// <summary>Bytes.</summary>
    public int Size { get; init; }

    /// <summary>What the hub's clock showed when it came in. The order is that of <see cref="Id"/>; see <see cref="ClockStep"/>.</summary>
    public DateTime ReceivedAt { get; init; }

    /// <summary>The board that uploaded it, or null when the hub's game wrote it.</summary>
    public int? UploadedByBbsId { get; init; }

    /// <summary>The run whose game wrote it, or null when a board uploaded it or local play caused it.</summary>
    public long? WrittenInRunId { get; init; }

    /// <summary>The run that staged it into INBOUND and is not done with it, or null.</summary>
    public long? StagedInRunId { get; set; }

    /// <summary>When the hub's game had read it, or null.</summary>
    public DateTime? ConsumedAt { get; set; }

    /// <summary>When the receiving board had all of it, or null.</summary>
    public DateTime? DeliveredAt { get; set; }

    /// <summary>How <see cref="DeliveredAt"/> is known, or null: it is not delivered, or was before the hub kept this.</summary>
    public DeliveryProof? DeliveryProof { get; set; }

    /// <summary>Counts how often it was put into its board's queue, from 1: raised by one when a delivered packet is put back.</summary>
    public int Delivery { get; set; } = FirstDelivery;

    /// <summary>When an admin gave it up, or null. It is kept, offered to nobody, and can be put back.</summary>
    public DateTime? ExpiredAt { get; set; }

    /// <summary>Since when it is held for a person's decision, or null. A held packet waits for nobody and is offered to nobody.</summary>
    public DateTime? HeldAt { get; set; }

    /// <summary>Why it is held, or null.</summary>
    public HeldReason? HeldReason { get; set; }

    /// <summary>The file name, upper case.</summary>
    public PacketName Name => new(LeagueId, Source, Dest, Sequence);

    /// <summary>Where the packet is, given the hub's own BBS index in its league.</summary>
    public PacketState StateAt(int hubIndex) => this switch
    {
        { DeliveredAt: not null } => PacketState.Delivered,
        { ConsumedAt: not null } => PacketState.Consumed,
        { ExpiredAt: not null } => PacketState.Expired,
        { HeldAt: not null } => PacketState.Held,
        { StagedInRunId: not null } => PacketState.Staged,
        _ => Dest == hubIndex ? PacketState.WaitingForGame : PacketState.WaitingForBoard,
    };
}

/// <summary>Bytes, kept once, keyed by their SHA-256: packets and the files that runs leave.</summary>
public sealed class Content
{
    /// <summary>SHA-256 of the bytes.</summary>
    public required byte[] Sha256 { get; init; }

    /// <summary>The bytes.</summary>
    public required byte[] Bytes { get; init; }
}

/// <summary>
/// A place in the ledger where the hub's clock had been put back since the packet before: times fall there, and between two
/// such places they never do.
/// </summary>
public sealed class ClockStep
{
    /// <summary>The first packet after the step.</summary>
    public long PacketId { get; init; }

    /// <summary>When the packet before it came in, by the clock of then.</summary>
    public DateTime Before { get; init; }

    /// <summary>When this packet came in.</summary>
    public DateTime After { get; init; }
}

/// <summary>What moved in one league in one hour (UTC), so that no page ever counts the ledger.</summary>
public sealed class TrafficHour
{
    /// <summary>The hour's beginning, UTC.</summary>
    public DateTime Hour { get; init; }

    /// <summary>The league.</summary>
    public required LeagueId LeagueId { get; init; }

    /// <summary>Packets that boards uploaded.</summary>
    public long Received { get; set; }

    /// <summary>Of those, packets for another board, handed on untouched.</summary>
    public long Relayed { get; set; }

    /// <summary>Packets that the hub's game read.</summary>
    public long Consumed { get; set; }

    /// <summary>Packets that the hub's game wrote.</summary>
    public long Written { get; set; }

    /// <summary>Packets that boards fetched.</summary>
    public long Delivered { get; set; }
}

internal sealed class PacketConfiguration :
    IEntityTypeConfiguration<Packet>, IEntityTypeConfiguration<Content>, IEntityTypeConfiguration<TrafficHour>, IEntityTypeConfiguration<ClockStep>
{
    public void Configure(EntityTypeBuilder<Packet> builder)
    {
        builder.ToTable("Packets");
        builder.Ignore(p => p.Name);
        builder.Property(p => p.DeliveryProof).HasConversion<string>();
        builder.Property(p => p.Delivery).HasDefaultValue(Packet.FirstDelivery);
        builder.Property(p => p.HeldReason).HasConversion<string>();
        // What waits, for a game or a board: small however large the ledger is
        builder.HasIndex(p => new { p.LeagueId, p.Dest, p.Id }, "IX_Packets_Waiting")
            .HasFilter(LedgerSql.Waits);
        builder.HasIndex(p => new { p.LeagueId, p.Dest, p.Id }, "IX_Packets_Dest");
        // A name within its route: retries and downloads
        builder.HasIndex(p => new { p.LeagueId, p.Source, p.Dest, p.Sequence, p.Id }).HasDatabaseName("IX_Packets_Name");
        builder.HasIndex(p => new { p.LeagueId, p.Source, p.Dest, p.RouteOrdinal }).IsUnique().HasDatabaseName("IX_Packets_Route");
        builder.HasIndex(p => p.StagedInRunId).HasFilter("\"StagedInRunId\" IS NOT NULL").HasDatabaseName("IX_Packets_Staged");
        // What a person has to decide: few, if any
        builder.HasIndex(p => new { p.LeagueId, p.Id }, "IX_Packets_Held").HasFilter(LedgerSql.IsHeld);
        builder.HasIndex(p => p.WrittenInRunId).HasFilter("\"WrittenInRunId\" IS NOT NULL").HasDatabaseName("IX_Packets_WrittenInRun");
    }

    public void Configure(EntityTypeBuilder<Content> builder) => builder.ToTable("Contents").HasKey(c => c.Sha256);

    public void Configure(EntityTypeBuilder<ClockStep> builder)
    {
        builder.ToTable("ClockSteps").HasKey(s => s.PacketId);
        builder.Property(s => s.PacketId).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<TrafficHour> builder) =>
        builder.ToTable("TrafficHours").HasKey(t => new { t.Hour, t.LeagueId });
}
