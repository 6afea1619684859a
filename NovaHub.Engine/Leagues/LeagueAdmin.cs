using System.Globalization;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Schedules;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Leagues;

/// <summary>Something that somebody asked for can't be done. The message says why and what to do, in one sentence.</summary>
public sealed class RefusedException(string message) : Exception(message);

/// <summary>What a new or changed league is to be.</summary>
/// <param name="Id">The league's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="HubAddress">The hub's FTN address there, or null.</param>
/// <param name="GameFolder">Full path of the hub's copy of the game, or null.</param>
/// <param name="Cron">Quartz cron expression, or null.</param>
public sealed record LeagueRequest(LeagueId Id, string Name, string? HubAddress = null, string? GameFolder = null, string? Cron = null)
{
    /// <summary>IANA name of the time zone of <see cref="Cron"/>, or null for this machine's own: the game's dates are the machine's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The game's command that moves packets, or null for the usual one.</summary>
    public string? MaintenanceCommand { get; init; }
}

/// <summary>Adds and changes leagues. Every change regenerates the nodelist in the same transaction.</summary>
public sealed partial class LeagueAdmin(
    IDbContextFactory<HubDb> databases, NodelistPublisher nodelists, HubDirectory directory, TimeProvider clock)
{
    /// <summary>Adds a league.</summary>
    /// <returns>Warnings about its nodelist.</returns>
    /// <exception cref="RefusedException">The league exists, or a value is no good.</exception>
    public async Task<IReadOnlyList<string>> AddAsync(LeagueRequest request, CancellationToken cancellationToken)
    {
        CheckName(request.Name);
        CheckFolder(request.GameFolder);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Set<League>().AnyAsync(l => l.Id == request.Id, cancellationToken))
        {
            throw new RefusedException($"League {request.Id} exists already.");
        }

        await RefuseForeignAddressAsync(db, request.HubAddress, null, cancellationToken);
        var league = new League
        {
            Id = request.Id,
            Name = request.Name.Trim(),
            HubAddress = request.HubAddress,
            GameFolder = request.GameFolder is { } folder ? Path.GetFullPath(folder) : null,
            Cron = request.Cron,
            TimeZone = request.TimeZone ?? TimeZones.Here,
            CreatedAt = clock.GetUtcNow().UtcDateTime,
        };
        CheckSchedule(league, new ClockTerms(null, TimeZones.Utc, false));
        league.MaintenanceCommand = request.MaintenanceCommand ?? league.MaintenanceCommand;
        db.Add(league);
        await db.SaveChangesAsync(cancellationToken);
        await ActivityLog.AddAsync(db, new Activity { At = clock.GetUtcNow().UtcDateTime, Kind = ActivityKind.LeagueAdded, Sentence = $"League {league.Id}, {league.Name}, was added.", LeagueId = league.Id }, cancellationToken);
        return await CommitAsync(db, transaction, [request.Id], cancellationToken);
    }

    /// <summary>Changes a league through <paramref name="change"/>.</summary>
    /// <exception cref="RefusedException">There is no such league, or a value is no good.</exception>
    public async Task<IReadOnlyList<string>> ChangeAsync(LeagueId id, Action<League> change, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var league = await db.Set<League>().SingleOrDefaultAsync(l => l.Id == id, cancellationToken)
            ?? throw new RefusedException($"There is no league {id}.");
        var (hubIndex, folder, terms) = (league.HubIndex, league.GameFolder, ClockTerms.Of(league));
        var (own, listed) = (league.HubAddress, league.Address());
        change(league);
        CheckName(league.Name);
        CheckSchedule(league, terms);
        if (league.GameFolder != folder)
        {
            // One that went missing since must not stand in the way of a pause
            CheckFolder(league.GameFolder);
        }

        if (league.HubIndex != hubIndex)
        {
            await RefuseHubIndexAsync(db, league, hubIndex, cancellationToken);
        }

        List<string> warnings = [];
        if (league.HubAddress != own)
        {
            await RefuseForeignAddressAsync(db, league.HubAddress, null, cancellationToken);
            // Given one, the made-up address is over; without one, another is made up
            league.MadeUpAddress = null;
            if (league.HubAddress is { } now && listed is not null)
            {
                warnings.Add(MadeUpAddresses.Replaced(id, "The hub", listed, now));
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        await ActivityLog.AddAsync(db, new Activity { At = clock.GetUtcNow().UtcDateTime, Kind = ActivityKind.LeagueChanged, Sentence = $"League {id}, {league.Name}, was changed.", LeagueId = id }, cancellationToken);
        return [.. warnings, .. await CommitAsync(db, transaction, [id], cancellationToken)];
    }

    /// <summary>Makes the nodelist anew, as after a change of the hub's own entry in the configuration.</summary>
    /// <returns>Warnings about it.</returns>
    /// <exception cref="RefusedException">There is no such league, or the nodelist would harm it.</exception>
    public Task<IReadOnlyList<string>> RegenerateAsync(LeagueId id, CancellationToken cancellationToken) => ChangeAsync(id, _ => { }, cancellationToken);

    /// <summary>One active league with its members.</summary>
    /// <returns>The league, or null when there is none.</returns>
    public async Task<League?> FindAsync(LeagueId id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<League>().AsNoTracking().Where(l => l.Id == id && l.RetiredAt == null)
            .Include(l => l.Memberships.Where(m => m.LeftAt == null)).ThenInclude(m => m.Bbs).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Every active league, by id.</summary>
    public async Task<IReadOnlyList<League>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<League>().AsNoTracking().Where(l => l.RetiredAt == null)
            .Include(l => l.Memberships.Where(m => m.LeftAt == null)).ThenInclude(m => m.Bbs)
            .OrderBy(l => l.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Whether the text is an FTN address: <c>zone:net/node</c>, with a point or without a zone too.</summary>
    public static bool IsFtnAddress(string text) => FtnAddress.Parse(text) is not null;

    /// <summary>Regenerates the nodelists, tells other processes, commits and refreshes the directory.</summary>
    internal async Task<IReadOnlyList<string>> CommitAsync(
        HubDb db, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, IEnumerable<LeagueId> leagues, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        foreach (var league in leagues.Distinct())
        {
            var result = await nodelists.PublishAsync(db, league, cancellationToken);
            if (result.Refusal is { } refusal)
            {
                throw new RefusedException(refusal);
            }

            warnings.AddRange(result.Warnings);
        }

        await SignalRows.RaiseAsync(db, Signal.Directory, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        return warnings;
    }

    /// <summary>Refuses an FTN address that belongs to another board or to the hub.</summary>
    internal static async Task RefuseForeignAddressAsync(HubDb db, string? address, int? ownerBbsId, CancellationToken cancellationToken)
    {
        if (address is null)
        {
            return;
        }

        var wanted = FtnAddress.Parse(address)
            ?? throw new RefusedException($"“{address}” is no FTN address; one looks like 13:10/2, or 10/2 where the nodelist carries no zones.");
        if (!wanted.IsPossible)
        {
            throw new RefusedException($"No node can have the FTN address {address}: zone and net are numbers from 1 to 32767, node and point from 0.");
        }

        // Compared as addresses, not as texts: 13:10/2 and 13:10/02 are one
        var others = await db.Set<Membership>().Where(m => m.LeftAt == null && m.BbsId != (ownerBbsId ?? 0))
            .Select(m => new { m.FtnAddress, m.MadeUpAddress, m.Bbs!.Name, m.LeagueId }).ToListAsync(cancellationToken);
        if (others.Find(o => FtnAddress.Parse(o.FtnAddress) == wanted) is { } holder)
        {
            throw new RefusedException($"The FTN address {address} belongs to {holder.Name}.");
        }

        if (others.Find(o => string.IsNullOrEmpty(o.FtnAddress) && FtnAddress.Parse(o.MadeUpAddress) == wanted) is { } listed)
        {
            throw new RefusedException($"The FTN address {address} was made up for {listed.Name} in {listed.LeagueId}, whose game goes by it. Give {listed.Name} an address of its own first.");
        }

        var hubs = ownerBbsId is null ? [] : await db.Set<League>().Where(l => l.RetiredAt == null).Select(l => l.HubAddress ?? l.MadeUpAddress).ToListAsync(cancellationToken);
        if (hubs.Exists(h => FtnAddress.Parse(h) == wanted))
        {
            throw new RefusedException($"The FTN address {address} is the hub's own.");
        }
    }

    private static void CheckName(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl) || name.Length > 80)
        {
            throw new RefusedException("A league needs a name of 1 to 80 characters on one line.");
        }
    }

    // Only a schedule that is new: one that has run out since must not stand in the way of a pause
    private void CheckSchedule(League league, ClockTerms before)
    {
        league.Cron = string.IsNullOrWhiteSpace(league.Cron) ? null : LocalCron.Normal(league.Cron);
        var terms = ClockTerms.Of(league);
        if (terms.Zone != before.Zone)
        {
            league.TimeZone = TimeZones.TryFind(league.TimeZone, out var zone) ? TimeZones.Plain(zone.Id) : throw new RefusedException(TimeZones.Refusal(league.TimeZone!));
        }

        var now = clock.GetUtcNow().UtcDateTime;
        if (league.Cron is { } cron && (terms.Cron, terms.Zone) != (before.Cron, before.Zone))
        {
            LocalCron.Read(cron, league.TimeZone, now);
        }

        ClockTerms.Restart(league, before, now);
    }

    private static void CheckFolder(string? folder)
    {
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new RefusedException(string.Create(CultureInfo.InvariantCulture, $"The game folder {folder} does not exist."));
        }
    }

    private static async Task RefuseHubIndexAsync(HubDb db, League league, int before, CancellationToken cancellationToken)
    {
        if (!BbsIndex.IsValid(league.HubIndex))
        {
            throw new RefusedException($"{league.HubIndex} is no BBS index: it is 1 to 255.");
        }

        var holder = await db.Set<Membership>().Where(m => m.LeagueId == league.Id && m.BbsIndex == league.HubIndex && m.LeftAt == null)
            .Select(m => m.Bbs!.Name).FirstOrDefaultAsync(cancellationToken);
        if (holder is not null)
        {
            throw new RefusedException($"Node {league.HubIndex} of {league.Id} is {holder}.");
        }

        if (await db.Set<Packet>().Where(p => p.LeagueId == league.Id && p.Dest == before).Waiting().AnyAsync(cancellationToken))
        {
            throw new RefusedException($"Packets wait for the hub's game as node {before}, and their names carry that node. Run the league first.");
        }
    }
}
