using System.Text.RegularExpressions;
using NovaHub.Engine.Games;

namespace NovaHub.Client.Configuration;

/// <summary>Reads the leagues of a configuration.</summary>
internal sealed partial class LeagueReader(IReadOnlyList<ConfigKey> keys, ConfigValues values, List<ConfigFault> warnings, bool isPsd1)
{
    public List<LeagueSettings> Read()
    {
        var leagues = new List<LeagueSettings>();
        var seen = new Dictionary<LeagueId, string>();
        foreach (var table in keys.Where(k => k.Path[0] == "leagues").GroupBy(k => string.Join('.', k.Path.Take(3)), StringComparer.Ordinal))
        {
            var first = table.First();
            if (first.Path.Count < 3)
            {
                if (first.Value is not ConfigKey.Heading)
                {
                    values.Add(first.Line, $"{first.Name} stands outside a league; a league is a table such as [leagues.BRE.555].");
                }

                continue;
            }

            var game = Game.All.FirstOrDefault(g => g.Name.Equals(first.Path[1], StringComparison.OrdinalIgnoreCase));
            if (game is null || !LeagueId.TryParse(first.Path[2] + game.Letter, out var id))
            {
                values.Add(first.Line, isPsd1
                    ? $"{first.Path[1]} {first.Path[2]} is no league; Game is 'BRE' or 'FE', and Number is the league's three digits, such as '015'."
                    : $"[{table.Key}] is no league; allowed are leagues.BRE.NNN and leagues.FE.NNN with the league's three digits, such as [leagues.BRE.555].");
            }
            else if (!seen.TryAdd(id, table.Key))
            {
                values.Add(first.Line, $"[{table.Key}] is the same league as [{seen[id]}].");
            }
            else
            {
                leagues.Add(One(id, table.Key));
            }
        }

        return leagues;
    }

    private LeagueSettings One(LeagueId id, string table)
    {
        var enabled = values.Flag($"{table}.enabled", true);
        return new LeagueSettings(
            id,
            enabled,
            // A league that is switched off may be unfinished
            values.Whole($"{table}.bbs_index", enabled ? null : 0, BbsIndex.Min, BbsIndex.Max),
            Folder("outbound_dir", "the folder into which your game writes packets"),
            Folder("inbound_dir", "the folder from which your game reads packets"),
            GameFolder($"{table}.game_folder"),
            values.Text($"{table}.game_command", id.Game.Name)!,
            values.Text($"{table}.maintenance_args", "PLANETARY")!,
            values.Text($"{table}.game_dos_path") is { Length: > 0 } dos ? dos : null)
        {
            IndexLine = values.LineOf($"{table}.bbs_index"),
            IsPsd1 = isPsd1,
        };

        string Folder(string key, string what)
        {
            if (enabled)
            {
                values.Required($"{table}.{key}", what);
                if (IsForeign($"{table}.{key}"))
                {
                    values.Add(values.LineOf($"{table}.{key}"), Foreign($"{table}.{key}"));
                    return "";
                }
            }

            return Local($"{table}.{key}") ?? "";
        }
    }

    // The other client takes DOS's name for it on Linux too, and fails when the game is to run; mail moves all the same
    private string? GameFolder(string key)
    {
        if (!IsForeign(key))
        {
            return Local(key);
        }

        warnings.Add(new ConfigFault(values.LineOf(key), Foreign(key) + " The game is not run, and its folder is not looked at."));
        return null;
    }

    private bool IsForeign(string key) => !OperatingSystem.IsWindows() && DosPath().IsMatch(values.Text(key) ?? "");

    private string Foreign(string key) =>
        $"{values.NameOf(key)} is the DOS path {values.Text(key)}; write the folder as this machine knows it, such as /srv/dos/BBS/BRE, and DOS's name for the game's folder into {(isPsd1 ? "GameDosPath" : "game_dos_path")}.";

    // DOS knows no network names, however well the host reads them
    private string? Local(string key)
    {
        if (values.Text(key) is { } text && (text.StartsWith(@"\\", StringComparison.Ordinal) || text.StartsWith("//", StringComparison.Ordinal)))
        {
            values.Add(values.LineOf(key), $"{values.NameOf(key)} is the network path {text}; DOS can't reach it. Allowed is a folder on a drive of this machine.");
            return null;
        }

        return values.Place(key, null);
    }

    [GeneratedRegex(@"^[A-Za-z]:[\\/]", RegexOptions.NonBacktracking)]
    private static partial Regex DosPath();
}
