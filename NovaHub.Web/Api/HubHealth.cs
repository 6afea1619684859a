using System.Reflection;
using NovaHub.Engine.Alerts.Rules;
using NovaHub.Engine.Runs;
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
internal sealed class HubHealth(LedgerHealth ledger, DiskHealth disks, FolderWatching watching, TimeProvider clock) : IDisposable
{
    public const string Healthy = "healthy";

    /// <summary>A check that tells of something less good and keeps nothing from being done.</summary>
    public const string Watching = "watching";

    /// <summary>What a check says when nothing is wrong.</summary>
    public const string Ok = "ok";

    /// <summary>How long a look waits for a disk.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(3);
    private static readonly string s_version = typeof(HubHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly SemaphoreSlim _looking = new(1, 1);
    private (long At, HealthAnswer Report)? _latest;

    public async Task<HealthAnswer> CheckAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            // Damage is told at once: uploads are refused from the moment it was found
            if (_latest is { } latest && !(ledger.IsDamaged && latest.Report.Status == Healthy) && clock.GetElapsedTime(latest.At) < s_keep)
            {
                return latest.Report;
            }

            var checks = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ledger"] = await ledger.LookAsync(),
                ["disk"] = disks.Look(),
                ["game_disk"] = await disks.LookAtGamesAsync(),
            };
            var healthy = checks.Values.All(c => c == Ok);
            checks[Watching] = watching.Missing ?? Ok;
            var report = new HealthAnswer(healthy ? Healthy : "unhealthy", s_version, checks);
            _latest = (clock.GetTimestamp(), report);
            return report;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>What keeps the hub from doing its job.</summary>
    public async Task<IReadOnlyList<HubFault>> FaultsAsync(CancellationToken cancellationToken) =>
        [.. (await CheckAsync(cancellationToken)).Checks.Where(c => c.Value != Ok && c.Key != Watching).Select(c => new HubFault(c.Key, c.Value))];

    public void Dispose() => _looking.Dispose();
}
