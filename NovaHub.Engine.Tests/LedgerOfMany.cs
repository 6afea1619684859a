using Microsoft.Data.Sqlite;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests;

/// <summary>
/// A ledger of very many packets, made by one statement: five leagues 900B to 904B of twenty boards, hub and spoke with a
/// tenth sent straight to another board; nearly all read or fetched, node 9 dead for the last 60 in a hundred.
/// </summary>
internal static class LedgerOfMany
{
    public static async Task FillAsync(string database, int count, DateTime begin, int secondsBetween)
    {
        await using var connection = new SqliteConnection(SqliteSettings.ConnectionString(database));
        await connection.OpenAsync();
        SqliteSettings.Apply(connection);
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 600;
        // Each board sends four to the hub, one to another board and gets five from the hub; then comes the next league's
        command.CommandText = $"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1),
            r AS (SELECT i, (i / 10) % 5 AS l, 2 + (i / 50) % 20 AS b, i % 10 AS k, i / 1000 AS round FROM n),
            s AS (SELECT i, l,
              CASE WHEN k < 5 THEN b ELSE 1 END AS source,
              CASE WHEN k < 4 THEN 1 WHEN k = 4 THEN 2 + (b + 1) % 20 ELSE b END AS dest,
              CASE WHEN k < 4 THEN round * 4 + k WHEN k = 4 THEN round ELSE round * 5 + k - 5 END + 1 AS ordinal FROM r)
            INSERT INTO "Packets" ("LeagueId", "Source", "Dest", "Sequence", "RouteOrdinal", "Sha256", "Size", "ReceivedAt", "ConsumedAt", "DeliveredAt")
            SELECT '90' || l || 'B', source, dest, (ordinal - 1) % 1000, ordinal, x'00', 4096, strftime('%Y-%m-%d %H:%M:%S', '{begin:yyyy-MM-dd HH:mm:ss}', (i * {secondsBetween}) || ' seconds'),
              CASE WHEN dest = 1 AND i < {count - 400} THEN '{begin:yyyy-MM-dd HH:mm:ss}' END,
              CASE WHEN dest <> 1 AND i < {count - 400} AND NOT (dest = 9 AND i > {count * 4L / 10}) THEN '{begin:yyyy-MM-dd HH:mm:ss}' END
            FROM s ORDER BY i
            """;
        await command.ExecuteNonQueryAsync();
    }
}
