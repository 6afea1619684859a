using System.Globalization;
using NovaHub.Web.Components.Pages.Dashboard;

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

    public override string ToString()
    {
        List<string> parts = [];
        if (Tab != BoardTab.Overview)
        {
            parts.Add($"tab={Word(Tab)}");
        }
        else if (Span != BoardChart.Spans[0])
        {
            parts.Add($"span={Span.Key}");
        }

        if (Tab == BoardTab.Mail && After is { } packet)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"after={packet}"));
        }

        var path = string.Create(CultureInfo.InvariantCulture, $"/bbses/{Id}");
        return parts.Count == 0 ? path : $"{path}?{string.Join('&', parts)}";
    }

    private static string Word(BoardTab tab) => tab.ToString().ToLowerInvariant();
}
