using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Settings;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Leagues;

/// <summary>The hub's own entry in nodelists. Configuration section <c>Hub</c>.</summary>
public sealed record HubOptions
{
    /// <summary>The hub's name, one line of CP437 text.</summary>
    public string Name { get; set; } = "The Hub BBS";

    /// <summary>City.</summary>
    public string City { get; set; } = "";

    /// <summary>State or province.</summary>
    public string State { get; set; } = "";

    /// <summary>Country.</summary>
    public string Country { get; set; } = "";
}

/// <summary>What <see cref="HubOptions"/> may say: what a line of a nodelist can hold.</summary>
public sealed class HubOptionsRules : IValidateOptions<HubOptions>
{
    /// <summary>Most characters of a line.</summary>
    public const int Longest = 60;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HubOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Name))
        {
            faults.Add("Hub:Name is empty; the hub needs a name in its nodelists.");
        }

        foreach (var (key, line) in new[] { ("Name", options.Name), ("City", options.City), ("State", options.State), ("Country", options.Country) })
        {
            if (line.Length > Longest)
            {
                faults.Add($"Hub:{key} has {line.Length} characters; allowed are {Longest}.");
            }
            else if (!NodelistText.CanHold(line))
            {
                faults.Add($"Hub:{key} has a character that DOS text (CP437) can't hold.");
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

/// <summary>What came of generating a nodelist.</summary>
/// <param name="Changed">Whether the content differs from the version before, so that it was kept and queued.</param>
/// <param name="Refusal">Why it was refused and the last good one stays, or null.</param>
/// <param name="Warnings">What the admin should know, such as addresses that were made up.</param>
public sealed record NodelistResult(bool Changed, string? Refusal, IReadOnlyList<string> Warnings);

/// <summary>Generates nodelists from memberships, keeps versions and queues a new one to every member.</summary>
public sealed class NodelistPublisher(CurrentOptions<HubOptions> hub, TimeProvider clock)
{
    /// <summary>
    /// Generates the league's nodelist inside the caller's transaction. When the content changed, the version is kept
    /// and waits for every member in place of an older one.
    /// </summary>
    public Task<NodelistResult> PublishAsync(HubDb db, LeagueId leagueId, CancellationToken cancellationToken) =>
        PublishAsAsync(db, leagueId, hub.Value, cancellationToken);

    /// <summary>The same with another entry of the hub than the configuration has yet.</summary>
    internal async Task<NodelistResult> PublishAsAsync(HubDb db, LeagueId leagueId, HubOptions own, CancellationToken cancellationToken)
    {
        var (result, next) = await GenerateAsync(db, leagueId, own, keep: true, cancellationToken);
        if (next is null)
        {
            return result;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var version = new Nodelist { LeagueId = leagueId, Version = next.Version, Bytes = next.Bytes, Sha256 = SHA256.HashData(next.Bytes), CreatedAt = now };
        var after = await db.Set<Packets.Packet>().MaxAsync(p => (long?)p.Id, cancellationToken) ?? 0;
        await db.Set<NodelistItem>().Where(i => i.LeagueId == leagueId).ExecuteDeleteAsync(cancellationToken);
        db.Add(version);
        foreach (var index in next.Members)
        {
            db.Add(new NodelistItem { Nodelist = version, LeagueId = leagueId, BbsIndex = index, QueuedAt = now, AfterPacketId = after });
        }

        var told = $"Version {next.Version} of {leagueId.NodelistName} was published{(next.Members.Count == 0 ? "" : $" and waits for {(next.Members.Count == 1 ? "1 board" : $"{next.Members.Count} boards")}")}.";
        await ActivityLog.AddAsync(db, new Activity { At = now, Kind = ActivityKind.NodelistPublished, Sentence = told, LeagueId = leagueId }, cancellationToken);
        return result;
    }

    /// <summary>Says what <see cref="PublishAsync"/> would find. Reads only, so that nobody's writing waits for it.</summary>
    public async Task<NodelistResult> PreviewAsync(HubDb db, LeagueId leagueId, CancellationToken cancellationToken) =>
        (await GenerateAsync(db, leagueId, hub.Value, keep: false, cancellationToken)).Result;

    /// <summary>What <see cref="PublishAsync"/> would make; the bytes only when they differ from the current ones. Reads only.</summary>
    internal async Task<(NodelistResult Result, byte[]? Bytes)> DraftAsync(HubDb db, LeagueId leagueId, CancellationToken cancellationToken)
    {
        var (result, next) = await GenerateAsync(db, leagueId, hub.Value, keep: false, cancellationToken);
        return (result, next?.Bytes);
    }

    /// <summary>The league's current nodelist, or null when there is none yet.</summary>
    public static Task<Nodelist?> CurrentAsync(HubDb db, LeagueId leagueId, CancellationToken cancellationToken) =>
        db.Set<Nodelist>().AsNoTracking().Where(n => n.LeagueId == leagueId)
            .OrderByDescending(n => n.Version).FirstOrDefaultAsync(cancellationToken);

    private async Task<(NodelistResult Result, NextVersion? Next)> GenerateAsync(
        HubDb db, LeagueId leagueId, HubOptions own, bool keep, CancellationToken cancellationToken)
    {
        var league = await db.Set<League>().AsNoTracking().SingleAsync(l => l.Id == leagueId, cancellationToken);
        var members = await db.Set<Membership>().AsNoTracking().Include(m => m.Bbs)
            .Where(m => m.LeagueId == leagueId && m.LeftAt == null).ToListAsync(cancellationToken);
        var made = await MadeUpAddresses.FillAsync(db, league, members, cancellationToken);
        var entries = Entries(own, league, members);
        List<string> warnings =
        [
            .. made.Select(m => MadeUpAddresses.Sentence(league, m)),
            .. entries.Where(e => e.Name.Length > BbsAdmin.LongestName)
                .Select(e => $"The name of node {e.Index}, {e.Name}, has {e.Name.Length} characters, and the game's table holds {BbsAdmin.LongestName}: shorten it."),
        ];
        byte[] bytes;
        try
        {
            bytes = NodelistText.Write(entries, league.HubIndex);
        }
        catch (NodelistRefusedException refusal)
        {
            return (new NodelistResult(false, refusal.Message, warnings), null);
        }

        if (keep)
        {
            await MadeUpAddresses.KeepAsync(db, league, made, cancellationToken);
        }

        var latest = await db.Set<Nodelist>().AsNoTracking().Where(n => n.LeagueId == leagueId)
            .OrderByDescending(n => n.Version).Select(n => new { n.Version, n.Sha256 }).FirstOrDefaultAsync(cancellationToken);
        return latest is not null && latest.Sha256.AsSpan().SequenceEqual(SHA256.HashData(bytes))
            ? (new NodelistResult(false, null, warnings), null)
            : (new NodelistResult(true, null, warnings), new NextVersion((latest?.Version ?? 0) + 1, bytes, [.. members.Select(m => m.BbsIndex)]));
    }

    private static List<NodelistEntry> Entries(HubOptions own, League league, List<Membership> members)
    {
        var routes = league.RoutesThroughHub ? members.Select(m => m.BbsIndex).Order().ToList() : null;
        return
        [
            new NodelistEntry(league.HubIndex, routes, own.Name, league.Address() ?? "", own.City, own.State, own.Country),
            .. members.Select(m => new NodelistEntry(
                m.BbsIndex, null, m.Bbs!.Name, m.Address() ?? "", m.Bbs.City, m.Bbs.State, m.Bbs.Country)),
        ];
    }

    private sealed record NextVersion(int Version, byte[] Bytes, IReadOnlyList<int> Members);
}
