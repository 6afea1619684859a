namespace NovaHub.Client.Configuration;

/// <summary>Every key that config.toml may have, and the nearest one to a key it should not have.</summary>
internal static class KnownKeys
{
    private static readonly Dictionary<string, string[]> s_tables = new(StringComparer.Ordinal)
    {
        ["hub"] = ["url", "client_id", "client_secret"],
        ["bbs"] = ["name"],
        ["sync"] = ["sent_action", "archive_dir", "max_retries", "retry_delay", "timeout_seconds", "metrics_file"],
        ["daemon"] =
        [
            "enabled", "sync_interval", "maintenance_interval", "maintenance_timeout", "run_maintenance_on_download",
            "dosemu_path", "dosemu_config_dir", "dosemu_term", "dosbox_path", "log_dir",
        ],
        ["leagues"] =
        [
            "enabled", "bbs_index", "outbound_dir", "inbound_dir", "game_folder", "game_command", "maintenance_args", "game_dos_path",
        ],
    };

    /// <summary>What to say about a key that is not known; null for one that is.</summary>
    public static string? Complaint(IReadOnlyList<string> path)
    {
        var table = path[0];
        var name = path[^1];
        if (!s_tables.TryGetValue(table, out var keys))
        {
            return Say($"[{table}]", Nearest(table, s_tables.Keys), n => $"[{n}]");
        }

        var depth = table == "leagues" ? 3 : 1;
        if (path.Count <= depth)
        {
            return null;
        }

        if (path.Count == depth + 1 && keys.Contains(name, StringComparer.Ordinal))
        {
            return null;
        }

        if (Nearest(name, keys) is { } near)
        {
            return Say(string.Join('.', path), near, n => n);
        }

        var elsewhere = s_tables.FirstOrDefault(t => t.Key != table && t.Value.Contains(name, StringComparer.Ordinal)).Key;
        return $"{string.Join('.', path)} is not known and is ignored{(elsewhere is null ? "" : $"; {name} belongs to [{(elsewhere == "leagues" ? "leagues.BRE.555" : elsewhere)}]")}.";
    }

    private static string Say(string what, string? near, Func<string, string> show) =>
        $"{what} is not known and is ignored{(near is null ? "" : $"; did you mean {show(near)}?")}{(near is null ? "." : "")}";

    private static string? Nearest(string name, IEnumerable<string> known) => known
        .Select(k => (Key: k, Distance: Distance(name, k)))
        .Where(k => k.Distance <= Math.Max(2, Math.Min(name.Length, k.Key.Length) / 3))
        .OrderBy(k => k.Distance)
        .Select(k => k.Key)
        .FirstOrDefault();

    // Levenshtein: how many letters differ
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, corner + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1));
                corner = above;
            }
        }

        return row[^1];
    }
}
