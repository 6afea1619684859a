using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Leagues;

/// <summary>What nodelists say of a board, the same in all its leagues, and what only the console says.</summary>
/// <param name="Name">Its name.</param>
/// <param name="City">City, or an empty text.</param>
/// <param name="State">State or province, or an empty text.</param>
/// <param name="Country">Country, or an empty text.</param>
public sealed record BbsEntry(string Name, string City, string State, string Country)
{
    /// <summary>How its sysop is reached: one line, or an empty text. It stands in no nodelist.</summary>
    public string Contact { get; init; } = "";
}

/// <summary>What waits for one seat of a board.</summary>
/// <param name="Seat">The seat.</param>
/// <param name="Count">Packets.</param>
/// <param name="NodelistSince">Since when a nodelist waits, or null.</param>
public sealed record SeatMail(Membership Seat, int Count, DateTime? NodelistSince);

/// <summary>A board with all its seats and what waits for it.</summary>
/// <param name="Bbs">The board; its memberships are all, also those it left.</param>
/// <param name="Mail">What waits, one for each seat it has now, by league.</param>
public sealed record BbsDescription(Bbs Bbs, IReadOnlyList<SeatMail> Mail);

public sealed partial class BbsAdmin
{
    /// <summary>Characters of a contact, at most.</summary>
    public const int LongestContact = 200;

    /// <summary>Characters of a board's name, at most: the game's table holds no more.</summary>
    public const int LongestName = 30;

    private const int LongestPlace = 40;

    /// <summary>A board with its seats and what waits for it: index seeks, as small as its queue.</summary>
    /// <returns>The description, or null when there is no such board.</returns>
    public async Task<BbsDescription?> DescribeAsync(int bbsId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        var bbs = await db.Set<Bbs>().AsNoTracking().Include(b => b.Memberships).SingleOrDefaultAsync(b => b.Id == bbsId, cancellationToken);
        if (bbs is null)
        {
            return null;
        }

        var mail = new List<SeatMail>();
        foreach (var seat in bbs.Memberships.Where(m => m.LeftAt is null).OrderBy(m => m.LeagueId))
        {
            mail.Add(new SeatMail(
                seat,
                await Waiting(db, seat.LeagueId, seat.BbsIndex).CountAsync(cancellationToken),
                await db.Set<NodelistItem>().Where(i => i.LeagueId == seat.LeagueId && i.BbsIndex == seat.BbsIndex && i.DeliveredAt == null)
                    .Select(i => (DateTime?)i.QueuedAt).SingleOrDefaultAsync(cancellationToken)));
        }

        return new BbsDescription(bbs, mail);
    }

    /// <summary>Changes a board's entry: what nodelists say of it, in all its leagues at once, and how its sysop is reached.</summary>
    /// <returns>Warnings about the nodelists.</returns>
    /// <exception cref="RefusedException">There is no such board, the name is taken, or a line can't stand in a nodelist.</exception>
    public async Task<IReadOnlyList<string>> ChangeAsync(string clientId, BbsEntry entry, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var bbs = await FindAsync(db, clientId, cancellationToken);
        var name = CheckedName(entry.Name, bbs.Name);
        await RefuseTakenNameAsync(db, name, bbs.Id, cancellationToken);
        var before = (bbs.Name, bbs.City, bbs.State, bbs.Country, bbs.Contact);
        bbs.Name = name;
        bbs.City = CheckedPlace("city", entry.City);
        bbs.State = CheckedPlace("state", entry.State);
        bbs.Country = CheckedPlace("country", entry.Country);
        bbs.Contact = CheckedContact(entry.Contact);
        await db.SaveChangesAsync(cancellationToken);
        List<string> changed =
        [
            .. before.Name != bbs.Name ? [$"name “{before.Name}”"] : Array.Empty<string>(),
            .. before.City != bbs.City ? ["city"] : Array.Empty<string>(),
            .. before.State != bbs.State ? ["state"] : Array.Empty<string>(),
            .. before.Country != bbs.Country ? ["country"] : Array.Empty<string>(),
            .. before.Contact != bbs.Contact ? ["contact"] : Array.Empty<string>(),
        ];
        if (changed.Count > 0)
        {
            await TellAsync(db, ActivityKind.BoardChanged, bbs, null, $"The entry of {bbs.Name} was changed: {string.Join(", ", changed)}.", cancellationToken);
        }

        var playsIn = await db.Set<Membership>().Where(m => m.BbsId == bbs.Id && m.LeftAt == null).Select(m => m.LeagueId).ToListAsync(cancellationToken);
        List<string> warnings = before.Name != bbs.Name && playsIn.Count > 0 ? [Renamed(before.Name, bbs.Name)] : [];
        return [.. warnings, .. await leagues.CommitAsync(db, transaction, playsIn, cancellationToken)];
    }

