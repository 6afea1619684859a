using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Leagues;

/// <summary>One league that this hub runs: its node, its game folder and when its game runs.</summary>
public sealed class League
{
    /// <summary>The league's identity, <c>555B</c>.</summary>
    public required LeagueId Id { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; set; }

    /// <summary>The hub's own BBS index in this league, normally 1.</summary>
    public int HubIndex { get; set; } = 1;

    /// <summary>The hub's FTN address in this league, <c>13:10/1</c>, or null.</summary>
    public string? HubAddress { get; set; }

    /// <summary>The address under which the hub is listed while it has none of its own, or null. Once made up it stays.</summary>
    public string? MadeUpAddress { get; set; }

    /// <summary>Whether the nodelist's hub entry carries a HOST line. Some leagues do not route through the hub.</summary>
    public bool RoutesThroughHub { get; set; } = true;

    /// <summary>Folder of the hub's own copy of the game, or null: the league then takes mail but can't run.</summary>
    public string? GameFolder { get; set; }

    /// <summary>Host folder that becomes C: for the game, or null for the game folder's parent.</summary>
    public string? DriveC { get; set; }

    /// <summary>The game's command that moves packets, without the program's name.</summary>
    public string MaintenanceCommand { get; set; } = "PLANETARY /DETAILED";

    /// <summary>Quartz cron expression for scheduled runs, on the clock of <see cref="TimeZone"/>, or null.</summary>
    public string? Cron { get; set; }

    /// <summary>IANA name of the time zone of <see cref="Cron"/>, <c>Europe/Berlin</c>, or null for UTC.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Every time of the schedule up to this moment is seen to, or null: the hub has not looked at it yet.</summary>
    public DateTime? ClockedUntil { get; set; }

    /// <summary>A time that came before the schedule was changed and has not started a run yet, or null.</summary>
    public DateTime? ClockOwed { get; set; }

    /// <summary>Whether mail for the hub starts a run after the quiet time.</summary>
    public bool RunsOnArrival { get; set; } = true;

    /// <summary>When runs by schedule and arrival were paused, or null. Runs by hand still work.</summary>
    public DateTime? PausedAt { get; set; }

    /// <summary>When the league was given up, or null while it is active.</summary>
    public DateTime? RetiredAt { get; set; }

    /// <summary>When the league was added.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>Who plays in it, now and before.</summary>
    public List<Membership> Memberships { get; } = [];

    /// <summary>The address under which the hub is listed: its own, or the made-up one; null before a nodelist was made.</summary>
    public string? Address() => string.IsNullOrEmpty(HubAddress) ? MadeUpAddress : HubAddress;
}

/// <summary>A board: it signs in with its client id and a secret of which only a hash is kept.</summary>
public sealed class Bbs
{
    /// <summary>The row's number.</summary>
    public int Id { get; init; }

    /// <summary>The board's name, as it stands in nodelists: one line of CP437 text, unique without case.</summary>
    public required string Name { get; set; }

    /// <summary>OAuth2 client id.</summary>
    public required string ClientId { get; init; }

    /// <summary>Changes with each rotated secret: a token carries the stamp it was given under and dies with it.</summary>
    public required string CredentialStamp { get; set; }

    /// <summary>When the board was locked out, or null.</summary>
    public DateTime? DisabledAt { get; set; }

    /// <summary>City for the nodelist.</summary>
    public string City { get; set; } = "";

    /// <summary>State or province for the nodelist.</summary>
    public string State { get; set; } = "";

    /// <summary>Country for the nodelist.</summary>
    public string Country { get; set; } = "";

    /// <summary>How its sysop is reached, in free words, or an empty text. For the hub's admins; it stands in no nodelist.</summary>
    public string Contact { get; set; } = "";

    /// <summary>When the board was added.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>When its program last spoke to the hub, to the minute, or null.</summary>
    public DateTime? LastSeenAt { get; set; }

    /// <summary>Leagues it plays in, now and before.</summary>
    public List<Membership> Memberships { get; } = [];
}

