using System.Data.Common;
using System.Reflection;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Alerts.Rules;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Settings;
using NovaHub.Engine.Storage;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>When the hub calls itself unhealthy. Configuration section <c>Health</c>.</summary>
internal sealed record HealthOptions
{
    public const string Section = "Health";

    /// <summary>Room that the data folder's disk must have, in MiB.</summary>
    public int MinFreeMegabytes { get; set; } = 50;
}

/// <summary>Looks whether the ledger takes writes and the disks have room. Asked often, it looks once in a few seconds.</summary>
internal sealed class HubHealth(
    GroupCommit commits, StorageOptions storage, IOptions<HealthOptions> options, HubDirectory directory, CurrentOptions<RunOptions> runs, TimeProvider clock) : IDisposable
{
    public const string Healthy = "healthy";

    private const string Ok = "ok";

    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly string s_version = typeof(HubHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly SemaphoreSlim _looking = new(1, 1);
    private (long At, HealthAnswer Report)? _latest;
    private Task<string>? _write;
    private Task<string>? _games;

    public async Task<HealthAnswer> CheckAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            if (_latest is { } latest && clock.GetElapsedTime(latest.At) < s_keep)
            {
                return latest.Report;
            }

            var checks = new Dictionary<string, string>(StringComparer.Ordinal) { ["ledger"] = await LedgerAsync(), ["disk"] = Disk(), ["game_disk"] = await GameDisksAsync() };
            var report = new HealthAnswer(checks.Values.All(c => c == Ok) ? Healthy : "unhealthy", s_version, checks);
            _latest = (clock.GetTimestamp(), report);
            return report;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>What it finds wrong.</summary>
    public async Task<IReadOnlyList<HubFault>> FaultsAsync(CancellationToken cancellationToken) =>
        [.. (await CheckAsync(cancellationToken)).Checks.Where(c => c.Value != Ok).Select(c => new HubFault(c.Key, c.Value))];

    public void Dispose() => _looking.Dispose();

    // One write waits at a time, however long the disk takes: asking again adds nothing to its load
    private async Task<string> LedgerAsync()
    {
        _write = _write is { IsCompleted: false } ? _write : WriteAsync();
        try
        {
            return await _write.WaitAsync(s_patience, clock);
        }
        catch (TimeoutException)
        {
            return "The ledger did not take a write within 2 seconds.";
        }
    }

    private async Task<string> WriteAsync()
    {
        try
        {
            await commits.WriteAsync(w =>
            {
                w.Raise("health");
                return true;
            });
            return Ok;
        }
        catch (Exception failure) when (failure is DbException or ChannelClosedException)
        {
            return "The ledger can't be written to.";
        }
    }

    // A file system that hangs keeps one thread waiting, however often is asked
    private async Task<string> GameDisksAsync()
    {
        _games = _games is { IsCompleted: false } ? _games : Task.Run(() => GameDisk.Fault(directory.Current.Leagues.Values, runs.Value.MinFreeMegabytes) ?? Ok);
        try
        {
            return await _games.WaitAsync(s_patience, clock);
        }
        catch (TimeoutException)
        {
            return "The disk of a game folder did not answer within 2 seconds.";
        }
    }

    private string Disk()
    {
        try
        {
            var free = new DriveInfo(storage.Root).AvailableFreeSpace / (1024 * 1024);
            return free >= options.Value.MinFreeMegabytes ? Ok : $"The data folder's disk has {free} MiB left; at least {options.Value.MinFreeMegabytes} are needed.";
        }
        catch (IOException)
        {
            return "The data folder's disk can't be looked at.";
        }
    }
}
