using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Storage;

namespace NovaHub.Bench;

/// <summary>Fills the ledger of a hub that isn't running, with SQL.</summary>
internal static class LedgerFill
{
    /// <summary>Bytes of a packet.</summary>
    public const int PacketSize = 4096;

    /// <summary>BBS indices whose packets wait for the downloading board: a thousand names each.</summary>
    public const int FirstSender = 20;

    /// <summary>How many such senders there are.</summary>
    public const int Senders = 80;

    private const int Contents = 1000;

    /// <summary>The newest migration: a ledger that was filled for another schema is filled anew.</summary>
    public static async Task<string> SchemaAsync()
    {
        await using var db = new HubDb((DbContextOptions<HubDb>)new DbContextOptionsBuilder<HubDb>().UseHubSqlite(":memory:").Options);
        return db.Database.GetMigrations().Last();
    }

    /// <summary>Enters <paramref name="history"/> packets that were delivered long ago, and what waits.</summary>
    public static void Fill(string database, int history)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN");
        Execute(connection, $"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {Contents} - 1)
            INSERT INTO "Contents" ("Sha256", "Bytes") SELECT randomblob(32), randomblob({PacketSize}) FROM n
            """);
        Execute(connection, """CREATE TEMP TABLE "Shas" ("No" INTEGER PRIMARY KEY, "Sha256" BLOB)""");
        Execute(connection, """INSERT INTO "Shas" ("Sha256") SELECT "Sha256" FROM "Contents" """);
        // Half of the history is in the routes that the uploads go on with, half in the mailboxes that are listed
        var boards = HubData.BoardCount;
        Enter(connection, history / 2, HubData.UploadLeague, $"{HubData.FirstBoard} + i % {boards}", $"{HubData.FirstBoard} + (i + 1 + i / {boards} % {boards - 1}) % {boards}",
            $"i / {boards * (boards - 1)}", delivered: true);
        Enter(connection, history - (history / 2), HubData.MailLeague, "9", "2 + i % 3", "i / 3", delivered: true);
        foreach (var (board, count) in HubData.Waiting)
        {
            Enter(connection, count, HubData.MailLeague, "10 + i / 1000", $"{board}", "i % 1000", delivered: false);
        }

        Enter(connection, Senders * 1000, HubData.MailLeague, $"{FirstSender} + i / 1000", $"{HubData.Downloader}", "i % 1000", delivered: false);
        Execute(connection, """UPDATE "NodelistItems" SET "DeliveredAt" = "QueuedAt" """);
        Execute(connection, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    }

    // One packet a second up to an hour ago; the n-th of its route has the n-th number
    private static void Enter(SqliteConnection connection, int count, string league, string source, string dest, string nth, bool delivered) => Execute(connection, $"""
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
        INSERT INTO "Packets" ("LeagueId", "Source", "Dest", "Sequence", "RouteOrdinal", "Sha256", "Size", "ReceivedAt", "DeliveredAt")
        SELECT '{league}', {source}, {dest}, ({nth}) % 1000, ({nth}) + 1, (SELECT "Sha256" FROM "Shas" WHERE "No" = 1 + i % {Contents}), {PacketSize},
          strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 hour', (i - {count}) || ' seconds'),
          {(delivered ? $"strftime('%Y-%m-%d %H:%M:%f', 'now', '-30 minutes', (i - {count}) || ' seconds')" : "NULL")}
        FROM n
        """);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 600;
        command.ExecuteNonQuery();
    }
}
