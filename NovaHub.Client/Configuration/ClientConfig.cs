using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;

namespace NovaHub.Client.Configuration;

/// <summary>What becomes of a packet's file once the hub has it.</summary>
internal enum SentAction
{
    Delete,
    Archive,
}

/// <summary>When the hub is asked for its nodelist though none waits in its list.</summary>
internal enum NodelistCheck
{
    /// <summary>When the board has none, or fetching one broke off.</summary>
    Bootstrap,

    /// <summary>In every sync; the hub answers that it is the known one.</summary>
    Always,

    Never,
}

/// <summary>The whole of a board's configuration, checked. Every path is absolute.</summary>
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
    SentAction SentAction, string ArchiveDir, int MaxRetries, TimeSpan RetryDelay, TimeSpan Timeout, string MetricsFile)
{
    public NodelistCheck NodelistCheck { get; init; }
}

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
    /// <summary>Stands where a path has to be filled in.</summary>
    public const string ChangeMe = "CHANGE-ME";

    /// <summary>Line of <c>bbs_index</c> in the file, for explanations.</summary>
    public int IndexLine { get; init; }

    /// <summary>As it stands in the metrics: <c>BRE_555</c>.</summary>
    public string Key => $"{Id.Game.Name}_{Id.Number}";

    /// <summary>As it stands in the file: <c>leagues.BRE.555</c>.</summary>
    public string Table => Named([]);

    /// <summary>Whether the file is a <c>config.psd1</c>, which calls its settings by other names.</summary>
    public bool IsPsd1 { get; init; }

    /// <summary>Paths that still say CHANGE-ME: nothing may be made there.</summary>
    public IEnumerable<string> Unfinished => new[] { OutboundDir, InboundDir, GameFolder ?? "" }.Where(p => p.Contains(ChangeMe, StringComparison.OrdinalIgnoreCase));

    /// <summary>A setting of this league as the file calls it: <c>leagues.BRE.555.bbs_index</c>.</summary>
    public string Setting(string key) => Named([key]);

    /// <summary>
    /// What DOS calls a host folder, without a final backslash; null where DOS can't get to it. On Windows the folder's own
    /// path is its DOS path.
    /// </summary>
    public string? DosPathOf(string folder) => OperatingSystem.IsWindows()
        ? System.IO.Path.TrimEndingDirectorySeparator(folder).ToUpperInvariant()
        : DriveC is { } driveC && DosFolder.Fault(driveC, folder) is null ? DosFolder.DosPath(driveC, folder) : null;

    private string Named(string[] key)
    {
        string[] path = ["leagues", Id.Game.Name, Id.Number, .. key];
        return IsPsd1 ? Psd1Keys.NameOf(path) : string.Join('.', path);
    }

    /// <summary>
    /// The folder that becomes C:. On Windows there is none to be made, it is the drive. The game folder without what <c>game_dos_path</c> says it is called in DOS; null when the
    /// two do not fit together.
    /// </summary>
    public string? DriveC
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return System.IO.Path.GetPathRoot(GameFolder ?? InboundDir);
            }

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
