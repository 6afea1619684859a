using System.Globalization;
using MudBlazor;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Explorer;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Layout;
using NovaHub.Web.Components.Live;

namespace NovaHub.Web.Components.Search;

/// <summary>Something that was found, and where it is.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Detail">What it is.</param>
/// <param name="Path">Its page.</param>
/// <param name="Icon">Its kind at a glance.</param>
public sealed record SearchHit(string Title, string Detail, string Path, string Icon);

/// <summary>Searches everything that has a name or a number: pages, leagues, BBSes, runs, packets.</summary>
internal sealed class HubSearch(HubDirectory directory, RunHistory history, PacketExplorer explorer)
{
    /// <summary>Hits of each kind, at most.</summary>
    public const int MostOfKind = 6;

    // Fewer characters than a league id fit half the ledger
    private const int ShortestName = 4;

    /// <summary>What fits the text, the likeliest first.</summary>
    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, CancellationToken cancellationToken)
    {
        text = text.Trim();
        var hits = new List<SearchHit>();
        if (await RunAsync(text, cancellationToken) is { } run)
        {
            hits.Add(run);
        }

        hits.AddRange(NavMenu.Pages.Where(p => p.Name.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Select(p => new SearchHit(p.Name, "Page", p.Path, p.Icon)));
        if (text.Length > 0)
        {
            hits.AddRange(Leagues(text).Take(MostOfKind));
            hits.AddRange(Boards(text).Take(MostOfKind));
            hits.AddRange(await Task.Run(() => Packets(text), cancellationToken));
        }

        return hits;
    }

    private IEnumerable<SearchHit> Leagues(string text) =>
        from league in directory.Current.Leagues.Values
        where league.Id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase) || league.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
        orderby league.Id
        select new SearchHit($"{league.Id} {league.Name}", "League", Places.League(league.Id), Icons.Material.Outlined.Public);

    private IEnumerable<SearchHit> Boards(string text) =>
        from board in directory.Current.BoardsById.Values
        where board.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || board.ClientId.StartsWith(text, StringComparison.OrdinalIgnoreCase)
        orderby board.Name
        select new SearchHit(
            board.Name, board.Seats.Count == 0 ? "BBS" : $"BBS, {string.Join(", ", board.Seats.Values.OrderBy(s => s.League).Select(s => $"{s.League}:{s.BbsIndex}"))}",
            Places.Board(board.Id), Icons.Material.Outlined.Dns);

    private List<SearchHit> Packets(string text) =>
        text.Length < ShortestName || PacketNamePrefix.Parse(text) is not { } name
            ? []
            : [.. explorer.Find(new PacketFilter { Name = name }, null, MostOfKind).Packets.Select(p => new SearchHit(
                p.Name.ToString(), $"Packet, came in {p.ReceivedAt.ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture)} UTC, {Words.Bytes(p.Size)}",
                $"/packets/{p.Id}", Icons.Material.Outlined.Mail))];

    // 12, #12 and run 12
    private async Task<SearchHit?> RunAsync(string text, CancellationToken cancellationToken)
    {
        var number = text.StartsWith("run", StringComparison.OrdinalIgnoreCase) ? text[3..].Trim() : text.TrimStart('#');
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && await history.FindAsync(id, cancellationToken) is { Run: var run }
            ? new SearchHit($"Run {id}", $"Run of {run.LeagueId}, {Words.Of(run.Outcome).Text.ToLowerInvariant()}", $"/runs/{id}", Icons.Material.Outlined.PlayCircle)
            : null;
    }
}
