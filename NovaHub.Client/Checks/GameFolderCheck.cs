using System.Text;
using NovaHub.Client.Configuration;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;

namespace NovaHub.Client.Checks;

/// <summary>Looks into a league's game folder for everything that keeps a game from reading or writing mail without saying so.</summary>
internal sealed class GameFolderCheck(LeagueSettings league, string bbsName, TimeProvider time)
{
    private static readonly TimeSpan s_staleLock = TimeSpan.FromHours(6);

    public IEnumerable<CheckLine> Run()
    {
        var folder = league.GameFolder!;
        if (!Directory.Exists(folder))
        {
            return [Error($"game_folder {folder} does not exist.")];
        }

        return [.. Dos(folder), .. Program(), .. Twins(folder), .. Configuration(folder), .. Nodelist(folder), .. Lock(folder)];
    }

    private IEnumerable<CheckLine> Dos(string folder)
    {
        if (league.DriveC is not { } driveC)
        {
            yield return Error($"game_dos_path {league.GameDosPath} does not fit game_folder {folder}: both must end alike, as C:\\BBS\\BRE and /srv/dos/BBS/BRE do.");
            yield break;
        }

        foreach (var path in new[] { folder, league.InboundDir, league.OutboundDir }.Where(Directory.Exists))
        {
            // Windows gives each drive its own letter, and a long name a short one beside it
            if (OperatingSystem.IsWindows() && DosFolder.Fault(Path.GetPathRoot(path)!, path) is not null)
            {
                yield return new CheckLine(CheckLine.Warning, league.Key, $"{path} has a name that is not 8.3 (at most eight characters, a dot and three more). DOS knows it by another, which dir /x shows, and only that one may stand in BBS.CFG. A folder such as C:\\DOORS\\BRE spares you this.");
            }
            else if (!OperatingSystem.IsWindows() && DosFolder.Fault(driveC, path) is { } fault)
            {
                yield return Error(fault);
            }
        }
    }

    private IEnumerable<CheckLine> Program()
    {
        if (Play.GameRunner.CommandOf(league) is not { } command || DosFolder.FindProgram(league.GameFolder!, command.Split(' ')[0]) is null)
        {
            yield return Error($"the game's program {league.GameCommand} (game_command) is not in {league.GameFolder}.");
        }
    }

    private IEnumerable<CheckLine> Twins(string folder) => DosFolder.CaseTwins(folder)
        .Select(twins => Error($"{string.Join(" and ", twins)} in {folder} differ only in case; DOS silently takes one of them. Remove the other."));

    private IEnumerable<CheckLine> Configuration(string folder)
    {
        if (DosFolder.FindProgram(folder, "BBS.CFG") is not { } file)
        {
            yield return Error($"BBS.CFG is not in {folder}; the game can't work without it.");
            yield break;
        }

        var lines = Encoding.Latin1.GetString(File.ReadAllBytes(file)).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        if (lines.Length < 6)
        {
            yield return Error($"BBS.CFG in {folder} has {lines.Length} line(s) and should have 7.");
            yield break;
        }

        if (ExpectedInbound() is { } expected && !lines[3].Trim().Replace('/', '\\').TrimEnd('\\').Equals(expected, StringComparison.OrdinalIgnoreCase))
        {
            yield return Error($"line 4 of BBS.CFG says that the game reads packets in “{lines[3].Trim()}”, and inbound_dir is {expected} in DOS. Set line 4 to {expected}\\, or inbound_dir to the folder that line 4 names.");
        }

        if (lines[5].Trim() != league.Id.Number)
        {
            yield return Error($"line 6 of BBS.CFG says league “{lines[5].Trim()}”, and this is league {league.Id.Number}.");
        }
    }

    // What line 4 of BBS.CFG should say; null where that can't be told, which another line explains
    private string? ExpectedInbound() => OperatingSystem.IsWindows() && DosFolder.Fault(Path.GetPathRoot(league.InboundDir)!, league.InboundDir) is not null && Directory.Exists(league.InboundDir)
        ? null
        : league.DosPathOf(league.InboundDir);

    private IEnumerable<CheckLine> Nodelist(string folder)
    {
        var name = league.Id.Game.NodelistDat;
        if (DosFolder.FindProgram(folder, name) is not { } file)
        {
            yield return new CheckLine(CheckLine.Warning, league.Key, $"{name} is not in {folder} yet; the first sync brings it.");
            yield break;
        }

        IReadOnlyList<NodelistEntry> entries;
        string? fault = null;
        try
        {
            entries = NodelistText.Read(File.ReadAllBytes(file));
        }
        catch (FormatException broken)
        {
            (entries, fault) = ([], broken.Message);
        }

        if (fault is not null)
        {
            yield return Error($"{name} can't be read: {fault}");
        }
        else if (entries.FirstOrDefault(e => e.Index == league.BbsIndex) is not { } entry)
        {
            yield return Error($"{name} has no node {league.BbsIndex}, and bbs_index says that this is you (line {league.IndexLine}).");
        }
        else if (bbsName.Length > 0 && !entry.Name.Trim().Equals(bbsName.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            yield return Error($"node {league.BbsIndex} is “{entry.Name.Trim()}” in {name}, and bbs.name says “{bbsName}”.");
        }
    }

    private IEnumerable<CheckLine> Lock(string folder)
    {
        if (DosFolder.FindProgram(folder, "inuse.flg") is { } file)
        {
            var age = time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file);
            yield return age > s_staleLock
                ? Error($"{Path.GetFileName(file)} in {folder} is {age.TotalHours:F0} hours old. While it is there the game does nothing; when nobody is inside, remove it.")
                : new CheckLine(CheckLine.Warning, league.Key, $"{Path.GetFileName(file)} is in {folder}: somebody is in the game.");
        }
    }

    private CheckLine Error(string message) => new(CheckLine.Error, league.Key, message);
}
