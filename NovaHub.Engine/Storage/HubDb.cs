using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using NovaHub.Engine.Accounts;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Storage;

/// <summary>
/// The hub's database. It knows no feature: entity configurations sit beside their entities and are applied by a scan,
/// features reach their rows through <c>Set&lt;T&gt;()</c>. People's accounts and boards' credentials come with their libraries.
/// </summary>
public sealed class HubDb(DbContextOptions<HubDb> options) : IdentityDbContext<HubUser, IdentityRole, string>(options)
{
    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.UseOpenIddict();
        builder.ApplyConfigurationsFromAssembly(typeof(HubDb).Assembly);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<LeagueId>().HaveConversion<LeagueIdConverter>().HaveMaxLength(4);
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
    }

    private sealed class LeagueIdConverter() : ValueConverter<LeagueId, string>(v => v.ToString(), v => LeagueId.Parse(v, null));

    // SQLite gives times back without a kind; everything in the hub is UTC
    private sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(v => v, v => DateTime.SpecifyKind(v, DateTimeKind.Utc));
}
