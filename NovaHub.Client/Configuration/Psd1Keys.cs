namespace NovaHub.Client.Configuration;

/// <summary>
/// The PowerShell client's <c>config.psd1</c>, as the keys that config.toml has: <c>Sync.RetryDelaySeconds</c> is
/// <c>sync.retry_delay</c>, and the entries of <c>Leagues</c> are tables by their <c>Game</c> and <c>Number</c>.
/// </summary>
internal static class Psd1Keys
{
    private const string LeaguesTable = "leagues";

    // What that client calls otherwise than we would
    private static readonly Dictionary<string, string> s_seconds = new(StringComparer.Ordinal)
    {
        ["sync.retry_delay"] = "RetryDelaySeconds",
        ["daemon.sync_interval"] = "SyncIntervalSeconds",
        ["daemon.maintenance_interval"] = "MaintenanceIntervalSeconds",
        ["daemon.maintenance_timeout"] = "MaintenanceTimeoutSeconds",
    };

    /// <summary>Reads a text. What is wrong with its form goes to <paramref name="faults"/>, what is not known to <paramref name="warnings"/>.</summary>
    public static List<ConfigKey> Read(string text, List<ConfigFault> faults, List<ConfigFault> warnings)
    {
        var keys = new List<ConfigKey>();
        Dictionary<string, Psd1Node> root;
        try
        {
            root = (Dictionary<string, Psd1Node>)Psd1Reader.Read(text).Value!;
        }
        catch (Psd1Exception odd)
        {
            faults.Add(new ConfigFault(odd.Line, $"this is no PowerShell data file: {odd.Message}."));
            return keys;
        }

        foreach (var (name, node) in root)
        {
            var table = KnownKeys.Tables.Keys.FirstOrDefault(t => t.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (table is null)
            {
                warnings.Add(new ConfigFault(node.Line, Unknown(name, KnownKeys.Tables.Keys.Select(Pascal))));
            }
            else if (table == LeaguesTable)
            {
                AddLeagues(node, keys, faults, warnings);
            }
            else if (node.Value is Dictionary<string, Psd1Node> values)
            {
                Add([table], node, values, keys, warnings);
            }
            else
            {
                faults.Add(new ConfigFault(node.Line, $"{name} is a group of settings; write {name} = @{{ ... }}."));
            }
        }

        return keys;
    }

    /// <summary>What a key of config.toml is called in config.psd1, for a message: <c>Sync.MaxRetries</c>, <c>BbsIndex of BRE 555</c>.</summary>
    public static string NameOf(IReadOnlyList<string> path) => path switch
    {
        [LeaguesTable, var game, var number, var key] => $"{Called(LeaguesTable, key)} of {game} {number}",
        [LeaguesTable, var game, var number] => $"league {game} {number}",
        [var table, var key] => $"{Pascal(table)}.{Called(table, key)}",
        _ => string.Join('.', path.Select(Pascal)),
    };

    private static void AddLeagues(Psd1Node node, List<ConfigKey> keys, List<ConfigFault> faults, List<ConfigFault> warnings)
    {
        // PowerShell takes a single one for an array of one
        var entries = node.Value switch { List<Psd1Node> several => several, Dictionary<string, Psd1Node> => [node], _ => null };
        if (entries is null || entries.Exists(e => e.Value is not Dictionary<string, Psd1Node>))
        {
            faults.Add(new ConfigFault(node.Line, "Leagues is a list of leagues; write Leagues = @( @{ Game = 'BRE'; Number = '555'; BbsIndex = 2; ... } )."));
            return;
        }

        var seen = new HashSet<(string, string)>();
        foreach (var entry in entries)
        {
            var values = (Dictionary<string, Psd1Node>)entry.Value!;
            if (values.GetValueOrDefault("Game")?.Value is not string game || values.GetValueOrDefault("Number")?.Value is not string number)
            {
                faults.Add(new ConfigFault(entry.Line, "a league needs Game = 'BRE' or 'FE' and Number = its three digits in quotation marks, such as '015'."));
                continue;
            }

            game = game.ToUpperInvariant();
            if (!seen.Add((game, number)))
            {
                faults.Add(new ConfigFault(entry.Line, $"league {game} {number} stands here twice."));
                continue;
            }

            Add([LeaguesTable, game, number], entry, values.Where(v => !Is(v.Key, "Game") && !Is(v.Key, "Number")), keys, warnings);
        }
    }

    private static void Add(string[] path, Psd1Node at, IEnumerable<KeyValuePair<string, Psd1Node>> values, List<ConfigKey> keys, List<ConfigFault> warnings)
    {
        keys.Add(new ConfigKey(path, at.Line, ConfigKey.Heading.Instance));
        var known = KnownKeys.Tables[path[0]];
        foreach (var (name, node) in values)
        {
            if (known.FirstOrDefault(k => Is(name, Called(path[0], k)) || Is(name, Pascal(k))) is not { } key)
            {
                warnings.Add(new ConfigFault(node.Line, Unknown(name, known.Select(k => Called(path[0], k)))));
            }
            else if (node.Value is not null)
            {
                // $null is as if it were not there
                keys.Add(new ConfigKey([.. path, key], node.Line, node.Value is string or long or double or bool ? node.Value : null));
            }
        }
    }

    private static string Unknown(string name, IEnumerable<string> known) =>
        $"{name} is not known and is ignored{(KnownKeys.Near(name, known) is { } near ? $"; did you mean {near}?" : ".")}";

    private static string Called(string table, string key) => s_seconds.GetValueOrDefault($"{table}.{key}") ?? Pascal(key);

    // client_id is ClientId
    private static string Pascal(string name) => string.Concat(name.Split('_').Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
