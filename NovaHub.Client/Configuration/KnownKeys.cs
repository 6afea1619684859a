namespace NovaHub.Client.Configuration;

/// <summary>Every key that config.toml may have, and the nearest one to a key it should not have.</summary>
internal static class KnownKeys
{
    private static readonly Dictionary<string, string[]> s_tables = new(StringComparer.Ordinal)
    {
        ["hub"] = ["url", "client_id", "client_secret"],
        ["bbs"] = ["name"],
        ["sync"] = ["sent_action", "archive_dir", "max_retries", "retry_delay", "timeout_seconds", "metrics_file", "nodelist_check"],
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

    /// <summary>Every table with its keys.</summary>
    public static IReadOnlyDictionary<string, string[]> Tables => s_tables;

    /// <summary>The nearest of <paramref name="known"/> to a name; null when none is near.</summary>
    public static string? Near(string name, IEnumerable<string> known) => Nearest(name, known);

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

    // How many letters have to be changed, added, left out or swapped with their neighbour
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                table[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(table[i - 1, j], table[i, j - 1]) + 1,
                        table[i - 1, j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1)),
                };
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
                }
            }
        }

        return table[a.Length, b.Length];

        static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
    }
}
