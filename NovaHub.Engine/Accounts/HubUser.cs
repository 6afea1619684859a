using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NovaHub.Engine.Accounts;

/// <summary>A person who signs in to the console.</summary>
public sealed class HubUser : IdentityUser
{
    /// <summary>When the account was made.</summary>
    public DateTime CreatedAt { get; init; }
}

/// <summary>The roles that people have.</summary>
public static class HubRoles
{
    /// <summary>May do everything.</summary>
    public const string Admin = "admin";

    /// <summary>Watches and steers runs.</summary>
    public const string Sysop = "sysop";
}

/// <summary>A single-use link that makes the first admin. Only a hash of its token is kept.</summary>
public sealed class SetupLink
{
    /// <summary>SHA-256 of the token, in hex.</summary>
    public required string TokenHash { get; init; }

    /// <summary>When it was printed.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>After this it is of no use.</summary>
    public DateTime ExpiresAt { get; init; }

    /// <summary>When it was used, or null.</summary>
    public DateTime? UsedAt { get; set; }
}

internal sealed class AccountConfiguration : IEntityTypeConfiguration<SetupLink>
{
    public void Configure(EntityTypeBuilder<SetupLink> builder) => builder.ToTable("SetupLinks").HasKey(l => l.TokenHash);
}
