using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Explorer;
using NovaHub.Web.Components.Shared;

namespace NovaHub.Web.Components.Pages.Packets;

/// <summary>The explorer's address: every filter and the place in the list. What can't be read there counts as not said.</summary>
public sealed record PacketAddress
{
    /// <summary>Path of the explorer.</summary>
    public const string Path = "/packets";

    private static readonly (string Word, PacketState State)[] StateWords =
    [
        ("for-game", PacketState.WaitingForGame), ("in-game", PacketState.Staged), ("read", PacketState.Consumed),
        ("for-board", PacketState.WaitingForBoard), ("delivered", PacketState.Delivered), ("given-up", PacketState.Expired), ("held", PacketState.Held),
    ];

    public LeagueId? League { get; init; }

    public int? Source { get; init; }

    public int? Dest { get; init; }

    public PacketState? State { get; init; }

    /// <summary>The latest so many hours, or null.</summary>
    public int? Hours { get; init; }

    /// <summary>UTC.</summary>
    public DateTime? From { get; init; }

    /// <summary>UTC.</summary>
    public DateTime? Until { get; init; }

    /// <summary>The beginning of a name, as typed.</summary>
    public string? Name { get; init; }

    public bool OldestFirst { get; init; }

    public PacketCursor? Cursor { get; init; }

    /// <summary>Whether anything is filtered at all.</summary>
    public bool Filters => this with { OldestFirst = false, Cursor = null } != new PacketAddress();

    /// <summary>Whether new packets appear on this page by themselves.</summary>
    public bool IsFront => Cursor is null && !OldestFirst && Until is null;

    /// <summary>Whether the name can't be the beginning of any packet's name.</summary>
    public bool NameIsNone => Name is not null && PacketNamePrefix.Parse(Name) is null;

    public static PacketAddress Read(IReadOnlyDictionary<string, string?> query)
    {
        string? Text(string key) => query.GetValueOrDefault(key)?.Trim() is { Length: > 0 and <= 40 } text ? text : null;
        return new PacketAddress
        {
            League = LeagueId.TryParse(Text("league")?.ToUpperInvariant(), out var league) ? league : null,
            Source = Index(Text("from")),
            Dest = Index(Text("to")),
            State = StateWords.Where(w => w.Word == Text("state")).Select(w => (PacketState?)w.State).FirstOrDefault(),
            Hours = int.TryParse(Text("hours"), NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is > 0 and <= 24 * 366 ? hours : null,
            From = Time(Text("since")),
            Until = Time(Text("until")),
            Name = Text("name"),
            OldestFirst = Text("sort") == "oldest",
            Cursor = Id(Text("after")) is { } after ? new PacketCursor(after, false) : Id(Text("before")) is { } before ? new PacketCursor(before, true) : null,
        };
    }

    /// <summary>What the engine is asked for.</summary>
    public PacketFilter Filter(DateTime now) => new()
    {
        League = League,
        Source = Source,
        Dest = Dest,
        State = State,
        From = Hours is { } hours ? now.AddHours(-hours) : From,
        Until = Until,
        Name = PacketNamePrefix.Parse(Name),
        OldestFirst = OldestFirst,
    };

    /// <summary>The word of a state in addresses.</summary>
    public static string WordOf(PacketState state) => StateWords.Single(w => w.State == state).Word;

    public override string ToString() => Addresses.With(
        Path,
        ("league", League),
        ("from", Source),
        ("to", Dest),
        ("state", State is { } state ? WordOf(state) : null),
        ("hours", Hours),
        ("since", From?.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)),
        ("until", Until?.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture)),
        ("name", Name),
        ("sort", OldestFirst ? "oldest" : null),
        (Cursor is { Back: true } ? "before" : "after", Cursor?.Id));

    private static int? Index(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && BbsIndex.IsValid(index) ? index : null;

    private static long? Id(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;

    private static DateTime? Time(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time.Year is > 1990 and < 3000 ? time : null;
}