    /// <summary>Changes a board's index and FTN address in a league that it plays in.</summary>
    /// <returns>Warnings about the nodelist, and about mail that waited for the new index.</returns>
    /// <exception cref="RefusedException">
    /// It has no seat there, the index or address is taken or no good, or packets wait for the old index: they carry it in
    /// their names, so nobody could fetch them.
    /// </exception>
    public async Task<IReadOnlyList<string>> ChangeSeatAsync(string clientId, SeatRequest wanted, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var bbs = await FindAsync(db, clientId, cancellationToken);
        var seat = await FindSeatAsync(db, bbs, wanted.League, cancellationToken);
        await CheckSeatAsync(db, bbs, wanted, seat.Id, cancellationToken);
        IReadOnlyList<string> notices = [];
        if (seat.BbsIndex != wanted.BbsIndex)
        {
            var left = await Waiting(db, wanted.League, seat.BbsIndex).CountAsync(cancellationToken);
            if (left > 0)
            {
                throw new RefusedException($"{Packets(left)} for node {seat.BbsIndex} of {wanted.League}, and no other node could fetch {(left == 1 ? "it" : "them")}. Let {bbs.Name} fetch its mail first.");
            }

            notices = await InheritedAsync(db, bbs, wanted, cancellationToken);
        }

        var changed = (seat.BbsIndex, seat.FtnAddress) != (wanted.BbsIndex, wanted.FtnAddress);
        if (seat.FtnAddress != wanted.FtnAddress)
        {
            if (wanted.FtnAddress is { } given && seat.Address() is { } before)
            {
                notices = [.. notices, MadeUpAddresses.Replaced(wanted.League, bbs.Name, before, given)];
            }

            // Given one, the made-up address is over; without one, another is made up
            seat.MadeUpAddress = null;
        }

        (seat.BbsIndex, seat.FtnAddress) = (wanted.BbsIndex, wanted.FtnAddress);
        await db.SaveChangesAsync(cancellationToken);
        if (changed)
        {
            await TellAsync(db, ActivityKind.BoardChanged, bbs, wanted.League, $"{bbs.Name} is node {wanted.BbsIndex} of {wanted.League} now{(wanted.FtnAddress is { } address ? $", {address}" : "")}.", cancellationToken);
        }

        return [.. notices, .. await leagues.CommitAsync(db, transaction, [wanted.League], cancellationToken)];
    }

    /// <summary>Takes a board's seat in a league away. The seat is free from now on; what waits for it stays in the ledger.</summary>
    /// <returns>Warnings about the nodelist.</returns>
    /// <exception cref="RefusedException">There is no such board, or it has no seat there.</exception>
    public async Task<IReadOnlyList<string>> LeaveAsync(string clientId, LeagueId league, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var bbs = await FindAsync(db, clientId, cancellationToken);
        var seat = await FindSeatAsync(db, bbs, league, cancellationToken);
        seat.LeftAt = clock.GetUtcNow().UtcDateTime;
        await db.SaveChangesAsync(cancellationToken);
        await TellAsync(db, ActivityKind.BoardLeft, bbs, league, $"{bbs.Name} left {league}; node {seat.BbsIndex} is free.", cancellationToken);
        return await leagues.CommitAsync(db, transaction, [league], cancellationToken);
    }

