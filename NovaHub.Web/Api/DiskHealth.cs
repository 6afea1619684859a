using Microsoft.Extensions.Options;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Settings;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Api;

/// <summary>Looks whether the disks of the data folder and of the game folders have room.</summary>
internal sealed class DiskHealth(
    StorageOptions storage, IOptions<HealthOptions> options, HubDirectory directory, CurrentOptions<RunOptions> runs, TimeProvider clock)
{
    // A file system that hangs keeps one thread waiting, however often is asked
    private Task<string>? _games;

    /// <summary>What is wrong with the disks of the game folders, or <see cref="HubHealth.Ok"/>.</summary>
    public async Task<string> LookAtGamesAsync()
    {
        _games = _games is { IsCompleted: false } ? _games : Task.Run(() => GameDisk.Fault(directory.Current.Leagues.Values, runs.Value.MinFreeMegabytes) ?? HubHealth.Ok);
        try
        {
            return await _games.WaitAsync(HubHealth.Patience, clock);
        }
        catch (TimeoutException)
        {
            return "The disk of a game folder did not answer within 2 seconds.";
        }
    }

    /// <summary>What is wrong with the data folder's disk, or <see cref="HubHealth.Ok"/>.</summary>
    public string Look()
    {
        try
        {
            var free = new DriveInfo(storage.Root).AvailableFreeSpace / (1024 * 1024);
            return free >= options.Value.MinFreeMegabytes ? HubHealth.Ok : $"The data folder's disk has {free} MiB left; at least {options.Value.MinFreeMegabytes} are needed.";
        }
        catch (IOException)
        {
            return "The data folder's disk can't be looked at.";
        }
    }
}
