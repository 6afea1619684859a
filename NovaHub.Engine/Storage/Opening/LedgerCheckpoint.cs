using System.Globalization;
using Microsoft.Data.Sqlite;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>
/// Plays the WAL into the database file and begins a new one: the only place that does. SQLite's own way, at the commit that
/// makes the WAL too long, is switched off, because it knows no mark.
/// </summary>
internal static class LedgerCheckpoint
{
    // Readers hold up the end of a checkpoint, and it the writers: it gives up soon and is done again later
    private const int Patience = 250;

    /// <summary>Makes a checkpoint. The caller has the turn. A power cut at any point leaves files that belong together.</summary>
    /// <param name="options">Where the database is.</param>
    /// <param name="at">Told of each step that is through, for tests.</param>
    public static void Run(StorageOptions options, Action<string>? at = null)
    {
        using var connection = SqliteSettings.Open(options.DatabasePath);
        // It stays with the file for good; what sqlite3 made of another one by VACUUM INTO or .dump has lost it
        Execute(connection, "PRAGMA journal_mode=WAL");
        var before = Read(connection);
        var next = before.Next;
        new LedgerRecord { Generation = next.Generation, Before = before.Generation }.Write(options);
        at?.Invoke("noted");
        Set(connection, next);
        at?.Invoke("goes on");
        new LedgerRecord { Generation = next.Generation, Before = next.Generation }.Write(options);
        try
        {
            // Most of it beside the writers, then the rest at once
            Execute(connection, "PRAGMA wal_checkpoint(PASSIVE)");
            at?.Invoke("played");
            Execute(connection, $"PRAGMA busy_timeout={Patience}; PRAGMA wal_checkpoint(TRUNCATE)");
            at?.Invoke("emptied");
        }
        finally
        {
            Execute(connection, "PRAGMA busy_timeout=30000");
            Set(connection, next.Whole);
        }

        at?.Invoke("begun");
    }

    /// <summary>Plays all of it into the file, which is whole then. The caller has the turn, and no other process has the database open.</summary>
    public static void Close(StorageOptions options)
    {
        using (var connection = SqliteSettings.Open(options.DatabasePath))
        {
            var mark = Read(connection);
            if (mark.GoesOn)
            {
                Set(connection, mark.Whole);
            }

            var record = new LedgerRecord { Generation = mark.Generation, Before = mark.Generation, Closing = true };
            record.Write(options);
            Execute(connection, $"PRAGMA busy_timeout={Patience}; PRAGMA wal_checkpoint(TRUNCATE)");
            Execute(connection, "PRAGMA busy_timeout=30000");
            SqliteConnection.ClearPool(connection);
        }

        var closed = LedgerRecord.Read(options);
        if (closed is not null && new FileInfo(LedgerFiles.WalOf(options.DatabasePath)) is not { Exists: true, Length: > 0 })
        {
            closed.WithFile(new FileInfo(options.DatabasePath)).Write(options);
        }
    }

    /// <summary>
    /// Brings what a connection holds in a WAL that is no longer in the folder into the file, and makes the file whole by itself.
    /// The caller has the turn, and writing has ended. Until the end of it the file says that it goes on in a WAL, so a power
    /// cut in between is not taken for a whole ledger.
    /// </summary>
    /// <returns>Whether all of it is in the file; while somebody reads an older state it can't be.</returns>
    public static bool Rescue(StorageOptions options, SqliteConnection connection)
    {
        var before = Read(connection);
        var next = before.Next;
        new LedgerRecord { Generation = next.Generation, Before = before.Generation }.Write(options);
        Set(connection, next);
        new LedgerRecord { Generation = next.Generation, Before = next.Generation }.Write(options);
        if (!IsAllPlayed(connection))
        {
            return false;
        }

        Set(connection, next.Whole);
        new LedgerRecord { Generation = next.Generation, Before = next.Generation, Closing = true }.Write(options);
        return IsAllPlayed(connection);
    }

    private static bool IsAllPlayed(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
        using var reader = command.ExecuteReader();
        // Busy, frames in the WAL, frames of them that are in the file
        return reader.Read() && reader.GetInt32(0) == 0 && reader.GetInt32(1) == reader.GetInt32(2);
    }

    /// <summary>Gives a copy, made by SQLite, a mark of its own, so that no WAL is taken for its.</summary>
    public static void MarkCopy(SqliteConnection copy) => Set(copy, Read(copy).Next.Whole);

    private static LedgerMark Read(SqliteConnection connection) => LedgerMark.Of(Number(connection, "PRAGMA user_version"), Number(connection, "PRAGMA application_id"));

    private static void Set(SqliteConnection connection, LedgerMark mark)
    {
        // One that fails is taken back when it is disposed of: nothing stays locked
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={mark.Version}; PRAGMA application_id={mark.Before}");
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    private static int Number(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragma;
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
