using System.Diagnostics;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Storage;
using NovaHub.Web.Api;
using NovaHub.Wire;
using NovaHub.Web.Components.Live;

namespace NovaHub.Web.Components.Pages.Machine;

/// <summary>The hub's process and its machine, at one moment.</summary>
/// <param name="Version">Version of the hub.</param>
/// <param name="Runtime">Of .NET and the operating system.</param>
/// <param name="StartedAt">When the process began, UTC.</param>
/// <param name="Emulator">Name of the emulator that is used, or null.</param>
/// <param name="DataFolder">Full path of the data folder.</param>
/// <param name="DatabaseBytes">Size of the database with its write-ahead log.</param>
/// <param name="FreeBytes">Room left on the data folder's disk, or null when it can't be looked at.</param>
/// <param name="DiskBytes">Size of that disk, or null.</param>
/// <param name="MemoryBytes">Memory that the process holds.</param>
/// <param name="PoolThreads">Threads of the pool.</param>
/// <param name="WaitingWork">What waits for a thread of the pool.</param>
/// <param name="Consoles">Open consoles, and how many of them are connected.</param>
/// <param name="Faults">What is wrong, each in a sentence.</param>
internal sealed record SystemReport(
    string Version, string Runtime, DateTime StartedAt, string? Emulator, string DataFolder, long DatabaseBytes, long? FreeBytes, long? DiskBytes,
    long MemoryBytes, int PoolThreads, long WaitingWork, (int Open, int Connected) Consoles, IReadOnlyList<string> Faults);

/// <summary>Looks at the hub's process and its machine.</summary>
internal sealed class SystemReader(HubHealth health, StorageOptions storage, DosMachines machines, OpenCircuits circuits)
{
    private static readonly DateTime s_startedAt = Started();

    public async Task<SystemReport> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await health.CheckAsync(cancellationToken);
        var emulator = machines.Find();
        var faults = Faults(answer);
        if (emulator.Missing is { } missing)
        {
            faults.Add(missing);
        }

        var (free, size) = Disk();
        return new SystemReport(
            answer.Version, $".NET {Environment.Version}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}", s_startedAt,
            emulator.Machine?.Name, storage.Root, Size(storage.DatabasePath) + Size(storage.DatabasePath + "-wal"), free, size,
            Environment.WorkingSet, ThreadPool.ThreadCount, ThreadPool.PendingWorkItemCount, (circuits.Count, circuits.Connected), faults);
    }

    /// <summary>What keeps the hub from taking packets, each in a sentence. A look is kept for a few seconds, so asking often costs nothing.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync(CancellationToken cancellationToken) =>
        [.. (await health.FaultsAsync(cancellationToken)).Select(f => f.Sentence)];

    private static List<string> Faults(HealthAnswer answer) => [.. answer.Checks.Values.Where(c => c != "ok")];

    private (long? Free, long? Size) Disk()
    {
        try
        {
            var disk = new DriveInfo(storage.Root);
            return (disk.AvailableFreeSpace, disk.TotalSize);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return (null, null);
        }
    }

    private static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static DateTime Started()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime.ToUniversalTime();
    }
}
