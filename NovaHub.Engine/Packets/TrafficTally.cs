using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>What one commit adds to the hourly counters: a row once, however many packets share the commit.</summary>
internal sealed class TrafficTally : IGathered
{
    private readonly Dictionary<(LeagueId League, DateTime Hour), int[]> _hours = [];

    /// <summary>Adds.</summary>
    /// <param name="league">The league.</param>
    /// <param name="now">When, UTC.</param>
    /// <param name="counts">Received, relayed, consumed, written, delivered.</param>
    public void Add(LeagueId league, DateTime now, ReadOnlySpan<int> counts)
    {
        var hour = new DateTime(now.Year, now.Month, now.Day, now.Hour, 0, 0, DateTimeKind.Utc);
        if (!_hours.TryGetValue((league, hour), out var sums))
        {
            _hours[(league, hour)] = sums = new int[counts.Length];
        }

        for (var i = 0; i < counts.Length; i++)
        {
            sums[i] += counts[i];
        }
    }

    public void Write(LedgerWriter writer)
    {
        foreach (var ((league, hour), sums) in _hours)
        {
            writer.Execute(
                """
                INSERT INTO "TrafficHours" ("Hour", "LeagueId", "Received", "Relayed", "Consumed", "Written", "Delivered")
                VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6)
                ON CONFLICT ("Hour", "LeagueId") DO UPDATE SET "Received" = "TrafficHours"."Received" + @p2, "Relayed" = "TrafficHours"."Relayed" + @p3,
                  "Consumed" = "TrafficHours"."Consumed" + @p4, "Written" = "TrafficHours"."Written" + @p5, "Delivered" = "TrafficHours"."Delivered" + @p6
                """,
                hour, league.ToString(), sums[0], sums[1], sums[2], sums[3], sums[4]);
        }
    }
}