/// <summary>A board's seat in a league.</summary>
public sealed class Membership
{
    /// <summary>The row's number.</summary>
    public int Id { get; init; }

    /// <summary>The league.</summary>
    public required LeagueId LeagueId { get; init; }

    /// <summary>The board's row.</summary>
    public int BbsId { get; init; }

    /// <summary>The board.</summary>
    public Bbs? Bbs { get; init; }

    /// <summary>Its BBS index here, 1..255.</summary>
    public int BbsIndex { get; set; }

    /// <summary>The FTN address it uses here, or null.</summary>
    public string? FtnAddress { get; set; }

    /// <summary>The address under which it is listed while it has none of its own, or null. Once made up it stays.</summary>
    public string? MadeUpAddress { get; set; }

    /// <summary>Since when.</summary>
    public DateTime JoinedAt { get; init; }

    /// <summary>Until when, or null while it plays.</summary>
    public DateTime? LeftAt { get; set; }

    /// <summary>The address under which the board is listed: its own, or the made-up one; null before a nodelist was made.</summary>
    public string? Address() => string.IsNullOrEmpty(FtnAddress) ? MadeUpAddress : FtnAddress;

    /// <summary>Whether the hub made its address up because none was given.</summary>
    public bool AddressIsMadeUp() => string.IsNullOrEmpty(FtnAddress) && MadeUpAddress is not null;
}

/// <summary>One hour in which a board's program spoke to the hub: what its habit is told from.</summary>
public sealed class BbsHour
{
    /// <summary>The board's row.</summary>
    public int BbsId { get; init; }

    /// <summary>The hour's beginning, UTC.</summary>
    public DateTime Hour { get; init; }
}

/// <summary>An address from which a board's program spoke with good credentials: there strangers' failures don't lock it out.</summary>
public sealed class BbsAddress
{
    /// <summary>The board's row.</summary>
    public int BbsId { get; init; }

    /// <summary>The IPv4 address, or the first half of the IPv6 address.</summary>
    public required string Address { get; init; }

    /// <summary>When it last did, to the day, UTC.</summary>
    public DateTime SeenAt { get; init; }
}

internal sealed class LeagueConfiguration :
    IEntityTypeConfiguration<League>, IEntityTypeConfiguration<Bbs>, IEntityTypeConfiguration<Membership>, IEntityTypeConfiguration<BbsHour>, IEntityTypeConfiguration<BbsAddress>
{
    public void Configure(EntityTypeBuilder<League> builder)
    {
        builder.ToTable("Leagues").HasKey(l => l.Id);
        builder.HasMany(l => l.Memberships).WithOne().HasForeignKey(m => m.LeagueId);
    }

    public void Configure(EntityTypeBuilder<Bbs> builder)
    {
        builder.ToTable("Bbses");
        builder.Property(b => b.Name).UseCollation("NOCASE");
        builder.HasIndex(b => b.Name).IsUnique();
        builder.HasIndex(b => b.ClientId).IsUnique();
    }

    public void Configure(EntityTypeBuilder<BbsHour> builder) => builder.ToTable("BbsHours").HasKey(h => new { h.BbsId, h.Hour });

    public void Configure(EntityTypeBuilder<BbsAddress> builder) => builder.ToTable("BbsAddresses").HasKey(a => new { a.BbsId, a.Address });

    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.ToTable("Memberships");
        builder.HasOne(m => m.Bbs).WithMany(b => b.Memberships).HasForeignKey(m => m.BbsId);
        // A seat is free again once its holder left
        builder.HasIndex(m => new { m.LeagueId, m.BbsIndex }).IsUnique().HasFilter("\"LeftAt\" IS NULL").HasDatabaseName("IX_Memberships_Seat");
        builder.HasIndex(m => new { m.LeagueId, m.BbsId }).IsUnique().HasFilter("\"LeftAt\" IS NULL").HasDatabaseName("IX_Memberships_Board");
    }
}
