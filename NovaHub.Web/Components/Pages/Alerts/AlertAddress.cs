using System.Globalization;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Games;
using NovaHub.Web.Components.Shared;

namespace NovaHub.Web.Components.Pages.Alerts;

/// <summary>The address of the list of alerts. What can't be read there counts as not said.</summary>
public sealed record AlertAddress
{
    /// <summary>Path of the page.</summary>
    public const string Path = "/alerts";

    /// <summary>The worst first.</summary>
    public static readonly ListSort Usual = new("weight", true);

    /// <summary>What the list can be sorted by.</summary>
    public static readonly (string Key, string Name)[] Sorts = [("weight", "Weight"), ("raised", "Raised"), ("changed", "Changed")];

    private static readonly string[] s_sortKeys = [.. Sorts.Select(s => s.Key)];

    public AlertScope Scope { get; init; } = AlertScope.Open;

    public AlertKind? Kind { get; init; }

    public AlertWeight? Weight { get; init; }

    public LeagueId? League { get; init; }

    public int? BbsId { get; init; }

    public ListSort Sort { get; init; } = Usual;

    public int Page { get; init; } = 1;

    /// <summary>Whether anything is filtered at all.</summary>
    public bool Filters => Filter != new AlertFilter();

    public AlertFilter Filter => new(Scope, Kind, Weight, League, BbsId);

    public AlertOrder Order => Sort.Key switch
    {
        "raised" => AlertOrder.Raised,
        "changed" => AlertOrder.Changed,
        _ => AlertOrder.Weight,
    };

    /// <summary>The page of one alert.</summary>
    public static string Of(long id) => string.Create(CultureInfo.InvariantCulture, $"{Path}/{id}");

    /// <summary>Reads the address's values as they came.</summary>
    public static AlertAddress Read(string? state, string? what, string? weight, string? league, string? bbs, string? sort, string? page) => new()
    {
        Scope = Word<AlertScope>(state) ?? AlertScope.Open,
        Kind = Word<AlertKind>(what),
        Weight = Word<AlertWeight>(weight),
        League = LeagueId.TryParse(league?.ToUpperInvariant(), out var id) ? id : null,
        BbsId = Number(bbs),
        Sort = ListSort.Parse(sort, Usual, s_sortKeys),
        Page = Number(page) ?? 1,
    };

    /// <summary>The value of this word, or null.</summary>
    public static T? Word<T>(string? word) where T : struct, Enum =>
        Enum.GetValues<T>().Where(v => string.Equals(v.ToString(), word, StringComparison.OrdinalIgnoreCase)).Select(v => (T?)v).FirstOrDefault();

    public override string ToString() => Addresses.With(
        Path,
        ("state", Scope == AlertScope.Open ? null : Scope.ToString().ToLowerInvariant()),
        ("what", Kind),
        ("weight", Weight?.ToString().ToLowerInvariant()),
        ("league", League),
        ("bbs", BbsId),
        ("sort", Sort.Text(Usual)),
        ("page", Page > 1 ? Page : null));

    // A page a million pages away is none
    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1_000_000 ? number : null;
}
