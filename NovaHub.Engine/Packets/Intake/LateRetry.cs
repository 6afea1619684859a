using System.Globalization;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets.Intake;

/// <summary>
/// Tells of an upload that was taken for a retry although its packet was gone long before and others came in between: if
/// the game there began anew, that was a wrong guess, and a person can put it right.
/// </summary>
internal static class LateRetry
{
    /// <summary>An ordinary retry comes with the board's next poll; one of a packet that has been gone for longer is told of.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromMinutes(15);

    // A board that offers the same file with each poll is told of once in this time
    private static readonly TimeSpan s_again = TimeSpan.FromDays(1);

    private const string Find = """
        SELECT p."ReceivedAt", p."ConsumedAt", p."DeliveredAt", p."ExpiredAt",
          (SELECT l."RouteOrdinal" FROM "Packets" l WHERE l."LeagueId" = p."LeagueId" AND l."Source" = p."Source" AND l."Dest" = p."Dest"
            ORDER BY l."RouteOrdinal" DESC LIMIT 1) - p."RouteOrdinal"
        FROM "Packets" p WHERE p."Id" = @p0
        """;

    private const string Told = """SELECT "At" FROM "Activities" WHERE "PacketId" = @p0 AND "Kind" = @p1 ORDER BY "Id" DESC LIMIT 1""";

    /// <summary>Notes it as activity in the upload's own commit, if it is one of those.</summary>
    /// <param name="writer">The commit.</param>
    /// <param name="packetId">The packet that it was taken for.</param>
    /// <param name="name">Its name.</param>
    /// <param name="board">Number and name of the board that sent it.</param>
    /// <param name="now">UTC.</param>
    public static void Note(LedgerWriter writer, long packetId, PacketName name, (int Id, string Name) board, DateTime now)
    {
        var (received, gone, did, between) = writer.Query(Find, row =>
        {
            var (read, fetched, givenUp) = (row.GetUtcOrNull(1), row.GetUtcOrNull(2), row.GetUtcOrNull(3));
            var what = read is not null ? "read by the hub's game" : fetched is not null ? "delivered" : "given up";
            return (row.GetUtc(0), read ?? fetched ?? givenUp, what, row.GetInt64(4));
        }, packetId)[0];
        if (gone is not { } since || now - since < Late || between == 0 || WasTold(writer, packetId, now))
        {
            return;
        }

        ActivityLog.Add(writer, new Activity
        {
            At = now,
            Kind = ActivityKind.RetryTaken,
            Sentence = $"{board.Name} sent {name} on {Said(now)} with the same bytes as on {Said(received)}, and it was taken for a retry. "
                + $"That packet was {did} on {Said(since)}, and {(between == 1 ? "one other" : $"{between} others")} of its route came in between. If the game there began anew, this is a new packet that nobody got.",
            LeagueId = name.League,
            BbsId = board.Id,
            PacketId = packetId,
            Notable = true,
        });
    }

    private static bool WasTold(LedgerWriter writer, long packetId, DateTime now) =>
        writer.Query(Told, row => row.GetUtc(0), packetId, nameof(ActivityKind.RetryTaken)) is [var at] && at <= now && now - at < s_again;

    private static string Said(DateTime time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
