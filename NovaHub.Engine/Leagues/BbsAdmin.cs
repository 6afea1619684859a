using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace NovaHub.Engine.Leagues;

/// <summary>A board's credentials, shown this once: the hub keeps only a hash of the secret.</summary>
/// <param name="ClientId">Client id.</param>
/// <param name="ClientSecret">The secret.</param>
/// <param name="BbsName">The board.</param>
public sealed record BoardCredentials(string ClientId, string ClientSecret, string BbsName);

/// <summary>A seat that is asked for.</summary>
/// <param name="League">The league.</param>
/// <param name="BbsIndex">The index, 1..255.</param>
/// <param name="FtnAddress">The FTN address to use there, or null.</param>
public sealed record SeatRequest(LeagueId League, int BbsIndex, string? FtnAddress = null);

/// <summary>
/// Adds boards, seats and credentials. A disabled board or a rotated secret locks out tokens that were given before:
/// at once in this process, within a second in others.
/// </summary>
public sealed partial class BbsAdmin(IServiceScopeFactory scopes, LeagueAdmin leagues, TimeProvider clock)
{
    /// <summary>Adds a board with its seats and gives it credentials.</summary>
    /// <exception cref="RefusedException">A name, index or address is taken or no good.</exception>
    public async Task<(BoardCredentials Credentials, IReadOnlyList<string> Warnings)> AddAsync(
        string name, IReadOnlyList<SeatRequest> seats, CancellationToken cancellationToken)
    {
        name = CheckedName(name);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await RefuseTakenNameAsync(db, name, 0, cancellationToken);
        var bbs = new Bbs
        {
            Name = name,
            ClientId = "bbs_" + RandomNumberGenerator.GetHexString(16, lowercase: true),
            CredentialStamp = NewStamp(),
            CreatedAt = clock.GetUtcNow().UtcDateTime,
        };
        db.Add(bbs);
        await db.SaveChangesAsync(cancellationToken);
        var notices = new List<string>();
        foreach (var seat in seats)
        {
            notices.AddRange(await SeatAsync(db, bbs, seat, cancellationToken));
        }

        var secret = NewSecret();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        await applications.CreateAsync(
            new OpenIddictApplicationDescriptor
            {
                ClientId = bbs.ClientId,
                ClientSecret = secret,
                ClientType = ClientTypes.Confidential,
                DisplayName = name,
                Permissions = { Permissions.Endpoints.Token, Permissions.GrantTypes.ClientCredentials },
            },
            cancellationToken);
        await TellAsync(
            db, ActivityKind.BoardAdded, bbs, seats.Count == 1 ? seats[0].League : null,
            $"{name} was added{(seats.Count == 0 ? "" : $" with {string.Join(", ", seats.Select(s => $"node {s.BbsIndex} of {s.League}"))}")}.", cancellationToken);
        var warnings = await leagues.CommitAsync(db, transaction, seats.Select(s => s.League), cancellationToken);
        return (new BoardCredentials(bbs.ClientId, secret, name), [.. notices, .. warnings]);
    }

    /// <summary>Gives a board a seat in a league.</summary>
    /// <exception cref="RefusedException">The index or address is taken or no good.</exception>
    public async Task<IReadOnlyList<string>> JoinAsync(string clientId, SeatRequest seat, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var bbs = await FindAsync(db, clientId, cancellationToken);
        var notices = await SeatAsync(db, bbs, seat, cancellationToken);
        await TellAsync(db, ActivityKind.BoardJoined, bbs, seat.League, $"{bbs.Name} is node {seat.BbsIndex} of {seat.League} now.", cancellationToken);
        return [.. notices, .. await leagues.CommitAsync(db, transaction, [seat.League], cancellationToken)];
    }

    /// <summary>Locks a board out, or lets it in again.</summary>
    /// <exception cref="RefusedException">There is no such board.</exception>
    public async Task SetActiveAsync(string clientId, bool active, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var bbs = await FindAsync(db, clientId, cancellationToken);
        bbs.DisabledAt = active ? null : bbs.DisabledAt ?? clock.GetUtcNow().UtcDateTime;
        if (!active)
        {
            // Tokens from before stay dead when the board is let in again
            bbs.CredentialStamp = NewStamp();
        }

        await TellAsync(
            db, active ? ActivityKind.BoardEnabled : ActivityKind.BoardDisabled, bbs, null,
            active ? $"{bbs.Name} may sign in again." : $"{bbs.Name} is locked out; its tokens are dead.", cancellationToken);
        await leagues.CommitAsync(db, transaction, [], cancellationToken);
    }

    /// <summary>Gives a board a new secret. The old one and every token it got are dead.</summary>
    /// <exception cref="RefusedException">There is no such board.</exception>
    public async Task<BoardCredentials> RotateAsync(string clientId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var bbs = await FindAsync(db, clientId, cancellationToken);
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var application = await applications.FindByClientIdAsync(clientId, cancellationToken)
            ?? throw new RefusedException($"The credentials of {bbs.Name} are gone from the database; restore a backup.");
        var secret = NewSecret();
        var descriptor = new OpenIddictApplicationDescriptor();
        await applications.PopulateAsync(descriptor, application, cancellationToken);
        descriptor.ClientSecret = secret;
        await applications.UpdateAsync(application, descriptor, cancellationToken);
        bbs.CredentialStamp = NewStamp();
        await TellAsync(db, ActivityKind.SecretRotated, bbs, null, $"{bbs.Name} got a new secret; the old one and its tokens are dead.", cancellationToken);
        await leagues.CommitAsync(db, transaction, [], cancellationToken);
        return new BoardCredentials(clientId, secret, bbs.Name);
    }

    /// <summary>Every board with its seats, by name.</summary>
    public async Task<IReadOnlyList<Bbs>> ListAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<HubDb>().Set<Bbs>().AsNoTracking()
            .Include(b => b.Memberships.Where(m => m.LeftAt == null)).OrderBy(b => b.Name).ToListAsync(cancellationToken);
    }

    private static async Task<Bbs> FindAsync(HubDb db, string clientId, CancellationToken cancellationToken) =>
        await db.Set<Bbs>().SingleOrDefaultAsync(b => b.ClientId == clientId, cancellationToken)
        ?? throw new RefusedException($"No BBS has the client id {clientId}; “novahub bbs list” shows them.");

    private static string NewStamp() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    private static string NewSecret() => RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 40);
}
