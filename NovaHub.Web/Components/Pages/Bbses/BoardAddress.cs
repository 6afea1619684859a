using System.Globalization;
using NovaHub.Web.Components.Pages.Dashboard;
using NovaHub.Web.Components.Shared;

namespace NovaHub.Web.Components.Pages.Bbses;

/// <summary>A part of a board's page.</summary>
public enum BoardTab
{
    /// <summary>Traffic, seats and its entry.</summary>
    Overview,

    /// <summary>What waits for it and what it fetched.</summary>
    Mail,

    /// <summary>What it sent and what was refused.</summary>
    Uploads,
}

/// <summary>The address of a board's page. What can't be read there counts as not said.</summary>
/// <param name="Id">The board.</param>
/// <param name="Tab">The part shown.</param>
/// <param name="Span">How far back its chart looks.</param>
/// <param name="After">The packet behind which the list of what waits begins, or null.</param>
public sealed record BoardAddress(int Id, BoardTab Tab, TrafficSpan Span, long? After)
{
    /// <summary>Reads the address's values as they came.</summary>
    public static BoardAddress Read(int id, string? tab, string? span, string? after) => new(
        id,
        Enum.GetValues<BoardTab>().FirstOrDefault(t => Word(t) == tab),
        BoardChart.SpanOf(span),
        long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var packet) && packet > 0 ? packet : null);

    public override string ToString() => Addresses.With(
        string.Create(CultureInfo.InvariantCulture, $"/bbses/{Id}"),
        ("tab", Tab == BoardTab.Overview ? null : Word(Tab)),
        ("span", Tab == BoardTab.Overview && Span != BoardChart.Spans[0] ? Span.Key : null),
        ("after", Tab == BoardTab.Mail ? After : null));

    private static string Word(BoardTab tab) => tab.ToString().ToLowerInvariant();
}
