using System.Globalization;
using Microsoft.Data.Sqlite;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>
/// Looks at the database's files before SQLite opens them, while no other process has them open. Whatever a power cut can
/// leave is good: the WAL is then the one that goes on from the file, or empty.
/// </summary>
internal static class LedgerJudge
{
    /// <summary>Refuses files that don't belong together.</summary>
    /// <exception cref="LedgerRefusedException">Why, with the way out.</exception>
    public static void Files(StorageOptions options, LedgerFile file, WalFile wal, LedgerRecord? record)
    {
        if (file.Length == 0)
        {
            // SQLite would take the file as new and remove the WAL
            if (wal.HasCommits || record is not null)
            {
                throw LedgerRefusedException.Gone(options);
            }
        }
        else if (file.PageSize == 0)
        {
            throw LedgerRefusedException.NoDatabase(options);
        }
        else if (!wal.HasCommits)
        {
            // An empty one is what a power cut in a checkpoint leaves
            if (file.Mark.GoesOn && !wal.Exists)
            {
                throw LedgerRefusedException.WalGone(options);
            }
        }
        else if (wal.PageSize != file.PageSize || !GoesOnFrom(file.Mark, wal.Marks))
        {
            throw LedgerRefusedException.ForeignWal(options);
        }
        else if (record is { Closing: false } && record.Generation == file.Mark.Generation && !file.Mark.GoesOn && wal.Marks is [.., var last] && last == file.Mark)
        {
            // While a hub works, only a checkpoint changes the file, and leaves it going on in the WAL
            throw LedgerRefusedException.Replaced(options);
        }
    }

    /// <summary>Refuses files that are not those which another process has open. It makes no checkpoint meanwhile: the caller has the turn.</summary>
    /// <exception cref="LedgerRefusedException">Why, with the way out.</exception>
    public static void FilesInUse(StorageOptions options)
    {
        try
        {
            var file = LedgerFile.Read(options.DatabasePath);
            var wal = WalFile.Read(LedgerFiles.WalOf(options.DatabasePath));
            if (file.Length > 0 && !wal.Exists)
            {
                // Who has it open always has one; SQLite would make another
                throw LedgerRefusedException.WalGoneInUse(options);
            }

            Files(options, file, wal, LedgerRecord.Read(options));
        }
        catch (LedgerRefusedException refused)
        {
            // The ways out are for a hub that was stopped
            throw refused.InUse();
        }
    }

    /// <summary>The first thing that is wrong inside the database, or null. Reads all of it: a second for a gigabyte in memory, longer from a disk.</summary>
    public static string? Inside(string path, CancellationToken cancellationToken)
    {
        // Read only: closing it would play the WAL into a file of which nothing is known yet
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return FirstFault(connection, "PRAGMA quick_check(1)", cancellationToken);
    }

    /// <summary>What a check of SQLite's finds wrong first, or null.</summary>
    public static string? FirstFault(SqliteConnection connection, string check, CancellationToken cancellationToken)
    {
        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = check;
            command.CommandTimeout = 0;
            using var interrupt = cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
            var finding = Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
            return finding is "ok" ? null : finding?.ReplaceLineEndings(" ");
        }
        catch (SqliteException fault) when (LedgerDamage.IsDamage(fault))
        {
            return fault.Message;
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    // Either the WAL has a mark of the file's generation, or it is the one in which that generation ended
    private static bool GoesOnFrom(LedgerMark file, IReadOnlyList<LedgerMark> wal) =>
        wal.Count == 0
        || wal.Any(mark => mark.Generation == file.Generation)
        || (wal[0].GoesOn && wal[0].Before == file.Generation);
}
