using System.Globalization;
using NovaHub.Web.Components.Shared;

namespace NovaHub.Web.Components.Pages.Leagues;

/// <summary>The address of the list of leagues. What can't be read there counts as not said.</summary>
/// <param name="Sort">How the list is sorted.</param>
/// <param name="Page">The page, from 1.</param>
public sealed record LeagueListAddress(ListSort Sort, int Page = 1)
{
    private const string Path = "/leagues";

    private static readonly ListSort s_usual = new("id", false);

    /// <summary>What the list can be sorted by.</summary>
    public static IReadOnlyList<(string Key, string Name)> Sorts { get; } =
        [("id", "League"), ("name", "Name"), ("members", "Members"), ("game", "Waits for the game"), ("boards", "Waits for boards")];

    /// <summary>Reads the address's values as they came.</summary>
    public static LeagueListAddress Read(string? sort, string? page) => new(
        ListSort.Parse(sort, s_usual, [.. Sorts.Select(s => s.Key)]),
        int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1 ? number : 1);

    public override string ToString() => Addresses.With(Path, ("sort", Sort.Text(s_usual)), ("page", Page > 1 ? Page : null));
}
