using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Accounts;

/// <summary>What a set-up link is good for.</summary>
public enum SetupLinkState
{
    /// <summary>It makes the first admin.</summary>
    Good,

    /// <summary>Somebody made the first admin with it.</summary>
    Used,

    /// <summary>Its time is over, or a later start of the hub printed a newer one.</summary>
    Expired,

    /// <summary>The hub never printed it.</summary>
    Unknown,

    /// <summary>There is an account already, made in another way.</summary>
    NotNeeded,
}

/// <summary>Accounts of people who sign in to the console. There is no default password: the first account comes from a set-up link or the command line.</summary>
public sealed class AccountAdmin(IServiceScopeFactory scopes, IDbContextFactory<HubDb> databases, TimeProvider clock, ILogger<AccountAdmin> log)
{
    /// <summary>How long a set-up link is good for.</summary>
    public static readonly TimeSpan SetupLinkLife = TimeSpan.FromHours(24);

    /// <summary>Fewest characters of a password. There are no other rules.</summary>
    public const int ShortestPassword = 10;

    /// <summary>Most characters of a name.</summary>
    public const int LongestName = 40;

    private const int LongestPassword = 256;

    /// <summary>Adds an account.</summary>
    /// <param name="name">Name to sign in with, 1 to <see cref="LongestName"/> characters, unique without case.</param>
    /// <param name="role"><see cref="HubRoles.Admin"/> or <see cref="HubRoles.Sysop"/>.</param>
    /// <param name="password">At least <see cref="ShortestPassword"/> characters.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is added then.</param>
    /// <exception cref="RefusedException">The name is taken or no good, the role is unknown, or the password is too short.</exception>
    public async Task AddUserAsync(string name, string role, string password, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AddAsync(scope.ServiceProvider, name, role, password);
        await TellAsync(db, name, role, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Whether there is an account at all.</summary>
    public async Task<bool> AnyUserAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Users.AnyAsync(cancellationToken);
    }

    /// <summary>Makes a set-up link; the unused ones from before are of no use from now on.</summary>
    /// <returns>The token, for <c>/setup/TOKEN</c>. It is kept nowhere.</returns>
    public async Task<string> CreateSetupLinkAsync(CancellationToken cancellationToken)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow().UtcDateTime;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Set<SetupLink>().Where(l => l.UsedAt == null && l.ExpiresAt > now)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.ExpiresAt, now), cancellationToken);
        db.Add(new SetupLink { TokenHash = Hash(token), CreatedAt = now, ExpiresAt = now + SetupLinkLife });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return token;
    }

    /// <summary>Says what a set-up link is good for, without using it.</summary>
    public async Task<SetupLinkState> LookAtSetupLinkAsync(string token, CancellationToken cancellationToken)
    {
        var hash = Hash(token);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var link = await db.Set<SetupLink>().AsNoTracking().SingleOrDefaultAsync(l => l.TokenHash == hash, cancellationToken);
        return link switch
        {
            null => SetupLinkState.Unknown,
            { UsedAt: not null } => SetupLinkState.Used,
            _ when link.ExpiresAt <= clock.GetUtcNow().UtcDateTime => SetupLinkState.Expired,
            _ => await db.Users.AnyAsync(cancellationToken) ? SetupLinkState.NotNeeded : SetupLinkState.Good,
        };
    }

    /// <summary>Makes the first admin with a set-up link. Of two who press at once, one makes it.</summary>
    /// <exception cref="RefusedException">The link is of no use, or the name or password is no good; a good link stays good then.</exception>
    public async Task UseSetupLinkAsync(string token, string name, string password, CancellationToken cancellationToken)
    {
        var hash = Hash(token);
        var now = clock.GetUtcNow().UtcDateTime;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // One statement takes the link; a refusal further down gives it back with the rest of the transaction
        var taken = await db.Set<SetupLink>().Where(l => l.TokenHash == hash && l.UsedAt == null && l.ExpiresAt > now)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.UsedAt, now), cancellationToken);
        if (taken == 0)
        {
            throw new RefusedException("This set-up link was used or has expired.");
        }

        if (await db.Users.AnyAsync(cancellationToken))
        {
            throw new RefusedException("There is an account already; sign in with it.");
        }

        await AddAsync(scope.ServiceProvider, name, HubRoles.Admin, password);
        await TellAsync(db, name, HubRoles.Admin, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task AddAsync(IServiceProvider services, string name, string role, string password)
    {
        name = name.Trim();
        Check(name, role, password);
        var roles = services.GetRequiredService<RoleManager<IdentityRole>>();
        if (!await roles.RoleExistsAsync(role))
        {
            Demand(await roles.CreateAsync(new IdentityRole(role)));
        }

        var users = services.GetRequiredService<UserManager<HubUser>>();
        if (await users.FindByNameAsync(name) is not null)
        {
            throw new RefusedException($"There is an account named {name} already.");
        }

        var user = new HubUser { UserName = name, CreatedAt = clock.GetUtcNow().UtcDateTime };
        Demand(await users.CreateAsync(user, password));
        Demand(await users.AddToRoleAsync(user, role));
        Log.UserAdded(log, name, role);
    }

    private Task TellAsync(HubDb db, string name, string role, CancellationToken cancellationToken) => ActivityLog.AddAsync(
        db,
        new Activity { At = clock.GetUtcNow().UtcDateTime, Kind = ActivityKind.AccountAdded, Sentence = $"The account {name.Trim()} was added as {role}." },
        cancellationToken);

    private static void Check(string name, string role, string password)
    {
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
        {
            throw new RefusedException($"An account needs a name of 1 to {LongestName} characters.");
        }

        if (role is not (HubRoles.Admin or HubRoles.Sysop))
        {
            throw new RefusedException($"“{role}” is no role: it is {HubRoles.Admin} or {HubRoles.Sysop}.");
        }

        if (password.Length < ShortestPassword)
        {
            throw new RefusedException($"A password needs at least {ShortestPassword} characters; any characters will do.");
        }

        if (password.Length > LongestPassword)
        {
            throw new RefusedException($"A password may have at most {LongestPassword} characters.");
        }
    }

    private static void Demand(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new RefusedException(string.Join(" ", result.Errors.Select(e => e.Description)));
        }
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
