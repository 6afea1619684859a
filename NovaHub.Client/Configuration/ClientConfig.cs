using NovaHub.Engine.Games;

namespace NovaHub.Client.Configuration;

/// <summary>What becomes of a packet's file once the hub has it.</summary>
internal enum SentAction
{
    Delete,
    Archive,
}

/// <summary>The whole of a board's config.toml, checked. Every path is absolute.</summary>
internal sealed record ClientConfig(
    string Path, HubSettings Hub, string BbsName, SyncSettings Sync, DaemonSettings Daemon, IReadOnlyList<LeagueSettings> Leagues)
{
    /// <summary>Leagues that are carried.</summary>
    public IEnumerable<LeagueSettings> Enabled => Leagues.Where(l => l.Enabled);

    /// <summary>A file of ours beside the metrics file: the place that is known to be writable.</summary>
    public string Beside(string name) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Sync.MetricsFile)!, name);
}

/// <summary><c>[hub]</c>, with what the environment says in its place.</summary>
internal sealed record HubSettings(Uri Url, string ClientId, string ClientSecret)
{
    // A record prints its members; these are not to be printed
    public override string ToString() => Url.ToString();
}

/// <summary><c>[sync]</c>.</summary>
/// <param name="SentAction">What becomes of a sent packet.</param>
/// <param name="ArchiveDir">Where sent packets go.</param>
/// <param name="MaxRetries">How often a failed request is tried again.</param>
/// <param name="RetryDelay">Pause before the first new try; it doubles from there.</param>
/// <param name="Timeout">How long the hub may be silent.</param>
/// <param name="MetricsFile">Where the result of a sync is written.</param>
internal sealed record SyncSettings(
    SentAction SentAction, string ArchiveDir, int MaxRetries, TimeSpan RetryDelay, TimeSpan Timeout, string MetricsFile);

/// <summary><c>[daemon]</c>. An interval of zero is never.</summary>
internal sealed record DaemonSettings(
    bool Enabled, TimeSpan SyncInterval, TimeSpan MaintenanceInterval, TimeSpan MaintenanceTimeout, bool RunMaintenanceOnDownload,
    string DosemuPath, string DosemuConfigDir, string DosemuTerm, string LogDir)
{
    /// <summary>DOSBox, for hosts without dosemu2.</summary>
    public string DosBoxPath { get; init; } = "dosbox";
}

/// <summary><c>[leagues.BRE.555]</c>.</summary>
internal sealed record LeagueSettings(
    LeagueId Id, bool Enabled, int BbsIndex, string OutboundDir, string InboundDir,
    string? GameFolder, string GameCommand, string MaintenanceArgs, string? GameDosPath)
{
    /// <summary>Line of <c>bbs_index</c> in the file, for explanations.</summary>
    public int IndexLine { get; init; }

    /// <summary>As it stands in the metrics: <c>BRE_555</c>.</summary>
    public string Key => $"{Id.Game.Name}_{Id.Number}";

    /// <summary>As it stands in the file: <c>leagues.BRE.555</c>.</summary>
    public string Table => $"leagues.{Id.Game.Name}.{Id.Number}";

    /// <summary>
    /// The folder that becomes C:. The game folder without what <c>game_dos_path</c> says it is called in DOS; null when the
    /// two do not fit together.
    /// </summary>
    public string? DriveC
    {
        get
        {
            if (GameFolder is null || GameDosPath is null)
            {
                return GameFolder is null ? null : System.IO.Path.GetDirectoryName(GameFolder) ?? GameFolder;
            }

            var dos = GameDosPath.Replace('/', '\\').Split('\\', StringSplitOptions.RemoveEmptyEntries);
            if (dos.Length < 2 || !dos[0].Equals("C:", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            var folder = GameFolder;
            foreach (var part in dos.Skip(1).Reverse())
            {
                if (!part.Equals(System.IO.Path.GetFileName(folder), StringComparison.OrdinalIgnoreCase))
                {
                    return null;
                }

                folder = System.IO.Path.GetDirectoryName(folder) ?? folder;
            }

            return folder;
        }
    }
}
