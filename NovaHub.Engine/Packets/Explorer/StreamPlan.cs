using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets.Explorer;

/// <summary>Chooses the streams that hold every packet a filter looks for, and as little else as the indexes allow.</summary>
internal sealed class StreamPlan(LedgerSight sight, DirectorySnapshot directory, PacketFilter filter)
{
    private const string NextLeague = """SELECT "LeagueId" FROM "Packets" WHERE "LeagueId" > @p0 ORDER BY "LeagueId" LIMIT 1""";
    private const string NextSeat = """SELECT "Dest" FROM "Packets" WHERE "LeagueId" = @p0 AND "Dest" > @p1 ORDER BY "Dest" LIMIT 1""";
    private const string NextWaiting = $"""SELECT "Dest" FROM "Packets" WHERE "LeagueId" = @p0 AND "Dest" > @p1 AND {LedgerSql.Waits} ORDER BY "Dest" LIMIT 1""";
    private const string NextRoute = """SELECT "Dest" FROM "Packets" WHERE "LeagueId" = @p0 AND "Source" = @p1 AND "Dest" > @p2 ORDER BY "Dest" LIMIT 1""";

    /// <summary>Every statement of the plan itself, for a look at their plans.</summary>
    public static IReadOnlyList<string> Statements => [NextLeague, NextSeat, NextWaiting, NextRoute];

    /// <summary>The streams. They don't overlap.</summary>
    public List<LedgerStream> Streams() => filter switch
    {
        { State: PacketState.Staged } => [new LedgerStream(StreamKind.Staged, Exact: false)],
        { State: PacketState.Held } => [.. Leagues().Select(league => new LedgerStream(StreamKind.Held, Exact: false, league))],
        { State: PacketState.WaitingForGame or PacketState.WaitingForBoard } => Waiting(),
        { Name.Sequence.Length: > 0 } => Names(),
        { NarrowsSource: true } => Routes(),
        _ when filter.NarrowsSeat || filter.State is not null => Seats(),
        _ => [new LedgerStream(StreamKind.All, Exact: true)],
    };

    /// <summary>Whether a row is looked for.</summary>
    public bool Takes(StreamRow row) =>
        filter.TakesLeague(row.League) && filter.TakesSource(row.Source) && filter.TakesDest(row.Dest) && filter.TakesSequence(row.Sequence)
        && (filter.State is not { } state || state == StateOf(row));

    /// <summary>The hub's index in a league; 1 in one that is gone.</summary>
    public static int HubIndex(DirectorySnapshot directory, LeagueId league) =>
        directory.Leagues.TryGetValue(league, out var entry) ? entry.HubIndex : 1;

    private PacketState StateOf(StreamRow row) => row switch
    {
        { Delivered: true } => PacketState.Delivered,
        { Consumed: true } => PacketState.Consumed,
        { Expired: true } => PacketState.Expired,
        { Held: true } => PacketState.Held,
        { Staged: true } => PacketState.Staged,
        _ => IsHub(row.League, row.Dest) ? PacketState.WaitingForGame : PacketState.WaitingForBoard,
    };

    private bool IsHub(string league, int dest) => HubIndex(directory, LeagueId.Parse(league)) == dest;

    private List<LedgerStream> Waiting()
    {
        var forGame = filter.State == PacketState.WaitingForGame;
        return [.. from league in Leagues()
                   from dest in Steps(NextWaiting, league)
                   where filter.TakesDest(dest) && IsHub(league, dest) == forGame
                   select new LedgerStream(StreamKind.Waiting, !forGame && !filter.NarrowsSource, league, Dest: dest)];
    }

    private List<LedgerStream> Seats() =>
    [
        .. from league in Leagues()
           from dest in Steps(NextSeat, league)
           where filter.TakesDest(dest) && Ends(league, dest)
           select new LedgerStream(StreamKind.Dest, filter.State is null, league, Dest: dest),
    ];

    private List<LedgerStream> Routes() =>
    [
        .. from league in Leagues()
           from source in Enumerable.Range(BbsIndex.Min, BbsIndex.Max).Where(filter.TakesSource)
           from dest in Steps(NextRoute, league, source)
           where filter.TakesDest(dest) && Ends(league, dest)
           select new LedgerStream(StreamKind.Route, filter.State is null, league, source, dest),
    ];

    private List<LedgerStream> Names() =>
    [
        .. from route in Routes()
           from sequence in Enumerable.Range(0, 1000).Where(filter.TakesSequence)
           select route with { Kind = StreamKind.Name, Sequence = sequence },
    ];

    // Games read, boards fetch: a seat holds packets of one kind of end only
    private bool Ends(string league, int dest) => filter.State switch
    {
        PacketState.Consumed => IsHub(league, dest),
        PacketState.Delivered => !IsHub(league, dest),
        _ => true,
    };

    private List<string> Leagues()
    {
        var leagues = new List<string>();
        for (var last = filter.Name?.League is { Length: > 0 } prefix ? Before(prefix) : ""; Next(last) is { } league; last = league)
        {
            if (filter.TakesLeague(league))
            {
                leagues.Add(league);
            }
        }

        return leagues;
    }

    private string? Next(string league)
    {
        using var row = sight.Query(NextLeague, league);
        return row.Read() ? row.GetString(0) : null;
    }

    // Every league id that begins with the prefix comes after this text
    private static string Before(string prefix) => prefix[..^1] + (char)(prefix[^1] - 1) + "~";

    // From one value of the index to the next, without the rows between
    private List<int> Steps(string sql, string league, int? source = null)
    {
        var steps = new List<int>();
        for (var last = 0; ;)
        {
            using var row = source is { } s ? sight.Query(sql, league, s, last) : sight.Query(sql, league, last);
            if (!row.Read())
            {
                return steps;
            }

            steps.Add(last = row.GetInt32(0));
        }
    }
}
