using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Storage;

/// <summary>The database was made by a newer program. It was not touched.</summary>
public sealed class NewerDatabaseException(string path, string migration) : Exception(
    $"The database {path} was made by a newer NovaHub (it has the migration {migration}). Start that version, or restore a backup from before. Nothing was changed.");

/// <summary>Opens the database file and brings it to this program's schema, after a backup of the file.</summary>
public sealed class DatabaseMigration(
    IDbContextFactory<HubDb> databases, LedgerOpening opening, StorageOptions options, TimeProvider clock, ILogger<DatabaseMigration> log)
{
    /// <summary>
    /// Makes the data folder if need be, looks at the database, backs up and migrates. Safe to call from two processes at
    /// once: the second waits for the first.
    /// </summary>
    /// <exception cref="LedgerRefusedException">The database can't be trusted; it is left alone.</exception>
    /// <exception cref="NewerDatabaseException">The schema is newer than this program; the file is left alone.</exception>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        MakeFolders();
        await using var turn = await LedgerTurn.TakeAsync(options, clock, cancellationToken);
        try
        {
            opening.Look(cancellationToken);
            await MigrateAsync(cancellationToken);
            opening.Complete();
        }
        finally
        {
            opening.Abandon();
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var exists = File.Exists(options.DatabasePath);
        if (exists)
        {
            var known = db.Database.GetMigrations().ToHashSet();
            var applied = await db.Database.GetAppliedMigrationsAsync(cancellationToken);
            if (applied.FirstOrDefault(m => !known.Contains(m)) is { } newer)
            {
                throw new NewerDatabaseException(options.DatabasePath, newer);
            }
        }

        var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count == 0)
        {
            return;
        }

        if (exists && new FileInfo(options.DatabasePath).Length > 0)
        {
            BackUp(pending.Count);
        }
        else
        {
            SetWal();
        }

        await ForgetDeadMigrationAsync(db, cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
        Log.Migrated(log, pending.Count);
    }

    private void MakeFolders()
    {
        foreach (var folder in new[] { options.Root, options.KeysFolder, options.BackupsFolder, options.WorkFolder })
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                // Hashes, keys and players' mail lie here: nobody else's business
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    // A process that was killed while it migrated leaves its row behind, and EF would wait for it for ever
    private static async Task ForgetDeadMigrationAsync(HubDb db, CancellationToken cancellationToken)
    {
        var locks = await db.Database
            .SqlQueryRaw<int>("""SELECT COUNT(*) AS "Value" FROM sqlite_master WHERE name = '__EFMigrationsLock'""").SingleAsync(cancellationToken);
        if (locks > 0)
        {
            await db.Database.ExecuteSqlRawAsync("""DELETE FROM "__EFMigrationsLock" """, cancellationToken);
        }
    }

    private void BackUp(int count)
    {
        var path = Path.Combine(options.BackupsFolder, $"before-migration-{clock.GetUtcNow():yyyyMMdd-HHmmss}.db");
        var unfinished = path + ".part";
        MakePrivate(unfinished);
        using (var source = new SqliteConnection(SqliteSettings.ConnectionString(options.DatabasePath)))
        using (var target = new SqliteConnection($"Data Source={unfinished};Pooling=False"))
        {
            source.Open();
            target.Open();
            source.BackupDatabase(target);
            LedgerCheckpoint.MarkCopy(target);
        }

        File.Move(unfinished, path, overwrite: true);
        Log.BackedUp(log, path, count);
    }

    // SQLite gives its side files the mode of the database: hashes of secrets and players' mail are nobody else's business
    private static void MakePrivate(string path)
    {
        var how = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, how);
    }

    private void SetWal()
    {
        MakePrivate(options.DatabasePath);
        using var connection = new SqliteConnection(SqliteSettings.ConnectionString(options.DatabasePath));
        connection.Open();
        using var command = connection.CreateCommand();
        // Small pages: each upload rewrites one of the hashes' index, at random. WAL stays with the file for good
        command.CommandText = "PRAGMA page_size=4096; PRAGMA journal_mode=WAL;";
        command.ExecuteNonQuery();
    }
}
