using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Activities;

/// <summary>What kind of thing happened. The text is what the database keeps.</summary>
public enum ActivityKind
{
    /// <summary>A run ended.</summary>
    RunEnded,

    /// <summary>An upload was refused.</summary>
    UploadRefused,

    /// <summary>An upload was taken for a retry of a packet that was gone long before.</summary>
    RetryTaken,

    /// <summary>An upload that had been taken for a retry was entered as a packet of its own.</summary>
    EnteredAsNew,

    /// <summary>A packet was put back into the queue.</summary>
    Requeued,

    /// <summary>A packet was given up.</summary>
    Expired,

    /// <summary>Something in a game's OUTBOUND is no packet of its league, or a packet that is not whole.</summary>
    OutboundOdd,

    /// <summary>A league was added.</summary>
    LeagueAdded,

    /// <summary>A league was changed.</summary>
    LeagueChanged,

    /// <summary>A board was added.</summary>
    BoardAdded,

    /// <summary>A board got a seat in a league.</summary>
    BoardJoined,

    /// <summary>A board's entry or seat was changed.</summary>
    BoardChanged,

    /// <summary>A board gave up its seat in a league.</summary>
    BoardLeft,

    /// <summary>A board was locked out.</summary>
    BoardDisabled,

    /// <summary>A board was let in again.</summary>
    BoardEnabled,

    /// <summary>A board got a new secret.</summary>
    SecretRotated,

    /// <summary>A new version of a nodelist was published.</summary>
    NodelistPublished,

    /// <summary>An account was added.</summary>
    AccountAdded,

    /// <summary>Somebody signed in.</summary>
    SignedIn,

    /// <summary>A setting was changed on the console.</summary>
    SettingChanged,

    /// <summary>Somebody took note of alerts, or closed them.</summary>
    AlertHandled,

    /// <summary>The ledger that was opened was restored or brought here.</summary>
    LedgerRestored,

    /// <summary>Packets are held for a person's decision.</summary>
    PacketHeld,

    /// <summary>A person decided what becomes of held packets.</summary>
    PacketDecided,
}

/// <summary>One thing that happened, told to people. It carries no secret and no packet's content.</summary>
public sealed record Activity
{
    /// <summary>Rises in order of recording.</summary>
    public long Id { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public DateTime At { get; init; }

    /// <summary>What kind of thing.</summary>
    public ActivityKind Kind { get; init; }

    /// <summary>The sentence for people.</summary>
    public required string Sentence { get; init; }

    /// <summary>The league it concerns, or null.</summary>
    public LeagueId? LeagueId { get; init; }

    /// <summary>The board it concerns, or null.</summary>
    public int? BbsId { get; init; }

    /// <summary>The run it concerns, or null.</summary>
    public long? RunId { get; init; }

    /// <summary>The packet it concerns, or null.</summary>
    public long? PacketId { get; init; }

    /// <summary>Whether it is worth a look: something did not go as it should.</summary>
    public bool Notable { get; init; }

    /// <summary>Who did it, or null for the hub itself or the command line.</summary>
    public string? Who { get; init; }
}

internal sealed class ActivityConfiguration : IEntityTypeConfiguration<Activity>
{
    public void Configure(EntityTypeBuilder<Activity> builder)
    {
        builder.ToTable("Activities");
        builder.Property(a => a.Kind).HasConversion<string>();
        builder.HasIndex(a => a.At).HasDatabaseName("IX_Activities_At");
        builder.HasIndex(a => new { a.LeagueId, a.Id }).HasDatabaseName("IX_Activities_League");
        builder.HasIndex(a => new { a.BbsId, a.Id }).HasDatabaseName("IX_Activities_Bbs");
        builder.HasIndex(a => new { a.Kind, a.Id }).HasDatabaseName("IX_Activities_Kind");
        // What is told of one packet
        builder.HasIndex(a => new { a.PacketId, a.Id }).HasFilter("\"PacketId\" IS NOT NULL").HasDatabaseName("IX_Activities_Packet");
        // A run ends once, whoever notices it first
        builder.HasIndex(a => a.RunId).IsUnique().HasFilter("\"RunId\" IS NOT NULL").HasDatabaseName("IX_Activities_Run");
    }
}
