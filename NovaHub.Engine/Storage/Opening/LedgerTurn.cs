namespace NovaHub.Engine.Storage.Opening;

/// <summary>
/// One process at a time opens, closes or marks the database. Locks on files, so they go with the process however it ends.
/// </summary>
internal static class LedgerTurn
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for the turn.</summary>
    public static async Task<FileStream> TakeAsync(StorageOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(options) is { } turn)
            {
                return turn;
            }

            await Task.Delay(s_pause, clock, cancellationToken);
        }
    }

    /// <summary>The turn, or null while another process has it.</summary>
    public static FileStream? TryTake(StorageOptions options) => TryLock(Path.Combine(options.Root, "migration.lock"), FileShare.None);

    /// <summary>Shows that this process has the database open, for as long as it is held.</summary>
    public static FileStream? TryHold(StorageOptions options) => TryLock(InUse(options), FileShare.ReadWrite);

    /// <summary>Held only while no process has the database open; otherwise null.</summary>
    public static FileStream? TryBeAlone(StorageOptions options) => TryLock(InUse(options), FileShare.None);

    private static string InUse(StorageOptions options) => Path.Combine(options.Root, "ledger.lock");

    private static FileStream? TryLock(string path, FileShare share)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
