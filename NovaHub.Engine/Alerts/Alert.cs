using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Alerts;

/// <summary>What an alert is about. The text is what the database keeps.</summary>
public enum AlertKind
{
    /// <summary>The latest run of a league was not good.</summary>
    RunNotGood,

    /// <summary>A board has not spoken for longer than it usually does.</summary>
    BoardQuiet,

    /// <summary>A league's game can't run, and mail waits for it.</summary>
    LeagueStopped,

    /// <summary>The hub itself can't do its job: its disk, its database.</summary>
    HubFault,

    /// <summary>Something in a game's INBOUND that is not the hub's keeps mail from the game.</summary>
    MailBlocked,

    /// <summary>A board's uploads are refused again and again.</summary>
    UploadsRefused,

    /// <summary>Packets are held until a person decides.</summary>
    PacketsHeld,

    /// <summary>Mail waits for a node that no board has.</summary>
    MailForNobody,

    /// <summary>A league has a schedule, and the clock starts no run.</summary>
    ScheduleStopped,
}

/// <summary>How much an alert weighs.</summary>
public enum AlertWeight
{
    /// <summary>Worth a look.</summary>
    Notice,

    /// <summary>Mail does not move as it should.</summary>
    Bad,
}

/// <summary>Where an alert is. Told by its dates, never stored.</summary>
public enum AlertState
{
    /// <summary>Nobody has taken note of it yet.</summary>
    New,

    /// <summary>Somebody took note of it; it goes on.</summary>
    Acknowledged,

    /// <summary>It is over.</summary>
    Resolved,
}

/// <summary>
/// Something that needs a person. A condition has one open alert at a time (<see cref="Key"/>); when it comes back after
/// the end there is a new one.
/// </summary>
public sealed class Alert
{
    /// <summary>Rises in order of appearance.</summary>
    public long Id { get; init; }

    /// <summary>What it is about.</summary>
    public AlertKind Kind { get; init; }

    /// <summary>Names the condition: <c>run:555B</c>, <c>quiet:3</c>. Unique among the open alerts.</summary>
    public required string Key { get; init; }

    /// <summary>How much it weighs now.</summary>
    public AlertWeight Weight { get; set; }

    /// <summary>What is wrong and what to do, for people. No secret, no packet's content.</summary>
    public required string Sentence { get; set; }

    /// <summary>The league it concerns, or null.</summary>
    public LeagueId? LeagueId { get; init; }

    /// <summary>The board it concerns, or null.</summary>
    public int? BbsId { get; init; }

    /// <summary>The latest run it concerns, or null.</summary>
    public long? RunId { get; set; }

    /// <summary>When it was first seen, UTC.</summary>
    public DateTime RaisedAt { get; init; }

    /// <summary>
    /// When the condition last changed or came again, UTC. Of an alert that somebody closed while it went on: when it was
    /// seen over, then behind <see cref="ResolvedAt"/>.
    /// </summary>
    public DateTime ChangedAt { get; set; }

    /// <summary>How often it came again while the alert was open: runs that failed in a row; 1 for the first time.</summary>
    public int Times { get; set; } = 1;

    /// <summary>When somebody took note of it, or null.</summary>
    public DateTime? AcknowledgedAt { get; set; }

    /// <summary>Who took note of it, or null.</summary>
    public string? AcknowledgedBy { get; set; }

    /// <summary>When it ended, or null while it is open.</summary>
    public DateTime? ResolvedAt { get; set; }

    /// <summary>Who closed it; null when it ended by itself.</summary>
    public string? ResolvedBy { get; set; }

    /// <summary>Where it is.</summary>
    public AlertState State => this switch
    {
        { ResolvedAt: not null } => AlertState.Resolved,
        { AcknowledgedAt: not null } => AlertState.Acknowledged,
        _ => AlertState.New,
    };
}

/// <summary>What somebody wrote about an alert.</summary>
public sealed class AlertNote
{
    /// <summary>Rises in order of writing.</summary>
    public long Id { get; init; }

    /// <summary>The alert.</summary>
    public long AlertId { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public DateTime At { get; init; }

    /// <summary>Who wrote it.</summary>
    public required string Who { get; init; }

    /// <summary>The text: up to 1000 characters.</summary>
    public required string Text { get; init; }
}

internal sealed class AlertConfiguration : IEntityTypeConfiguration<Alert>, IEntityTypeConfiguration<AlertNote>
{
    public void Configure(EntityTypeBuilder<Alert> builder)
    {
        builder.ToTable("Alerts");
        builder.Property(a => a.Kind).HasConversion<string>();
        builder.Property(a => a.Weight).HasConversion<string>();
        builder.Ignore(a => a.State);
        // One open alert for one condition, whoever notices it first
        builder.HasIndex(a => a.Key).IsUnique().HasFilter("\"ResolvedAt\" IS NULL").HasDatabaseName("IX_Alerts_Open");
        builder.HasIndex(a => new { a.Kind, a.Id }).HasDatabaseName("IX_Alerts_Kind");
        builder.HasIndex(a => new { a.LeagueId, a.Id }).HasDatabaseName("IX_Alerts_League");
        builder.HasIndex(a => new { a.BbsId, a.Id }).HasDatabaseName("IX_Alerts_Bbs");
        builder.HasIndex(a => a.ResolvedAt).HasDatabaseName("IX_Alerts_Resolved");
    }

    public void Configure(EntityTypeBuilder<AlertNote> builder)
    {
        builder.ToTable("AlertNotes");
        builder.HasIndex(n => new { n.AlertId, n.Id }).HasDatabaseName("IX_AlertNotes_Alert");
    }
}
