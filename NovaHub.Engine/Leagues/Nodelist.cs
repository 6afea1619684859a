using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Leagues;

/// <summary>One version of a league's nodelist. The latest is the current one; older ones are kept.</summary>
public sealed class Nodelist
{
    /// <summary>The row's number.</summary>
    public int Id { get; init; }

    /// <summary>The league.</summary>
    public required LeagueId LeagueId { get; init; }

    /// <summary>Counts from 1 in each league.</summary>
    public int Version { get; init; }

    /// <summary>The file, byte for byte: CP437, CRLF.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>SHA-256 of the bytes.</summary>
    public required byte[] Sha256 { get; init; }

    /// <summary>When it was generated.</summary>
    public DateTime CreatedAt { get; init; }
}

/// <summary>A nodelist that waits for a member, or waited. Of several versions only the newest waits.</summary>
public sealed class NodelistItem
{
    /// <summary>The row's number.</summary>
    public int Id { get; init; }

    /// <summary>The version.</summary>
    public int NodelistId { get; init; }

    /// <summary>The version itself.</summary>
    public Nodelist? Nodelist { get; init; }

    /// <summary>The league.</summary>
    public required LeagueId LeagueId { get; init; }

    /// <summary>BBS index of the member for whom it waits.</summary>
    public int BbsIndex { get; init; }

    /// <summary>Since when.</summary>
    public DateTime QueuedAt { get; init; }

    /// <summary>The latest packet of the ledger at that moment: where in a mailbox it stands, whatever the clock did. Null in rows of earlier versions.</summary>
    public long? AfterPacketId { get; init; }

    /// <summary>When the member had all of it, or null.</summary>
    public DateTime? DeliveredAt { get; set; }
}

internal sealed class NodelistConfiguration : IEntityTypeConfiguration<Nodelist>, IEntityTypeConfiguration<NodelistItem>
{
    public void Configure(EntityTypeBuilder<Nodelist> builder)
    {
        builder.ToTable("Nodelists");
        builder.HasIndex(n => new { n.LeagueId, n.Version }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<NodelistItem> builder)
    {
        builder.ToTable("NodelistItems");
        builder.HasOne(i => i.Nodelist).WithMany().HasForeignKey(i => i.NodelistId);
        builder.HasIndex(i => new { i.LeagueId, i.BbsIndex }).IsUnique().HasDatabaseName("IX_NodelistItems_Member");
    }
}
