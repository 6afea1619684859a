using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>
/// Something in a game's INBOUND that the hub did not put there has the name of a packet that waits. The hub overwrites
/// nothing, so the packet waits until it is gone.
/// </summary>
internal sealed class MailBlockedRule(IDbContextFactory<HubDb> databases, HubDirectory directory) : IAlertRule
{
    // A folder that somebody filled is looked through no further
    private const int MostLooked = 1000;

    public AlertKind Kind => AlertKind.MailBlocked;

    public IReadOnlyList<string> Topics { get; } = [Signal.Runs, Signal.Directory];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = new List<AlertCondition>();
        foreach (var league in directory.Current.Leagues.Values.Where(l => l.GameFolder is not null))
        {
            var folder = GameFolder.At(league.Id, league.GameFolder!);
            if (await BlockedAsync(db, league, folder, cancellationToken) is { Count: > 0 } blocked)
            {
                var more = blocked.Count == 1 ? "" : $" and {blocked.Count - 1} more";
                found.Add(new AlertCondition(
                    $"blocked:{league.Id}",
                    AlertWeight.Bad,
                    $"{blocked[0]}{more} in {folder.Inbound} {(blocked.Count == 1 ? "is" : "are")} not the hub's, and mail of that name waits for the game of {league.Id}. The hub overwrites nothing. See what it is, move it away, and run the league; otherwise the hub tries again within the hour.")
                {
                    League = league.Id,
                    Times = blocked.Count,
                });
            }
        }

        return found;
    }

    private static async Task<List<string>> BlockedAsync(HubDb db, LeagueEntry league, GameFolder folder, CancellationToken cancellationToken)
    {
        var there = Entries(folder, league);
        if (there.Count == 0)
        {
            return [];
        }

        // What a run has put there is the hub's own, whatever else of that name waits
        var staged = await db.Set<Packet>().Where(p => p.StagedInRunId != null && p.LeagueId == league.Id).Select(p => new { p.Source, p.Sequence }).ToListAsync(cancellationToken);
        var ours = staged.Select(p => new PacketName(league.Id, p.Source, league.HubIndex, p.Sequence)).ToHashSet();
        var blocked = new List<string>();
        foreach (var (name, path) in there.Where(e => !ours.Contains(e.Name)))
        {
            var waiting = await db.Set<Packet>().AsNoTracking()
                .Where(p => p.LeagueId == league.Id && p.Source == name.Source && p.Dest == name.Dest && p.Sequence == name.Sequence).Waiting()
                .OrderBy(p => p.Id).FirstOrDefaultAsync(cancellationToken);
            if (waiting is not null && IsAnother(path, waiting))
            {
                blocked.Add(name.ToString());
            }
        }

        return blocked;
    }

    private static List<(PacketName Name, string Path)> Entries(GameFolder folder, LeagueEntry league)
    {
        try
        {
            return Directory.Exists(folder.Inbound)
                ? [.. Directory.EnumerateFileSystemEntries(folder.Inbound).Take(MostLooked)
                    .Select(path => (IsPacket: PacketName.TryParse(Path.GetFileName(path), out var name), Name: name, Path: path))
                    .Where(e => e.IsPacket && e.Name.League == league.Id && e.Name.Dest == league.HubIndex)
                    .Select(e => (e.Name, e.Path)).OrderBy(e => e.Path, StringComparer.Ordinal)]
                : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Another rule tells that
            return [];
        }
    }

    // Gone meanwhile, it blocks nothing
    private static bool IsAnother(string path, Packet packet)
    {
        if (Directory.Exists(path))
        {
            return true;
        }

        try
        {
            return !Inbound.IsOf(path, packet.Size, packet.Sha256);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
