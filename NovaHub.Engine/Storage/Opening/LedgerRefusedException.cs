using System.Globalization;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>The database file can't be trusted. Nothing was changed; the message says what is wrong and the way out.</summary>
public sealed class LedgerRefusedException(string message) : Exception(message)
{
    private const int BackupsNamed = 3;

    internal static LedgerRefusedException Gone(StorageOptions options) => new(
        $"The database {options.DatabasePath} is gone or empty, and what lies beside it says that a hub worked with it. Nothing was changed. "
        + $"Put it back, or take a backup. {Backups(options)} To begin with an empty hub instead, remove {options.DatabasePath}-mark and {options.DatabasePath}-wal.");

    internal static LedgerRefusedException NoDatabase(StorageOptions options) => new(
        $"{options.DatabasePath} is no database, or its beginning is ruined. Nothing was changed. Keep the file under another name, remove {Beside(options)}, "
        + $"and copy a backup to {options.DatabasePath}. {Backups(options)}");

    internal static LedgerRefusedException ForeignWal(StorageOptions options) => new(
        $"{options.DatabasePath}-wal belongs to another database than {options.DatabasePath}, or to another time of it; put together they would ruin the ledger. Nothing was changed. "
        + $"If you put {options.DatabasePath} there (a backup, a copy), remove {Beside(options)} and start again: the hub goes on with what the file holds. "
        + $"If you did not, keep the three files elsewhere and take a backup. {Backups(options)}");

    internal static LedgerRefusedException Replaced(StorageOptions options) => new(
        $"{options.DatabasePath} was replaced while {options.DatabasePath}-wal, with later changes, stayed beside it. Nothing was changed. "
        + $"If you put {options.DatabasePath} there (a backup, a copy), remove {Beside(options)} and start again: the hub goes on with what the file holds. "
        + $"If you did not, or want the later changes: sqlite3 {options.DatabasePath} 'PRAGMA wal_checkpoint(TRUNCATE)' joins the two.");

    internal static LedgerRefusedException WalGone(StorageOptions options) => new(
        $"{options.DatabasePath} goes on in {options.DatabasePath}-wal, which holds the newest changes, and that file is not there: the database was copied or moved without it. "
        + $"Nothing was changed. Put that file beside it, or take a backup. {Backups(options)} "
        + $"To go on without what it held, newest mail among it, make an empty one: touch {options.DatabasePath}-wal");

    internal static LedgerRefusedException WalGoneInUse(StorageOptions options) => new(
        $"{options.DatabasePath}-wal, which holds the newest changes, is not there any more. Nothing was changed. "
        + "The hub brings what it still holds of it into the database: wait until its log says so before you stop it, then start it again.");

    /// <summary>The same while another process has the database open.</summary>
    internal LedgerRefusedException InUse() => new($"The hub, or a command, has the database open, and its files were changed under it. Stop the hub before you change any. {Message}");

    internal static LedgerRefusedException Damaged(StorageOptions options, string finding) => new(
        $"The database {options.DatabasePath} is damaged ({finding}). The hub does not open it, so that nothing gets worse. Look at the disk first. "
        + $"Then move {options.DatabasePath} and {Beside(options)} elsewhere and copy a backup to {options.DatabasePath}. {Backups(options)} "
        + $"What can be read of a damaged one, sqlite3 saves: sqlite3 OLD .recover | sqlite3 NEW");

    private static string Beside(StorageOptions options) => $"{options.DatabasePath}-wal and {options.DatabasePath}-shm";

    private static string Backups(StorageOptions options)
    {
        var found = Directory.Exists(options.BackupsFolder)
            ? new DirectoryInfo(options.BackupsFolder).EnumerateFiles("*.db").OrderByDescending(f => f.LastWriteTimeUtc).Take(BackupsNamed).ToList()
            : [];
        return found.Count == 0
            ? $"No backup lies in {options.BackupsFolder}."
            : $"Backups found, newest first: {string.Join("; ", found.Select(f => string.Create(
                CultureInfo.InvariantCulture, $"{f.FullName} ({f.LastWriteTimeUtc:yyyy-MM-dd HH:mm} UTC, {f.Length / 1024.0 / 1024:0.0} MiB)")))}.";
    }
}
