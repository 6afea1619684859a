using System.Globalization;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Leagues;

/// <summary>
/// Makes up FTN addresses where none is given: a game finds itself in the nodelist by its address alone, so an entry without
/// one is known by nobody. The hub's zone and net, or the league's number as the zone, and the BBS index as the node. What was
/// made up once is kept, because it stands in the board's own BBS.CFG from then on.
/// </summary>
internal static class MadeUpAddresses
{
    private const int Net = 1;
    private const int ZoneOfNumberZero = 1000;
    private const int MostNodes = 32_767;
    private const int Step = 1000;

    /// <summary>Gives the hub and the members of a league addresses where they have none, in memory.</summary>
    /// <returns>What is new: the hub (null) or the seat.</returns>
    public static async Task<List<Membership?>> FillAsync(HubDb db, League league, IReadOnlyList<Membership> members, CancellationToken cancellationToken)
    {
        var made = new List<Membership?>();
        if (league.Address() is not null && members.All(m => m.Address() is not null))
        {
            return made;
        }

        var seats = await db.Set<Membership>().AsNoTracking().Where(m => m.LeftAt == null)
            .Select(m => new { m.BbsId, m.FtnAddress, m.MadeUpAddress }).ToListAsync(cancellationToken);
        var hubs = await db.Set<League>().AsNoTracking().Where(l => l.RetiredAt == null)
            .Select(l => new { l.HubAddress, l.MadeUpAddress }).ToListAsync(cancellationToken);
        // An address belongs to one board; a board, and the hub, may use the same one in several leagues
        var taken = seats.Select(s => (Owner: s.BbsId, Address: FtnAddress.Parse(s.FtnAddress ?? s.MadeUpAddress)))
            .Concat(hubs.Select(h => (Owner: 0, Address: FtnAddress.Parse(h.HubAddress ?? h.MadeUpAddress)))).ToList();
        if (league.Address() is null)
        {
            var number = int.Parse(league.Id.Number, CultureInfo.InvariantCulture);
            league.MadeUpAddress = Free(new FtnAddress(number > 0 ? number : ZoneOfNumberZero, Net, 0, 0), league.HubIndex, 0);
            made.Add(null);
        }

        var hub = FtnAddress.Parse(league.Address())!;
        taken.Add((0, hub));
        foreach (var member in members.Where(m => m.Address() is null).OrderBy(m => m.BbsIndex))
        {
            member.MadeUpAddress = Free(hub, member.BbsIndex, member.BbsId);
            taken.Add((member.BbsId, FtnAddress.Parse(member.MadeUpAddress)));
            made.Add(member);
        }

        return made;

        string Free(FtnAddress like, int index, int owner) =>
            Enumerable.Range(0, MostNodes / Step).Select(i => index + (i * Step)).Concat(Enumerable.Range(1, MostNodes))
                .Select(like.Beside).First(text => FtnAddress.Parse(text) is var address && !taken.Exists(t => t.Owner != owner && address == t.Address)
                    // Within one league every entry has its own
                    && members.All(m => FtnAddress.Parse(m.Address()) != address) && FtnAddress.Parse(league.Address()) != address);
    }

    /// <summary>Writes made-up addresses into their rows.</summary>
    public static async Task KeepAsync(HubDb db, League league, IEnumerable<Membership?> made, CancellationToken cancellationToken)
    {
        foreach (var seat in made)
        {
            _ = seat is null
                ? await db.Set<League>().Where(l => l.Id == league.Id).ExecuteUpdateAsync(s => s.SetProperty(l => l.MadeUpAddress, league.MadeUpAddress), cancellationToken)
                : await db.Set<Membership>().Where(m => m.Id == seat.Id).ExecuteUpdateAsync(s => s.SetProperty(m => m.MadeUpAddress, seat.MadeUpAddress), cancellationToken);
        }
    }

    /// <summary>What is to be done about a made-up address, a sentence for people.</summary>
    public static string Sentence(League league, Membership? seat) => seat is null
        ? $"The hub has no FTN address in {league.Id}, so one was made up: {league.MadeUpAddress}. Line 3 of BBS.CFG in the hub's own game must be exactly this. To use another: novahub league set {league.Id} --hub-address 13:10/1"
        : $"{seat.Bbs!.Name} (node {seat.BbsIndex}) has no FTN address in {league.Id}, so the hub made one up: {seat.MadeUpAddress}. Its sysop writes exactly this into line 3 of BBS.CFG; the game finds itself in the nodelist by it.";

    /// <summary>What is to be done when an address takes the place of another, a sentence for people.</summary>
    public static string Replaced(LeagueId league, string who, string before, string now) =>
        $"{who} is listed as {now} in {league} now, not as {before}: line 3 of its BBS.CFG must be changed to exactly {now}, or its game no longer finds itself in the nodelist.";
}
