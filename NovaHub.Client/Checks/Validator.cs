using NovaHub.Client.Configuration;
using NovaHub.Engine.Dos;

namespace NovaHub.Client.Checks;

/// <summary>Checks a configuration against the machine it is on, without the hub. Everything is told at once.</summary>
internal sealed class Validator(ConfigReading reading, TimeProvider time)
{
    public IReadOnlyList<CheckLine> Run()
    {
        var lines = new List<CheckLine>();
        lines.AddRange(reading.Faults.Select(f => new CheckLine(CheckLine.Error, "config", reading.Show(f))));
        lines.AddRange(reading.Warnings.Select(f => new CheckLine(CheckLine.Warning, "config", reading.Show(f))));
        if (reading.Config is not { } config)
        {
            return lines;
        }

        lines.AddRange(Secrecy());
        lines.AddRange(Writable("sync", "metrics_file", Path.GetDirectoryName(config.Sync.MetricsFile)!));
        if (config.Sync.SentAction == SentAction.Archive)
        {
            lines.AddRange(Writable("sync", "archive_dir", config.Sync.ArchiveDir));
        }

        lines.AddRange(Twice(config));
        if (config.Leagues.Count > 0 && !config.Enabled.Any())
        {
            lines.Add(new CheckLine(CheckLine.Warning, "config", "every league is switched off (enabled = false); nothing is synced."));
        }

        foreach (var league in config.Enabled)
        {
            var found = League(league, config.BbsName).ToList();
            lines.AddRange(found);
            if (found.Count == 0)
            {
                lines.Add(new CheckLine(CheckLine.Ok, league.Key, $"BBS #{league.BbsIndex}, {league.OutboundDir} and {league.InboundDir}"));
            }
        }

        return lines;
    }

    private IEnumerable<CheckLine> League(LeagueSettings league, string bbsName)
    {
        foreach (var (key, folder) in new[] { ("outbound_dir", league.OutboundDir), ("inbound_dir", league.InboundDir) })
        {
            if (league.Unfinished.Contains(folder))
            {
                yield return new CheckLine(CheckLine.Error, league.Key, $"{key} still says {LeagueSettings.ChangeMe}: {folder}. Write in where the game is.");
                continue;
            }

            if (!Directory.Exists(folder))
            {
                yield return new CheckLine(CheckLine.Warning, league.Key, $"{key} {folder} does not exist; {(folder == league.InboundDir ? "the first sync makes it. Is it the one from which the game reads?" : "nothing is sent before it does.")}");
            }

            foreach (var line in Writable(league.Key, key, folder))
            {
                yield return line;
            }

            if (FolderTwins(folder) is { } twin)
            {
                yield return new CheckLine(CheckLine.Error, league.Key, $"{folder} and {twin} differ only in case; DOS silently takes one of them. Remove the other.");
            }
        }

        if (Directory.Exists(league.InboundDir) && DosFolder.CaseTwins(league.InboundDir) is { Count: > 0 } twins)
        {
            yield return new CheckLine(CheckLine.Warning, league.Key, $"{string.Join(" and ", twins[0])} in {league.InboundDir} differ only in case; the game sees one of them.");
        }

        if (league.GameFolder is not null)
        {
            foreach (var line in new GameFolderCheck(league, bbsName, time).Run())
            {
                yield return line;
            }
        }
    }

    private static string? FolderTwins(string folder)
    {
        var parent = Path.GetDirectoryName(folder);
        return parent is not null && Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent).FirstOrDefault(d =>
                d != folder && Path.GetFileName(d).Equals(Path.GetFileName(folder), StringComparison.OrdinalIgnoreCase) && !OperatingSystem.IsWindows())
            : null;
    }

    private static IEnumerable<CheckLine> Twice(ClientConfig config)
    {
        var uses = config.Leagues.Where(l => l.Enabled)
            .SelectMany(l => new[] { (Use: l.Setting("outbound_dir"), Path: l.OutboundDir), (Use: l.Setting("inbound_dir"), Path: l.InboundDir), (Use: l.Setting("game_folder"), Path: l.GameFolder ?? "") })
            .Where(u => u.Path.Length > 0);
        foreach (var twice in uses.GroupBy(u => u.Path, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            yield return new CheckLine(CheckLine.Error, "config", $"{twice.Key} is used twice: {string.Join(" and ", twice.Select(u => u.Use))}. Each needs a folder of its own.");
        }
    }

    private static IEnumerable<CheckLine> Writable(string subject, string key, string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        string? fault = null;
        // A folder, so that a game that looks at this moment finds no file of ours
        var probe = Path.Combine(folder, $".novahub{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            fault = failure.Message;
        }

        if (fault is not null)
        {
            yield return new CheckLine(CheckLine.Error, subject, $"{key} {folder} can't be written to: {fault}");
        }
    }

    private IEnumerable<CheckLine> Secrecy()
    {
        var secrets = new[] { reading.Path, Path.Combine(Path.GetDirectoryName(reading.Path)!, EnvironmentFile.FileName) };
        foreach (var file in secrets.Where(File.Exists))
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None)
            {
                yield return new CheckLine(CheckLine.Warning, "config", $"{file} holds a secret and others may read it; chmod 600 {file} keeps it yours.");
            }
        }
    }
}
