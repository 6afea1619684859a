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
public sealed class BbsAdmin(IServiceScopeFactory scopes, LeagueAdmin leagues, TimeProvider clock)
{
    /// <summary>Adds a board with its seats and gives it credentials.</summary>
    /// <exception cref="RefusedException">A name, index or address is taken or no good.</exception>
    public async Task<(BoardCredentials Credentials, IReadOnlyList<string> Warnings)> AddAsync(
        string name, IReadOnlyList<SeatRequest> seats, CancellationToken cancellationToken)
    {
        name = name.Trim();
        if (name.Length is 0 or > 60 || !NodelistText.CanHold(name))
        {
            throw new RefusedException("A BBS needs a name of 1 to 60 characters that DOS text (CP437) can hold.");
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Set<Bbs>().AnyAsync(b => b.Name == name, cancellationToken))
        {
            throw new RefusedException($"A BBS named {name} exists already.");
        }

        var bbs = new Bbs
        {
            Name = name,
            ClientId = "bbs_" + RandomNumberGenerator.GetHexString(16, lowercase: true),
            CredentialStamp = NewStamp(),
            CreatedAt = clock.GetUtcNow().UtcDateTime,
        };
        db.Add(bbs);
        await db.SaveChangesAsync(cancellationToken);
        foreach (var seat in seats)
        {
            await SeatAsync(db, bbs, seat, cancellationToken);
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
        await ActivityLog.AddAsync(db, new Activity { At = clock.GetUtcNow().UtcDateTime, Kind = ActivityKind.BoardAdded, Sentence = $"{name} was added{(seats.Count == 0 ? "" : $" with {string.Join(", ", seats.Select(s => $"node {s.BbsIndex} of {s.League}"))}")}.", BbsId = bbs.Id, LeagueId = seats.Count == 1 ? seats[0].League : null }, cancellationToken);
        var warnings = await leagues.CommitAsync(db, transaction, seats.Select(s => s.League), cancellationToken);
        return (new BoardCredentials(bbs.ClientId, secret, name), warnings);
    }

    /// <summary>Gives a board a seat in a league.</summary>
    /// <exception cref="RefusedException">The index or address is taken or no good.</exception>
    public async Task<IReadOnlyList<string>> JoinAsync(string clientId, SeatRequest seat, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var bbs = await FindAsync(db, clientId, cancellationToken);
        await SeatAsync(db, bbs, seat, cancellationToken);
        await ActivityLog.AddAsync(db, new Activity { At = clock.GetUtcNow().UtcDateTime, Kind = ActivityKind.BoardJoined, Sentence = $"{bbs.Name} is node {seat.BbsIndex} of {seat.League} now.", BbsId = bbs.Id, LeagueId = seat.League }, cancellationToken);
        return await leagues.CommitAsync(db, transaction, [seat.League], cancellationToken);
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

        await ActivityLog.AddAsync(
            db,
            new Activity
            {
                At = clock.GetUtcNow().UtcDateTime,
                Kind = active ? ActivityKind.BoardEnabled : ActivityKind.BoardDisabled,
                Sentence = active ? $"{bbs.Name} may sign in again." : $"{bbs.Name} is locked out; its tokens are dead.",
                BbsId = bbs.Id,
            },
            cancellationToken);
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
        await ActivityLog.AddAsync(db, new Activity { At = clock.GetUtcNow().UtcDateTime, Kind = ActivityKind.SecretRotated, Sentence = $"{bbs.Name} got a new secret; the old one and its tokens are dead.", BbsId = bbs.Id }, cancellationToken);
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

    private async Task SeatAsync(HubDb db, Bbs bbs, SeatRequest seat, CancellationToken cancellationToken)
    {
        var league = await db.Set<League>().SingleOrDefaultAsync(l => l.Id == seat.League && l.RetiredAt == null, cancellationToken)
            ?? throw new RefusedException($"There is no league {seat.League}; add it first with: novahub league add {seat.League}.");
        if (!BbsIndex.IsValid(seat.BbsIndex))
        {
            throw new RefusedException($"{seat.BbsIndex} is no BBS index: it is 1 to 255.");
        }

        if (seat.BbsIndex == league.HubIndex)
        {
            throw new RefusedException($"Node {seat.BbsIndex} of {seat.League} is the hub itself.");
        }

        var seats = await db.Set<Membership>().Where(m => m.LeagueId == seat.League && m.LeftAt == null)
            .Select(m => new { m.BbsIndex, m.BbsId, m.Bbs!.Name }).ToListAsync(cancellationToken);
        if (seats.FirstOrDefault(s => s.BbsIndex == seat.BbsIndex) is { } taken)
        {
            throw new RefusedException($"Node {seat.BbsIndex} of {seat.League} is {taken.Name}.");
        }

        if (seats.Any(s => s.BbsId == bbs.Id))
        {
            throw new RefusedException($"{bbs.Name} plays in {seat.League} already.");
        }

        await LeagueAdmin.RefuseForeignAddressAsync(db, seat.FtnAddress, bbs.Id, cancellationToken);
        db.Add(new Membership
        {
            LeagueId = seat.League,
            BbsId = bbs.Id,
            BbsIndex = seat.BbsIndex,
            FtnAddress = seat.FtnAddress,
            JoinedAt = clock.GetUtcNow().UtcDateTime,
        });
        await db.SaveChangesAsync(cancellationToken);
    }

    private static async Task<Bbs> FindAsync(HubDb db, string clientId, CancellationToken cancellationToken) =>
        await db.Set<Bbs>().SingleOrDefaultAsync(b => b.ClientId == clientId, cancellationToken)
        ?? throw new RefusedException($"No BBS has the client id {clientId}; “novahub bbs list” shows them.");

    private static string NewStamp() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    private static string NewSecret() => RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 40);
}
