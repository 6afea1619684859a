using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>A file of the ledger is no longer the one that the hub has open.</summary>
/// <param name="What">What happened.</param>
/// <param name="Sentence">The same with what to do.</param>
/// <param name="CanBeRescued">The database file itself is in its place, so what is held beside it can be brought into it.</param>
internal sealed record LedgerFilesFault(string What, string Sentence, bool CanBeRescued)
{
    public static LedgerFilesFault Database(string path) => new(
        $"{path} was removed or replaced",
        $"{path} was removed or replaced while the hub had it open; what the hub wrote is not in the file that lies there now. Stop the hub. "
        + $"To go on with that file, remove {LedgerFiles.WalOf(path)} and {path}-shm if they are there, and start the hub. If the file was moved, put it back with them first.",
        CanBeRescued: false);

    public static LedgerFilesFault Beside(string path, string database) => new(
        $"{path} was removed or replaced",
        $"{path} was removed or replaced while the hub had it open. What it held is brought into {database}, which the log tells when it is done. Then start the hub again.",
        CanBeRescued: true);
}

/// <summary>
/// The files that this process has open, by a connection that stays: SQLite goes on with a file that was removed or replaced
/// as if nothing had happened, and what it writes there is gone with the process.
/// </summary>
internal sealed partial class LedgerFiles : IDisposable
{
    private const int HasMoved = 20;
    private const string Handles = "/proc/self/fd";
    private const string Removed = " (deleted)";

    private readonly IReadOnlyList<string> _handles;

    private LedgerFiles(SqliteConnection connection)
    {
        Connection = connection;
        var gone = Gone();
        // This connection's are among them and stay; looking through all that a busy hub has open takes too long
        _handles = Directory.Exists(Handles)
            ? [.. Directory.EnumerateFileSystemEntries(Handles).Where(handle => Target(handle) is { } target && (gone.ContainsKey(target) || gone.ContainsValue(target)))]
            : [];
    }

    /// <summary>Has the files open as they were when the ledger was opened.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>The WAL of a database.</summary>
    public static string WalOf(string database) => database + "-wal";

    /// <summary>Opens them and keeps them open.</summary>
    public static LedgerFiles Open(StorageOptions options)
    {
        var connection = SqliteSettings.Open(options.DatabasePath, pooled: false);
        try
        {
            // Only a reading opens the WAL
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM sqlite_master";
            command.ExecuteScalar();
            return new LedgerFiles(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What happened to the files, or null. Cheap enough for every commit: a few questions to the file system.</summary>
    public static LedgerFilesFault? Look(SqliteConnection connection)
    {
        // SQLite's own name of it: symbolic links are resolved
        var path = PathOf(connection);
        // Where the system has no such question SQLite answers with an error
        if (Control(connection.Handle!, "main", HasMoved, out var moved) == raw.SQLITE_OK && moved != 0)
        {
            return LedgerFilesFault.Database(path);
        }

        return Besides(path).FirstOrDefault(file => !File.Exists(file)) is { } gone ? LedgerFilesFault.Beside(gone, path) : null;
    }

    /// <summary>The same, and whether a new file came in the place of a removed one. Linux tells that by the names of open files.</summary>
    public LedgerFilesFault? LookWell()
    {
        if (Look(Connection) is { } fault)
        {
            return fault;
        }

        var gone = Gone();
        return _handles.Select(Target).FirstOrDefault(target => target is not null && gone.ContainsKey(target)) is { } found
            ? LedgerFilesFault.Beside(gone[found], PathOf(Connection))
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Connection.Dispose();

    private static string[] Besides(string path) => [WalOf(path), path + "-shm"];

    private static string PathOf(SqliteConnection connection) => raw.sqlite3_db_filename(connection.Handle, "main").utf8_to_string();

    // The files beside the database by what Linux calls them once they are removed
    private Dictionary<string, string> Gone() => Besides(PathOf(Connection)).ToDictionary(file => file + Removed, StringComparer.Ordinal);

    private static string? Target(string handle)
    {
        try
        {
            return new FileInfo(handle).LinkTarget;
        }
        catch (IOException)
        {
            // Closed meanwhile
            return null;
        }
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Control(sqlite3 database, string name, int question, out int answer);
}
