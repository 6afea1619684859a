using System.Text;
using NovaHub.Client.Configuration;
using NovaHub.Wire;

namespace NovaHub.Client.Install;

/// <summary>Writes a config.toml for a new board.</summary>
internal static class ConfigText
{
    /// <param name="claim">Who the board is.</param>
    /// <param name="places">Where the games are, by league id, as far as they are known.</param>
    public static string Write(ClaimAnswer claim, IReadOnlyDictionary<string, GamePlaces> places)
    {
        var text = new StringBuilder();
        text.Append("# novahub-client. This file holds your client secret: keep it to yourself.\n")
            .Append("[hub]\n").Append($"url = {Quote(claim.Url)}\nclient_id = {Quote(claim.ClientId)}\nclient_secret = {Quote(claim.ClientSecret)}\n\n")
            .Append($"[bbs]\nname = {Quote(claim.BbsName)}\n\n")
            .Append("[sync]\nsent_action = \"archive\"\narchive_dir = \"./sent\"\nmax_retries = 3\nretry_delay = 5\ntimeout_seconds = 120\nmetrics_file = \"./metrics.json\"\n\n")
            .Append("[daemon]\nsync_interval = 120\nmaintenance_interval = 600\nmaintenance_timeout = 300\nrun_maintenance_on_download = true\n")
            .Append("dosemu_path = \"dosemu\"\ndosemu_config_dir = \"./dosemu_configs\"\ndosemu_term = \"linux\"\nlog_dir = \"./logs\"\n");
        foreach (var league in claim.Leagues ?? [])
        {
            var game = places.GetValueOrDefault(league.LeagueId) ?? GamePlaces.Of(Unknown(league));
            text.Append($"\n# {OneLine(league.Name)}\n[leagues.{league.Game}.{league.Number}]\nenabled = true\nbbs_index = {league.BbsIndex}\n")
                .Append($"outbound_dir = {Quote(game.Outbound)}\ninbound_dir = {Quote(game.Inbound)}\n")
                .Append($"game_folder = {Quote(game.Folder)}\n");
            if (!OperatingSystem.IsWindows())
            {
                text.Append("# What DOS calls the game's folder. Without it, the folder above the game becomes drive C:\n")
                    .Append(game.DosPath is { } dos ? $"game_dos_path = {Quote(dos)}\n" : $"# game_dos_path = {Quote($@"C:\{Path.GetFileName(game.Folder).ToUpperInvariant()}")}\n");
            }

            text.Append($"game_command = {Quote(league.Game)}\nmaintenance_args = \"PLANETARY\"\n");
        }

        return text.ToString();
    }

    private static string Unknown(MeLeague league) => OperatingSystem.IsWindows()
        ? $@"C:\{LeagueSettings.ChangeMe}\{league.Game}{league.Number}"
        : $"/{LeagueSettings.ChangeMe}/{league.Game}{league.Number}";

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                _ when char.IsControl(c) => $"\\u{(int)c:X4}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    public static void Write(string path, string text)
    {
        using var file = Open(path, FileMode.Create);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    /// <summary>Makes sure that the file can be written, before something is spent that comes only once.</summary>
    public static void Try(string path)
    {
        var existed = File.Exists(path);
        Open(path, FileMode.OpenOrCreate).Dispose();
        if (!existed)
        {
            File.Delete(path);
        }
    }

    private static FileStream Open(string path, FileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            // One that was there keeps its mode otherwise
            File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }
}
