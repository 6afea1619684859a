namespace NovaHub.Engine.Runs;

/// <summary>Who holds the game's lock after a session.</summary>
internal enum LockEvidence
{
    /// <summary>Nobody.</summary>
    Clean,

    /// <summary>The run's own game left it.</summary>
    LeftByRun,

    /// <summary>A player is inside.</summary>
    Player,
}

/// <summary>
/// Watches the game's lock while a session runs. The game removes its own lock when it ends; one that is there although a
/// removal was seen is therefore a player's, who came in within the moment between the game's end and the look.
/// </summary>
internal sealed class GameLock : IDisposable
{
    /// <summary>DOS keeps times to two seconds, so a lock made by the session itself can look a little older.</summary>
    private static readonly TimeSpan s_dosTime = TimeSpan.FromSeconds(2);

    /// <summary>A game makes its lock when it starts, and it has started after so long even on a slow machine.</summary>
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(30);

    private readonly GameFolder _folder;
    private readonly DateTime _startedAt;
    private readonly FileSystemWatcher? _watcher;
    private volatile bool _removalSeen;

    public GameLock(GameFolder folder, DateTime startedAt)
    {
        _folder = folder;
        _startedAt = startedAt;
        try
        {
            _watcher = new FileSystemWatcher(folder.Path) { NotifyFilter = NotifyFilters.FileName };
            _watcher.Deleted += (_, change) =>
                _removalSeen |= string.Equals(Path.GetFileName(change.Name), GameFolder.LockName, StringComparison.OrdinalIgnoreCase);
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException)
        {
            // No watch to be had (the system's limit): times have to do
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    /// <summary>Whose lock is there now.</summary>
    /// <param name="endedByItself">The session was not ended by the hub.</param>
    /// <param name="lockedOut">The game answered as it does when somebody is inside.</param>
    public LockEvidence Look(bool endedByItself, bool lockedOut)
    {
        if (_folder.Lock is not { } file)
        {
            return LockEvidence.Clean;
        }

        var older = file.LastWriteTimeUtc < _startedAt - s_dosTime;
        return older || lockedOut || (endedByItself && _removalSeen) ? LockEvidence.Player : LockEvidence.LeftByRun;
    }

    public void Dispose() => _watcher?.Dispose();

    /// <summary>
    /// Whether a lock found after an interruption was made by the game of the session that began at <paramref name="startedAt"/>:
    /// certain while its emulator still ran, otherwise told by the lock's age. A player who came in later has a younger one.
    /// </summary>
    /// <param name="file">The lock.</param>
    /// <param name="startedAt">When the session began.</param>
    /// <param name="emulatorRan">The session's emulator still lived.</param>
    /// <param name="hubDiedBy">
    /// A moment by which the hub of that session was dead, and its emulator with it, or null: not known. What is younger is a player's.
    /// </param>
    public static bool IsOfSession(FileInfo file, DateTime startedAt, bool emulatorRan, DateTime? hubDiedBy)
    {
        var made = file.LastWriteTimeUtc;
        return made >= startedAt - s_dosTime && (emulatorRan || (made <= startedAt + s_start && !(made > hubDiedBy)));
    }
}
