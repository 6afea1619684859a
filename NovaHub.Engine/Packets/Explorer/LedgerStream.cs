using System.Data.Common;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets.Explorer;

/// <summary>The index that a stream follows.</summary>
internal enum StreamKind
{
    /// <summary>The ledger in order of arrival.</summary>
    All,

    /// <summary>A seat's packets.</summary>
    Dest,

    /// <summary>What waits for a seat.</summary>
    Waiting,

    /// <summary>What lies in a game's INBOUND now.</summary>
    Staged,

    /// <summary>What is held for a person's decision.</summary>
    Held,

    /// <summary>The packets of one name.</summary>
    Name,

    /// <summary>A route's packets.</summary>
    Route,
}

/// <summary>What a row must be asked for when its stream does not say it all.</summary>
internal readonly record struct StreamRow(long Id, string League, int Source, int Dest, int Sequence, bool Staged, bool Consumed, bool Delivered, bool Expired, bool Held);

/// <summary>Packets that stand side by side in one index, in order of arrival.</summary>
/// <param name="Kind">The index.</param>
/// <param name="Exact">Every packet of the stream is looked for; only ids need be read.</param>
/// <param name="League">League id, where the index begins with it.</param>
/// <param name="Source">BBS index of the sender, where the index has it.</param>
/// <param name="Dest">BBS index of the receiver, where the index has it.</param>
/// <param name="Sequence">Sequence number, where the index has it.</param>
internal readonly record struct LedgerStream(StreamKind Kind, bool Exact, string League = "", int Source = 0, int Dest = 0, int Sequence = 0)
{
    /// <summary>Every statement that streams run, for a look at their plans.</summary>
    public static IEnumerable<(StreamKind Kind, string Sql)> Statements =>
        from kind in Enum.GetValues<StreamKind>()
        from exact in new[] { true, false }
        from down in new[] { true, false }
        select (kind, Text(kind, exact, down));

    /// <summary>Reads from the near end on, as long as <paramref name="each"/> says so. Rows of an exact stream have an id only.</summary>
    /// <param name="sight">The connection.</param>
    /// <param name="low">Ids are greater.</param>
    /// <param name="high">Ids are smaller.</param>
    /// <param name="down">Newest first.</param>
    /// <param name="each">Gets each row; false ends it.</param>
    public void Read(LedgerSight sight, long low, long high, bool down, Func<StreamRow, bool> each)
    {
        if (Kind == StreamKind.Route)
        {
            // Ids rise with ordinals: where an id would stand is found by halving
            var route = new Route(League, Source, Dest);
            (low, high) = (low <= 0 ? 0 : LedgerPlaces.OrdinalAt(sight, route, low + 1) - 1, high == long.MaxValue ? high : LedgerPlaces.OrdinalAt(sight, route, high));
        }

        using var rows = Open(sight, Text(Kind, Exact, down), low, high);
        while (rows.Read() && each(Exact ? new StreamRow { Id = rows.GetInt64(0) } : Row(rows)))
        {
        }
    }

    private DbDataReader Open(LedgerSight sight, string sql, long low, long high) => Kind switch
    {
        StreamKind.Dest or StreamKind.Waiting => sight.Query(sql, low, high, League, Dest),
        StreamKind.Held => sight.Query(sql, low, high, League),
        StreamKind.Name => sight.Query(sql, low, high, League, Source, Dest, Sequence),
        StreamKind.Route => sight.Query(sql, low, high, League, Source, Dest),
        _ => sight.Query(sql, low, high),
    };

    private static string Text(StreamKind kind, bool exact, bool down)
    {
        var key = kind == StreamKind.Route ? "RouteOrdinal" : "Id";
        var columns = exact ? "" : """, "LeagueId", "Source", "Dest", "Sequence", "StagedInRunId" IS NOT NULL, "ConsumedAt" IS NOT NULL, "DeliveredAt" IS NOT NULL, "ExpiredAt" IS NOT NULL, "HeldAt" IS NOT NULL""";
        var seek = kind switch
        {
            StreamKind.Dest => """ AND "LeagueId" = @p2 AND "Dest" = @p3""",
            StreamKind.Waiting => $""" AND "LeagueId" = @p2 AND "Dest" = @p3 AND {LedgerSql.Waits}""",
            StreamKind.Staged => """ AND "StagedInRunId" IS NOT NULL""",
            StreamKind.Held => $""" AND "LeagueId" = @p2 AND {LedgerSql.IsHeld}""",
            StreamKind.Name => """ AND "LeagueId" = @p2 AND "Source" = @p3 AND "Dest" = @p4 AND "Sequence" = @p5""",
            StreamKind.Route => """ AND "LeagueId" = @p2 AND "Source" = @p3 AND "Dest" = @p4""",
            _ => "",
        };
        // + keeps the planner from an index that goes by id: few packets share a name, and few are staged
        var bound = kind is StreamKind.Staged or StreamKind.Name ? "+" : "";
        var order = kind == StreamKind.Staged ? "+" : "";
        return $"""SELECT "Id"{columns} FROM "Packets" WHERE {bound}"{key}" > @p0 AND {bound}"{key}" < @p1{seek} ORDER BY {order}"{key}"{(down ? " DESC" : "")}""";
    }

    private static StreamRow Row(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetBoolean(5), row.GetBoolean(6), row.GetBoolean(7), row.GetBoolean(8), row.GetBoolean(9));
}
