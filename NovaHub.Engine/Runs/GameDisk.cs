using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Runs;

/// <summary>Room on the disks of game folders.</summary>
public static class GameDisk
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>
    /// Why a game must not run there, or null. DOS programs are often told that writing to a full disk succeeded: the game
    /// would delete the mail that it read and not keep what came of it.
    /// </summary>
    /// <param name="folder">The game folder.</param>
    /// <param name="leastMegabytes">Room that it must have, in MiB.</param>
    internal static string? Fault(GameFolder folder, int leastMegabytes) => Lack(folder, leastMegabytes) is { } lack
        ? $"The disk of the game folder {folder.Path} {lack} (Runs:MinFreeMegabytes). Free some room; the packets wait."
        : null;

    /// <summary>What is wrong with the disks of the leagues' game folders, in a sentence for anybody: it names no folder. Null when nothing is. A folder that is not there is not this check's business.</summary>
    /// <param name="leagues">The leagues.</param>
    /// <param name="leastMegabytes">Room that each must have, in MiB.</param>
    public static string? Fault(IEnumerable<LeagueEntry> leagues, int leastMegabytes)
    {
        ArgumentNullException.ThrowIfNull(leagues);
        var faults = leagues.Where(l => l.GameFolder is not null && Directory.Exists(l.GameFolder))
            .Select(l => (l.Id, Lack: Lack(GameFolder.At(l.Id, l.GameFolder!), leastMegabytes))).Where(f => f.Lack is not null).ToList();
        return faults.Count == 0
            ? null
            : $"The disk of the game folder of {faults[0].Id} {faults[0].Lack}.{(faults.Count > 1 ? $" So it is with {faults.Count - 1} more." : "")} Free some room; mail for the games waits.";
    }

    private static string? Lack(GameFolder folder, int leastMegabytes)
    {
        try
        {
            var free = Free(folder) / Mebibyte;
            return free >= leastMegabytes ? null : $"has {free} MiB left; a run needs {leastMegabytes}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"can't be looked at, and a run needs {leastMegabytes} MiB";
        }
    }

    /// <summary>Bytes that are free for the hub where the game writes: the least of its folders' disks.</summary>
    internal static long Free(GameFolder folder) => new[] { folder.Path, folder.Inbound, folder.Outbound }
        .Where(Directory.Exists).Select(f => new DriveInfo(f).AvailableFreeSpace).DefaultIfEmpty(long.MaxValue).Min();
}

/// <summary>
/// Looks at the disk of a game folder while its game runs. A disk that was full for a moment between two looks is not seen;
/// what a failed write leaves behind usually keeps it full until the end, though.
/// </summary>
internal sealed class DiskWatch : IAsyncDisposable
{
    /// <summary>With less than this a write of the game may have failed.</summary>
    private const long Full = 1024 * 1024;

    private const int ProbeBytes = 64 * 1024;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly GameFolder _folder;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _looking;
    private volatile bool _wasFull;

    public DiskWatch(GameFolder folder, TimeProvider clock)
    {
        _folder = folder;
        _looking = LookAsync(clock);
    }

    /// <summary>Looks a last time, and tries to write: a quota that is used up shows itself only so.</summary>
    /// <returns>Whether the disk was full at any look.</returns>
    public async Task<bool> EndAsync()
    {
        await _ending.CancelAsync();
        await _looking;
        Look();
        return _wasFull || !CanWrite(_folder);
    }

    /// <summary>Whether the disk is full now.</summary>
    public static bool IsFull(GameFolder folder) => GameDisk.Free(folder) < Full || !CanWrite(folder);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _looking;
        _ending.Dispose();
    }

    private async Task LookAsync(TimeProvider clock)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        try
        {
            while (!_wasFull && await timer.WaitForNextTickAsync(_ending.Token))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The game has ended
        }
    }

    private void Look()
    {
        try
        {
            _wasFull |= GameDisk.Free(_folder) < Full;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A disk that can't be looked at shows itself in what is done there next
        }
    }

    private static void Remove(string probe)
    {
        try
        {
            File.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next probe writes over it
        }
    }

    private static bool CanWrite(GameFolder folder)
    {
        var probe = Path.Combine(folder.Path, "NOVAHUB.TMP");
        try
        {
            using (var file = new FileStream(probe, FileMode.Create, FileAccess.Write))
            {
                file.Write(new byte[ProbeBytes]);
                file.Flush(flushToDisk: true);
            }

            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            Remove(probe);
        }
    }
}
