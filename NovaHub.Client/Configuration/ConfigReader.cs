namespace NovaHub.Client.Configuration;

/// <summary>A configuration, or why there is none.</summary>
internal sealed record ConfigReading(string Path, ClientConfig? Config, IReadOnlyList<ConfigFault> Faults, IReadOnlyList<ConfigFault> Warnings)
{
    /// <summary>A fault or warning as it is shown: file, line, sentence.</summary>
    public string Show(ConfigFault fault) =>
        fault.Line > 0 ? $"{System.IO.Path.GetFileName(Path)}, line {fault.Line}: {fault.Message}" : $"{Path}: {fault.Message}";
}

/// <summary>Reads config.toml and config.psd1 as boards have them today. Everything that is wrong is told at once.</summary>
internal static class ConfigReader
{
    private const int DaySeconds = 86_400;

    public static ConfigReading Read(string path, Func<string, string?> environment)
    {
        var faults = new List<ConfigFault>();
        var warnings = new List<ConfigFault>();
        path = Path.GetFullPath(path);
        var isPsd1 = Path.GetExtension(path).Equals(".psd1", StringComparison.OrdinalIgnoreCase);
        var keys = ConfigFile.Read(path, faults) is { } text ? Keys(text, path, isPsd1, faults, warnings) : [];
        if (faults.Count > 0)
        {
            return new ConfigReading(path, null, faults, warnings);
        }

        var folder = Path.GetDirectoryName(path)!;
        var values = new ConfigValues(keys, folder, faults, isPsd1);
        var leagues = new LeagueReader(keys, values, warnings, isPsd1).Read();
        var config = new ClientConfig(path, Hub(values, EnvironmentFile.Over(environment, folder)), values.Text("bbs.name", "") ?? "", Sync(values), Daemon(values), leagues);
        if (leagues.Count == 0)
        {
            warnings.Add(new ConfigFault(0, $"there is no league in it yet, so nothing is carried; {(isPsd1
                ? "add an entry to Leagues with Game, Number, BbsIndex, OutboundDir and InboundDir"
                : "add a table such as [leagues.BRE.555] with bbs_index, outbound_dir and inbound_dir")}. test-connection tells which leagues the hub has you in."));
        }

        return new ConfigReading(path, faults.Count == 0 ? config : null, faults, warnings);
    }

    private static List<ConfigKey> Keys(string text, string path, bool isPsd1, List<ConfigFault> faults, List<ConfigFault> warnings)
    {
        if (isPsd1)
        {
            return Psd1Keys.Read(text, faults, warnings);
        }

        var keys = TomlKeys.Read(text, path, faults);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            // A whole unknown table is told of once, at its heading
            var top = key.Path[0];
            if (KnownKeys.Complaint(key.Path) is { } complaint && known.Add(complaint) && known.Add($"[{top}] {complaint}"))
            {
                warnings.Add(new ConfigFault(key.Line, complaint));
            }
        }

        return keys;
    }

    private static HubSettings Hub(ConfigValues values, Func<string, string?> environment)
    {
        var text = values.Required("hub.url", "the hub's address, such as https://hub.example.com");
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            if (text.Length > 0)
            {
                values.Add(values.LineOf("hub.url"), $"{values.NameOf("hub.url")} is \"{(text.Contains('@', StringComparison.Ordinal) ? "…" : text)}\"; allowed is an address that begins with https:// or http://, without a user name.");
            }

            url = new Uri("http://localhost/");
        }

        return new HubSettings(
            url,
            FromEnvironment("HUB_CLIENT_ID") ?? values.Required("hub.client_id", "what the hub's admin gave you (or set HUB_CLIENT_ID)"),
            FromEnvironment("HUB_CLIENT_SECRET") ?? values.Required("hub.client_secret", "what the hub's admin gave you (or set HUB_CLIENT_SECRET)"));

        string? FromEnvironment(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }

    private static SyncSettings Sync(ConfigValues values) => new(
        values.Choice("sync.sent_action", SentAction.Delete, ("archive", SentAction.Archive), ("delete", SentAction.Delete)),
        values.Place("sync.archive_dir", "./sent")!,
        values.Whole("sync.max_retries", 3, 0, 100),
        values.Seconds("sync.retry_delay", 5, 0, 3600),
        values.Seconds("sync.timeout_seconds", 120, 1, 3600),
        values.Place("sync.metrics_file", "./metrics.json")!)
    {
        NodelistCheck = values.Choice(
            "sync.nodelist_check", NodelistCheck.Bootstrap, ("bootstrap", NodelistCheck.Bootstrap), ("always", NodelistCheck.Always), ("never", NodelistCheck.Never)),
    };

    private static DaemonSettings Daemon(ConfigValues values) => new(
        values.Flag("daemon.enabled", true),
        values.Seconds("daemon.sync_interval", 120, 1, 7 * DaySeconds),
        values.Seconds("daemon.maintenance_interval", 600, 0, 7 * DaySeconds),
        values.Seconds("daemon.maintenance_timeout", 300, 1, DaySeconds),
        values.Flag("daemon.run_maintenance_on_download", true),
        values.Text("daemon.dosemu_path", "dosemu")!,
        values.Place("daemon.dosemu_config_dir", "./dosemu_configs")!,
        values.Text("daemon.dosemu_term", "linux")!,
        values.Place("daemon.log_dir", "./logs")!)
    {
        DosBoxPath = values.Text("daemon.dosbox_path", "dosbox")!,
    };
}