    private async Task<IReadOnlyList<string>> SeatAsync(HubDb db, Bbs bbs, SeatRequest seat, CancellationToken cancellationToken)
    {
        await CheckSeatAsync(db, bbs, seat, 0, cancellationToken);
        db.Add(new Membership
        {
            LeagueId = seat.League,
            BbsId = bbs.Id,
            BbsIndex = seat.BbsIndex,
            FtnAddress = seat.FtnAddress,
            JoinedAt = clock.GetUtcNow().UtcDateTime,
        });
        await db.SaveChangesAsync(cancellationToken);
        return await InheritedAsync(db, bbs, seat, cancellationToken);
    }

    private Task TellAsync(HubDb db, ActivityKind kind, Bbs bbs, LeagueId? league, string sentence, CancellationToken cancellationToken) => ActivityLog.AddAsync(
        db, new Activity { At = clock.GetUtcNow().UtcDateTime, Kind = kind, Sentence = sentence, BbsId = bbs.Id, LeagueId = league }, cancellationToken);

    private static async Task CheckSeatAsync(HubDb db, Bbs bbs, SeatRequest seat, int ownSeatId, CancellationToken cancellationToken)
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

        var seats = await db.Set<Membership>().Where(m => m.LeagueId == seat.League && m.LeftAt == null && m.Id != ownSeatId)
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
    }

    private static async Task<Membership> FindSeatAsync(HubDb db, Bbs bbs, LeagueId league, CancellationToken cancellationToken) =>
        await db.Set<Membership>().SingleOrDefaultAsync(m => m.LeagueId == league && m.BbsId == bbs.Id && m.LeftAt == null, cancellationToken)
        ?? throw new RefusedException($"{bbs.Name} has no seat in {league}.");

    // Mail is addressed to a node, so a node's new holder gets what waited for the one before
    private static async Task<IReadOnlyList<string>> InheritedAsync(HubDb db, Bbs bbs, SeatRequest seat, CancellationToken cancellationToken) =>
        await Waiting(db, seat.League, seat.BbsIndex).CountAsync(cancellationToken) is > 0 and var count
            ? [$"{Packets(count)} for node {seat.BbsIndex} of {seat.League} since before; {bbs.Name} gets {(count == 1 ? "it" : "them")}."]
            : [];

    private static IQueryable<Packet> Waiting(HubDb db, LeagueId league, int index) =>
        db.Set<Packet>().Where(p => p.LeagueId == league && p.Dest == index).Waiting();

    private static string Packets(int count) => count == 1 ? "1 packet waits" : $"{count} packets wait";

    private static async Task RefuseTakenNameAsync(HubDb db, string name, int ownId, CancellationToken cancellationToken)
    {
        if (await db.Set<Bbs>().AnyAsync(b => b.Name == name && b.Id != ownId, cancellationToken))
        {
            throw new RefusedException($"A BBS named {name} exists already.");
        }
    }

    // Some programs of boards look for their own name in the game's nodelist and stop where another one stands
    private static string Renamed(string before, string now) =>
        $"{before} is listed as {now} from now on. Its own program may stop until its sysop writes the new name into the program's configuration and into line 2 of BBS.CFG: tell them.";

    // A longer name of an earlier version may stay
    private static string CheckedName(string name, string? before = null) => name.Trim() is { Length: > 0 } trimmed
        && (trimmed.Length <= LongestName || trimmed == before) && trimmed != NodelistText.Nothing && NodelistText.CanHold(trimmed)
        ? trimmed
        : throw new RefusedException($"A BBS needs a name of 1 to {LongestName} characters that DOS text (CP437) can hold: more do not fit into the game's table.");

    private static string CheckedPlace(string what, string place) => place.Trim() is { Length: <= LongestPlace } trimmed && NodelistText.CanHold(trimmed)
        ? trimmed
        : throw new RefusedException($"The {what} is a line of at most {LongestPlace} characters that DOS text (CP437) can hold.");

    private static string CheckedContact(string contact) => contact.Trim() is { Length: <= LongestContact } trimmed && !trimmed.Any(char.IsControl)
        ? trimmed
        : throw new RefusedException($"The contact is one line of at most {LongestContact} characters.");
}
