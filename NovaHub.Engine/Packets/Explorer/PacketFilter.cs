using NovaHub.Engine.Games;

namespace NovaHub.Engine.Packets.Explorer;

/// <summary>Which packets are looked for. What is null does not matter.</summary>
public sealed record PacketFilter
{
    /// <summary>Of this league.</summary>
    public LeagueId? League { get; init; }

    /// <summary>From this BBS index.</summary>
    public int? Source { get; init; }

    /// <summary>To this BBS index.</summary>
    public int? Dest { get; init; }

    /// <summary>In this state.</summary>
    public PacketState? State { get; init; }

    /// <summary>Came in then or later, UTC.</summary>
    public DateTime? From { get; init; }

    /// <summary>Came in before then, UTC.</summary>
    public DateTime? Until { get; init; }

    /// <summary>Whose name begins like this.</summary>
    public PacketNamePrefix? Name { get; init; }

    /// <summary>Oldest first instead of newest first.</summary>
    public bool OldestFirst { get; init; }

    internal bool NarrowsSource => Source is not null || Name is { Source.Length: > 0 };

    internal bool NarrowsSeat => League is not null || Dest is not null || Name is not null;

    internal bool TakesLeague(string league) =>
        (League is not { } only || only.ToString() == league) && league.StartsWith(Name?.League ?? "", StringComparison.Ordinal);

    internal bool TakesSource(int source) =>
        (Source is not { } only || only == source) && source.ToString("X2").StartsWith(Name?.Source ?? "", StringComparison.Ordinal);

    internal bool TakesDest(int dest) =>
        (Dest is not { } only || only == dest) && dest.ToString("X2").StartsWith(Name?.Dest ?? "", StringComparison.Ordinal);

    internal bool TakesSequence(int sequence) => sequence.ToString("D3").StartsWith(Name?.Sequence ?? "", StringComparison.Ordinal);
}

/// <summary>The beginning of a packet's name, cut into its parts: <c>555B02</c> is league 555B from node 2.</summary>
/// <param name="League">Up to four characters of the league id.</param>
/// <param name="Source">Up to two hex digits.</param>
/// <param name="Dest">Up to two hex digits.</param>
/// <param name="Sequence">Up to three digits.</param>
public sealed record PacketNamePrefix(string League, string Source, string Dest, string Sequence)
{
    /// <summary>Reads the beginning of a name, in either case.</summary>
    /// <returns>Null when no packet's name begins like that.</returns>
    public static PacketNamePrefix? Parse(string? text)
    {
        text = text?.Trim().ToUpperInvariant() ?? "";
        if (text.Length is 0 or > PacketName.Length)
        {
            return null;
        }

        for (var i = 0; i < text.Length; i++)
        {
            var fits = i switch
            {
                < 3 or > 8 => char.IsAsciiDigit(text[i]),
                3 => Game.FromLetter(text[i]) is not null,
                8 => text[i] == '.',
                _ => char.IsAsciiHexDigit(text[i]),
            };
            if (!fits)
            {
                return null;
            }
        }

        return new PacketNamePrefix(Part(text, 0, 4), Part(text, 4, 2), Part(text, 6, 2), Part(text, 9, 3));
    }

    private static string Part(string text, int start, int length) =>
        text.Length <= start ? "" : text[start..Math.Min(text.Length, start + length)];
}

/// <summary>Where in the list a page begins.</summary>
/// <param name="Id">A packet beside the page.</param>
/// <param name="Back">True: the page ends right before that packet. False: it begins right behind it.</param>
public readonly record struct PacketCursor(long Id, bool Back);

/// <summary>One page of packets.</summary>
/// <param name="Packets">The packets, in the order asked for.</param>
/// <param name="Before">How to get the page before, or null when this is the first.</param>
/// <param name="Behind">How to get the page behind, or null when this is the last.</param>
/// <param name="LookedTo">Only when looking was broken off because few packets fitted: it came as far as packets of this time, UTC.</param>
public sealed record PacketPage(IReadOnlyList<Packet> Packets, PacketCursor? Before, PacketCursor? Behind, DateTime? LookedTo);
