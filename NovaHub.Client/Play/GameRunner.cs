using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NovaHub.Client.Configuration;
using NovaHub.Client.Screen;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;

namespace NovaHub.Client.Play;

/// <summary>How a maintenance run ended.</summary>
/// <param name="Outcome"><c>done</c>, <c>in use</c> or <c>failed</c>.</param>
/// <param name="Trouble">What is wrong, or null.</param>
internal sealed record PlayResult(string Outcome, string? Trouble)
{
    public const string Done = "done";
    public const string InUse = "in use";
    public const string Failed = "failed";
}

/// <summary>Runs a league's game: under an emulator on Linux, natively on Windows. Believes evidence, not exit codes.</summary>
internal sealed class GameRunner(DaemonSettings settings, TimeProvider time, IVoice voice)
{
    private const string CompletionLine = "Planetary Maintenance Complete";
    private const string LockName = "inuse.flg";
    private const int KeptTranscripts = 100;

    public async Task<PlayResult> RunAsync(LeagueSettings league, CancellationToken stop)
    {
        var folder = league.GameFolder!;
        if (!Directory.Exists(folder))
        {
            return new PlayResult(PlayResult.Failed, $"The game folder {folder} does not exist.");
        }

        if (DosFolder.FindProgram(folder, LockName) is { } inUse)
        {
            return new PlayResult(PlayResult.InUse, $"Somebody is in the game ({Path.GetFileName(inUse)}). If nobody is, remove that file.");
        }

        var before = Packets(league);
        var result = OperatingSystem.IsWindows()
            ? await new WindowsGame(time).RunAsync(league, settings.MaintenanceTimeout, stop)
            : await UnderEmulatorAsync(league, stop);
        if (result.Outcome == PlayResult.Done && before.Intersect(Packets(league)).ToList() is { Count: > 0 } left)
        {
            return new PlayResult(PlayResult.Failed, $"The game ended well but did not read {left.Count} of {before.Count} packet(s) in {league.InboundDir}, {left[0]} for one. Line 4 of BBS.CFG must name that folder; novahub-client validate says more.");
        }

        return result;
    }

    private async Task<PlayResult> UnderEmulatorAsync(LeagueSettings league, CancellationToken stop)
    {
        if (league.DriveC is not { } driveC)
        {
            return new PlayResult(PlayResult.Failed, $"{league.Setting("game_dos_path")} is {league.GameDosPath} and does not fit game_folder {league.GameFolder}: both must end alike, as C:\\BBS\\BRE and /srv/dos/BBS/BRE do.");
        }

        if (CommandOf(league) is not { } command)
        {
            return new PlayResult(PlayResult.Failed, $"The game's program {league.GameCommand} is not in {league.GameFolder}.");
        }

        if (Machine() is not { } machine)
        {
            return new PlayResult(PlayResult.Failed, $"There is no DOS emulator: daemon.dosemu_path is {settings.DosemuPath}, which was not found, and neither was DOSBox (Debian: apt-get install dosbox).");
        }

        var rows = new ScreenReader();
        DosOutcome outcome;
        using (var transcript = Transcript(league))
        {
            outcome = await machine.RunAsync(
                new DosJob(driveC, league.GameFolder!, [command]) { TimeLimit = settings.MaintenanceTimeout }, new DosOutputs(rows, transcript), stop);
        }

        return Judge(league, outcome, rows.End());
    }

    private PlayResult Judge(LeagueSettings league, DosOutcome outcome, IReadOnlyList<string> rows) => outcome switch
    {
        { Ending: DosEnding.TimedOut } => new PlayResult(PlayResult.Failed, $"The game did not end within {settings.MaintenanceTimeout.TotalSeconds:F0} s (daemon.maintenance_timeout) and was ended with everything it had started."),
        { Ending: DosEnding.Stopped } => new PlayResult(PlayResult.Failed, "The game was ended because this program ends."),
        { Trouble: { } trouble } => new PlayResult(PlayResult.Failed, trouble),
        { CommandCodes: [null] } => new PlayResult(PlayResult.Failed, "The emulator ended before the game did."),
        { CommandCodes: [not 0] } => new PlayResult(PlayResult.Failed, $"The game ended with error level {outcome.CommandCodes[0]}."),
        _ when league.MaintenanceArgs.StartsWith("PLANETARY", StringComparison.OrdinalIgnoreCase) && !rows.Any(r => r.Contains(CompletionLine, StringComparison.OrdinalIgnoreCase)) =>
            new PlayResult(PlayResult.Failed, $"The game never showed “{CompletionLine}”; its screen is in {settings.LogDir}."),
        _ => new PlayResult(PlayResult.Done, null),
    };

    private IDosMachine? Machine()
    {
        var isDosBox = Path.GetFileName(settings.DosemuPath).Contains("dosbox", StringComparison.OrdinalIgnoreCase);
        var options = new DosOptions
        {
            Machine = isDosBox ? "dosbox" : "auto",
            DosemuPath = settings.DosemuPath,
            DosBoxPath = isDosBox ? settings.DosemuPath : settings.DosBoxPath,
            Terminal = settings.DosemuTerm,
            // Made for each run and removed with it, in the folder that a board has for the emulator's configurations
            WorkFolder = settings.DosemuConfigDir,
        };
        return new DosMachines(Options.Create(options), time, NullLoggerFactory.Instance).Find().Machine;
    }

    /// <summary>The DOS command: the program by its whole name, so that its absence is noticed before DOS swallows it.</summary>
    internal static string? CommandOf(LeagueSettings league)
    {
        var program = league.GameCommand.Trim();
        if (Path.HasExtension(program))
        {
            return $"{program} {league.MaintenanceArgs}".TrimEnd();
        }

        var found = new[] { ".EXE", ".COM", ".BAT" }.FirstOrDefault(e => DosFolder.FindProgram(league.GameFolder!, program + e) is not null);
        return found is null ? null : $"{program.ToUpperInvariant()}{found} {league.MaintenanceArgs}".TrimEnd();
    }

    private static List<string> Packets(LeagueSettings league) => Directory.Exists(league.InboundDir)
        ? [.. Directory.EnumerateFiles(league.InboundDir).Select(f => Path.GetFileName(f)!).Where(f => PacketName.TryParse(f, out var name) && name.League == league.Id)]
        : [];

    private TranscriptFile Transcript(LeagueSettings league)
    {
        Directory.CreateDirectory(settings.LogDir);
        foreach (var old in Directory.EnumerateFiles(settings.LogDir, league.Key + "_*.log").OrderDescending(StringComparer.Ordinal).Skip(KeptTranscripts - 1).ToList())
        {
            File.Delete(old);
        }

        var stamp = time.GetLocalNow().ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
        var path = Path.Combine(settings.LogDir, $"{league.Key}_{stamp}.log");
        voice.Say(Level.Detail, $"{league.Key}: the screen goes to {path}.");
        return new TranscriptFile(path);
    }

    private sealed class TranscriptFile(string path) : IDosOutput, IDisposable
    {
        private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read);

        public void Write(ReadOnlySpan<byte> vt)
        {
            _file.Write(vt);
            _file.Flush();
        }

        public void Dispose() => _file.Dispose();
    }
}
