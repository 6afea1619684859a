using System.Globalization;
using MudBlazor;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Web.Components.Shared;

namespace NovaHub.Web.Components.Pages.Activities;

/// <summary>The activity page's address. What can't be read there counts as not said.</summary>
public sealed record ActivityAddress(LeagueId? League = null, int? BbsId = null, ActivityKind? Kind = null, long? Beside = null, bool Newer = false, string? Span = null)
{
    /// <summary>How far back one can look: word, name and length.</summary>
    public static readonly IReadOnlyList<(string Key, string Name, TimeSpan Length)> Spans =
        [("1h", "The last hour", TimeSpan.FromHours(1)), ("24h", "24 hours", TimeSpan.FromDays(1)), ("7d", "7 days", TimeSpan.FromDays(7)), ("30d", "30 days", TimeSpan.FromDays(30))];

    /// <summary>Path of the page.</summary>
    public const string Path = "/activity";

    /// <summary>Whether anything is filtered at all.</summary>
    public bool Filters => League is not null || BbsId is not null || Kind is not null || Span is not null;

    /// <summary>From when on, UTC; null for everything.</summary>
    public DateTime? From(DateTime now) => Spans.Where(s => s.Key == Span).Select(s => (DateTime?)(now - s.Length)).FirstOrDefault();

    /// <summary>Reads the address's values as they came.</summary>
    public static ActivityAddress Read(string? what, string? league, string? bbs, string? after, string? before, string? span = null)
    {
        var behind = Number(after);
        return new ActivityAddress(
            LeagueId.TryParse(league?.ToUpperInvariant(), out var id) ? id : null,
            Number(bbs) is { } board and <= int.MaxValue ? (int)board : null,
            KindOf(what), behind ?? Number(before), behind is null && Number(before) is not null, SpanOf(span));
    }

    /// <summary>The kind of this word, or null.</summary>
    public static ActivityKind? KindOf(string? word) =>
        Enum.GetValues<ActivityKind>().Where(k => string.Equals(k.ToString(), word, StringComparison.OrdinalIgnoreCase)).Select(k => (ActivityKind?)k).FirstOrDefault();

    /// <summary>The span of this word, or null.</summary>
    public static string? SpanOf(string? word) => Spans.Any(s => s.Key == word) ? word : null;

    public override string ToString() => Addresses.With(
        Path,
        ("what", Kind),
        ("league", League),
        ("bbs", BbsId),
        ("span", Span),
        (Newer ? "before" : "after", Beside));

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}

/// <summary>Kinds of activity in plain words.</summary>
internal static class ActivityWords
{
    public static (string Name, string Icon) Of(ActivityKind kind) => kind switch
    {
        ActivityKind.RunEnded => ("Run ended", Icons.Material.Outlined.PlayCircle),
        ActivityKind.UploadRefused => ("Upload refused", Icons.Material.Outlined.Block),
        ActivityKind.RetryTaken => ("Taken for a retry", Icons.Material.Outlined.ContentCopy),
        ActivityKind.EnteredAsNew => ("Entered as new", Icons.Material.Outlined.PlaylistAdd),
        ActivityKind.Requeued => ("Packet put back", Icons.Material.Outlined.Replay),
        ActivityKind.PacketHeld => ("Packets held", Icons.Material.Outlined.HelpOutline),
        ActivityKind.PacketDecided => ("Held packet decided", Icons.Material.Outlined.Gavel),
        ActivityKind.Expired => ("Packet given up", Icons.Material.Outlined.DeleteSweep),
        ActivityKind.OutboundOdd => ("Odd file in OUTBOUND", Icons.Material.Outlined.Report),
        ActivityKind.LeagueAdded => ("League added", Icons.Material.Outlined.Public),
        ActivityKind.LeagueChanged => ("League changed", Icons.Material.Outlined.Public),
        ActivityKind.BoardAdded => ("BBS added", Icons.Material.Outlined.Dns),
        ActivityKind.BoardJoined => ("BBS joined", Icons.Material.Outlined.Dns),
        ActivityKind.BoardChanged => ("BBS changed", Icons.Material.Outlined.Dns),
        ActivityKind.BoardLeft => ("BBS left", Icons.Material.Outlined.Dns),
        ActivityKind.BoardDisabled => ("BBS disabled", Icons.Material.Outlined.LockPerson),
        ActivityKind.BoardEnabled => ("BBS enabled", Icons.Material.Outlined.LockOpen),
        ActivityKind.SecretRotated => ("Secret rotated", Icons.Material.Outlined.Key),
        ActivityKind.NodelistPublished => ("Nodelist published", Icons.Material.Outlined.ListAlt),
        ActivityKind.AccountAdded => ("Account added", Icons.Material.Outlined.PersonAdd),
        ActivityKind.SettingChanged => ("Setting changed", Icons.Material.Outlined.Tune),
        ActivityKind.LedgerRestored => ("Ledger restored", Icons.Material.Outlined.Restore),
        ActivityKind.AlertHandled => ("Alert handled", Icons.Material.Outlined.NotificationsActive),
        ActivityKind.SignedIn => ("Signed in", Icons.Material.Outlined.Login),
        _ => (kind.ToString(), Icons.Material.Outlined.Info),
    };
}
