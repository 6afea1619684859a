using NovaHub.Engine.Games;

namespace NovaHub.Client.Configuration;

/// <summary>A configuration, or why there is none.</summary>
internal sealed record ConfigReading(string Path, ClientConfig? Config, IReadOnlyList<ConfigFault> Faults, IReadOnlyList<ConfigFault> Warnings)
{
    /// <summary>A fault or warning as it is shown: file, line, sentence.</summary>
    public string Show(ConfigFault fault) =>
        fault.Line > 0 ? $"{System.IO.Path.GetFileName(Path)}, line {fault.Line}: {fault.Message}" : $"{Path}: {fault.Message}";
}

/// <summary>Reads config.toml as boards have it today. Everything that is wrong is told at once.</summary>
internal static class ConfigReader
{
    private const int DaySeconds = 86_400;

    public static ConfigReading Read(string path, Func<string, string?> environment)
    {
        var faults = new List<ConfigFault>();
        var warnings = new List<ConfigFault>();
        path = Path.GetFullPath(path);
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var missing = failure is FileNotFoundException or DirectoryNotFoundException;
            faults.Add(new ConfigFault(0, missing
                ? "there is no such file. Make one with: novahub-client init"
                : $"it can't be read: {failure.Message}"));
            return new ConfigReading(path, null, faults, warnings);
        }

        var keys = TomlKeys.Read(text, path, faults);
        if (faults.Count > 0)
        {
            return new ConfigReading(path, null, faults, warnings);
        }

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

        var values = new ConfigValues(keys, Path.GetDirectoryName(path)!, faults);
        var config = new ClientConfig(path, Hub(values, environment), values.Text("bbs.name", "") ?? "", Sync(values), Daemon(values), Leagues(keys, values));
        if (config.Leagues.Count == 0)
        {
            faults.Add(new ConfigFault(0, "there is no league in it; add a table such as [leagues.BRE.555] with bbs_index, outbound_dir and inbound_dir."));
        }

        return new ConfigReading(path, faults.Count == 0 ? config : null, faults, warnings);
    }

    private static HubSettings Hub(ConfigValues values, Func<string, string?> environment)
    {
        var text = values.Required("hub.url", "the hub's address, such as https://hub.example.com");
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            if (text.Length > 0)
            {
                values.Add(values.LineOf("hub.url"), $"hub.url is \"{(text.Contains('@', StringComparison.Ordinal) ? "…" : text)}\"; allowed is an address that begins with https:// or http://, without a user name.");
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
        values.Place("sync.metrics_file", "./metrics.json")!);

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

    private static List<LeagueSettings> Leagues(List<TomlKey> keys, ConfigValues values)
    {
        var leagues = new List<LeagueSettings>();
        var seen = new Dictionary<LeagueId, string>();
        foreach (var table in keys.Where(k => k.Path[0] == "leagues").GroupBy(k => string.Join('.', k.Path.Take(3)), StringComparer.Ordinal))
        {
            var first = table.First();
            if (first.Path.Count < 3)
            {
                if (first.Value is not TomlKeys.Table)
                {
                    values.Add(first.Line, $"{first.Name} stands outside a league; a league is a table such as [leagues.BRE.555].");
                }

                continue;
            }

            var game = Game.All.FirstOrDefault(g => g.Name.Equals(first.Path[1], StringComparison.OrdinalIgnoreCase));
            if (game is null || !LeagueId.TryParse(first.Path[2] + game.Letter, out var id))
            {
                values.Add(first.Line, $"[{table.Key}] is no league; allowed are leagues.BRE.NNN and leagues.FE.NNN with the league's three digits, such as [leagues.BRE.555].");
            }
            else if (!seen.TryAdd(id, table.Key))
            {
                values.Add(first.Line, $"[{table.Key}] is the same league as [{seen[id]}].");
            }
            else
            {
                leagues.Add(One(id, table.Key, values));
            }
        }

        return leagues;
    }

    private static LeagueSettings One(LeagueId id, string table, ConfigValues values)
    {
        var enabled = values.Flag($"{table}.enabled", true);
        return new LeagueSettings(
            id,
            enabled,
            // A league that is switched off may be unfinished
            values.Whole($"{table}.bbs_index", enabled ? null : 0, BbsIndex.Min, BbsIndex.Max),
            Folder("outbound_dir", "the folder into which your game writes packets"),
            Folder("inbound_dir", "the folder from which your game reads packets"),
            Local($"{table}.game_folder"),
            values.Text($"{table}.game_command", id.Game.Name)!,
            values.Text($"{table}.maintenance_args", "PLANETARY")!,
            values.Text($"{table}.game_dos_path") is { Length: > 0 } dos ? dos : null)
        {
            IndexLine = values.LineOf($"{table}.bbs_index"),
        };

        string Folder(string key, string what)
        {
            if (enabled)
            {
                values.Required($"{table}.{key}", what);
            }

            return Local($"{table}.{key}") ?? "";
        }

        // DOS knows no network names, however well the host reads them
        string? Local(string key)
        {
            if (values.Text(key) is { } text && (text.StartsWith(@"\\", StringComparison.Ordinal) || text.StartsWith("//", StringComparison.Ordinal)))
            {
                values.Add(values.LineOf(key), $"{key} is the network path {text}; DOS can't reach it. Allowed is a folder on a drive of this machine.");
                return null;
            }

            return values.Place(key, null);
        }
    }
}
