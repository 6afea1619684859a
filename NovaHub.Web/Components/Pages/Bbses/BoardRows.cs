using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Web.Components.Shared;

namespace NovaHub.Web.Components.Pages.Bbses;

/// <summary>Which boards a list shows.</summary>
public enum BoardsShown
{
    All,
    Active,
    Disabled,

    /// <summary>Those for which mail waits.</summary>
    WaitingMail,
}

/// <summary>The address of the list of boards. What can't be read there counts as not said.</summary>
public sealed record BoardsAddress
{
    private const string Path = "/bbses";

    private static readonly ListSort s_usual = new("name", false);
    private static readonly (string Word, BoardsShown Shown)[] s_words = [("active", BoardsShown.Active), ("disabled", BoardsShown.Disabled), ("waiting", BoardsShown.WaitingMail)];

    /// <summary>What the list can be sorted by.</summary>
    public static IReadOnlyList<(string Key, string Name)> Sorts { get; } = [("name", "BBS"), ("state", "State"), ("seats", "Seats"), ("seen", "Last seen"), ("waiting", "Waiting")];

    /// <summary>A part of the name, as typed, or null.</summary>
    public string? Search { get; init; }

    public BoardsShown Shown { get; init; }

    public ListSort Sort { get; init; } = s_usual;

    /// <summary>The page, from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Whether anything is filtered at all.</summary>
    public bool Filters => Search is not null || Shown != BoardsShown.All;

    /// <summary>Reads the address's values as they came.</summary>
    public static BoardsAddress Read(string? search, string? shown, string? sort, string? page) => new()
    {
        Search = search?.Trim() is { Length: > 0 and <= 60 } text ? text : null,
        Shown = ShownOf(shown),
        Sort = ListSort.Parse(sort, s_usual, [.. Sorts.Select(s => s.Key)]),
        Page = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1 ? number : 1,
    };

    /// <summary>The word of a choice in addresses; an empty text for all.</summary>
    public static string WordOf(BoardsShown shown) => s_words.Where(w => w.Shown == shown).Select(w => w.Word).FirstOrDefault("");

    /// <summary>The choice of this word; all for anything else.</summary>
    public static BoardsShown ShownOf(string? word) => s_words.Where(w => w.Word == word).Select(w => w.Shown).FirstOrDefault();

    public override string ToString() => Addresses.With(
        Path,
        ("q", Search),
        ("state", WordOf(Shown)),
        ("sort", Sort.Text(s_usual)),
        ("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null));
}

/// <summary>A board of the list.</summary>
/// <param name="Bbs">The board with its seats.</param>
/// <param name="Waiting">Packets that wait for it.</param>
public sealed record BoardRow(Bbs Bbs, int Waiting);

/// <summary>One page of the list of boards.</summary>
/// <param name="Rows">The boards shown.</param>
/// <param name="Page">The page, from 1.</param>
/// <param name="Fit">Boards that fit the filters.</param>
/// <param name="All">Boards in all.</param>
public sealed record BoardRows(IReadOnlyList<BoardRow> Rows, int Page, int Fit, int All)
{
    /// <summary>Boards of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Filters, sorts and cuts out the page; a page that is gone is the last one.</summary>
    public static BoardRows Of(IReadOnlyList<Bbs> boards, IReadOnlyList<WaitingCount> waiting, BoardsAddress address)
    {
        var counts = waiting.ToDictionary(w => (w.League, w.Dest), w => w.Count);
        var fit = boards
            .Select(b => new BoardRow(b, b.Memberships.Sum(m => counts.GetValueOrDefault((m.LeagueId, m.BbsIndex)))))
            .Where(r => address.Search is not { } text || r.Bbs.Name.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Where(r => address.Shown switch
            {
                BoardsShown.Active => r.Bbs.DisabledAt is null,
                BoardsShown.Disabled => r.Bbs.DisabledAt is not null,
                BoardsShown.WaitingMail => r.Waiting > 0,
                _ => true,
            });
        List<BoardRow> sorted =
        [
            .. address.Sort.Apply(fit, r => address.Sort.Key switch
            {
                "state" => r.Bbs.DisabledAt is not null,
                "seats" => r.Bbs.Memberships.Count,
                "seen" => r.Bbs.LastSeenAt,
                "waiting" => r.Waiting,
                _ => r.Bbs.Name,
            }),
        ];
        var page = Math.Clamp(address.Page, 1, Math.Max(1, (sorted.Count + PageSize - 1) / PageSize));
        return new BoardRows([.. sorted.Skip((page - 1) * PageSize).Take(PageSize)], page, sorted.Count, boards.Count);
    }
}
