using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Leagues;

/// <summary>A kept version of a nodelist, without its text.</summary>
/// <param name="Version">Counts from 1 in each league.</param>
/// <param name="CreatedAt">When it was generated, UTC.</param>
/// <param name="Size">Bytes.</param>
public sealed record NodelistVersion(int Version, DateTime CreatedAt, int Size);

/// <summary>What a new nodelist would be.</summary>
/// <param name="Result">Whether it changes anything, and why it would be refused.</param>
/// <param name="Bytes">Its bytes when it differs from the current one; null otherwise.</param>
/// <param name="Differences">Against the current one, each a sentence.</param>
public sealed record NodelistDraft(NodelistResult Result, byte[]? Bytes, IReadOnlyList<string> Differences);

/// <summary>Reads a league's nodelists: all versions, and what the next one would be. Writes nothing.</summary>
public sealed class NodelistHistory(IDbContextFactory<HubDb> databases, NodelistPublisher publisher)
{
    /// <summary>The latest versions, newest first.</summary>
    public async Task<IReadOnlyList<NodelistVersion>> VersionsAsync(LeagueId league, int take, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Set<Nodelist>().Where(n => n.LeagueId == league).OrderByDescending(n => n.Version).Take(take)
            .Select(n => new NodelistVersion(n.Version, n.CreatedAt, n.Bytes.Length)).ToListAsync(cancellationToken);
    }

    /// <summary>One version, or the current one when <paramref name="version"/> is null.</summary>
    /// <returns>The nodelist, or null when there is none.</returns>
    public async Task<Nodelist?> FindAsync(LeagueId league, int? version, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return version is null
            ? await NodelistPublisher.CurrentAsync(db, league, cancellationToken)
            : await db.Set<Nodelist>().AsNoTracking().SingleOrDefaultAsync(n => n.LeagueId == league && n.Version == version, cancellationToken);
    }

    /// <summary>What <see cref="NodelistPublisher.PublishAsync"/> would make now.</summary>
    public async Task<NodelistDraft> DraftAsync(LeagueId league, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var (result, bytes) = await publisher.DraftAsync(db, league, cancellationToken);
        var current = await NodelistPublisher.CurrentAsync(db, league, cancellationToken);
        return new NodelistDraft(result, bytes, bytes is null ? [] : Differences(current?.Bytes ?? [], bytes));
    }

    /// <summary>What differs from one nodelist to another, a sentence for each node, by index.</summary>
    public static IReadOnlyList<string> Differences(byte[] before, byte[] after)
    {
        var (old, now) = (NodelistText.Read(before).ToDictionary(e => e.Index), NodelistText.Read(after).ToDictionary(e => e.Index));
        var sentences = new List<string>();
        foreach (var index in old.Keys.Union(now.Keys).Order())
        {
            sentences.AddRange((old.GetValueOrDefault(index), now.GetValueOrDefault(index)) switch
            {
                (null, { } added) => [$"Node {index} is new: {Named(added)}."],
                ({ } removed, null) => [$"Node {index} is gone: {Named(removed)}."],
                ({ } was, { } becomes) => Changes(was, becomes),
                _ => [],
            });
        }

        return sentences.Count > 0 || before.AsSpan().SequenceEqual(after)
            ? sentences
            : [$"Only how it is written: a field without text is “{NodelistText.Nothing}” now, because an empty line ends an entry for some readers."];
    }

    private static IEnumerable<string> Changes(NodelistEntry was, NodelistEntry becomes)
    {
        (string What, string Was, string Becomes)[] lines =
        [
            ("routes for", Routes(was), Routes(becomes)), ("name", was.Name, becomes.Name), ("FTN address", was.Address, becomes.Address),
            ("city", was.City, becomes.City), ("state", was.State, becomes.State), ("country", was.Country, becomes.Country),
        ];
        return lines.Where(l => l.Was != l.Becomes).Select(l => $"Node {was.Index}, {l.What}: {OrNothing(l.Was)} became {OrNothing(l.Becomes)}.");
    }

    private static string Named(NodelistEntry entry) => entry.Address.Length > 0 ? $"{entry.Name}, {entry.Address}" : entry.Name;

    private static string Routes(NodelistEntry entry) => entry.Routes is null ? "" : string.Join(' ', entry.Routes.Order());

    private static string OrNothing(string text) => text.Length > 0 ? $"“{text}”" : "nothing";
}
