using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CliWrap;
using CliWrap.Buffered;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

/// <summary>
/// dosemu2 on a pseudo-terminal of 25 rows, made by script(1): on a plain pipe it shows only 24, and without a terminal it
/// knows it draws nothing. Every argument below was tried on a real one; change none without doing so again.
/// </summary>
internal sealed partial class Dosemu2(string program, DosOptions options, TimeProvider time, ILogger log)
    : EmulatorMachine(options, time, log)
{
    // It puts drive C through the shell's own expansion and leaves HOME unquoted, and has room for so many characters
    private const string Expanded = "'\"*?\\$%:`";
    private const int LongestPath = 234;
    private const int LongestSessionName = 48;
    private const int MostErrors = 3;

    // Runs in which all is well have these too
    private static readonly string[] s_harmless = ["KVM", "bad dos helper function"];

    public override string Name => "dosemu2";

    public override bool ListsByName => false;

    protected override string? HostFault()
    {
        if (HostPrograms.Find(program) is null)
        {
            return $"dosemu2 is not installed ({program} was not found or is not executable).";
        }

        var missing = EmulatorProcess.Tools.Append("script").Append("stty").FirstOrDefault(tool => HostPrograms.Find(tool) is null);
        return missing is null ? null : $"The program {missing} is not installed (Debian: apt-get install bsdutils util-linux coreutils).";
    }

    public override string? FolderFault(string driveC)
    {
        var path = Path.GetFullPath(driveC);
        if (PathFault(path, Expanded, LongestPath) is { } fault)
        {
            return $"dosemu2 can't use {path} as drive C: {fault}. Move the games into a folder with a plain name, such as /srv/games, or use DOSBox (Dos:Machine).";
        }

        return PathFault(WorkFolder, "", LongestPath - LongestSessionName) is { } home
            ? $"dosemu2 can't work in {WorkFolder}: {home}. Move the hub's data folder, set Dos:WorkFolder to a folder with a plain name, or use DOSBox (Dos:Machine)."
            : null;
    }

    protected override async Task<SessionEnd> RunAsync(Session session, JobFolder home, SessionOutput screen, CancellationToken stop)
    {
        // The batch lies below C: so that its proof file has a name that is known: the letter that -K maps is not
        using var jobFolder = JobFolder.Create(session.Job.DriveC, JobFolder.OnDriveC, session.Id[..5].ToUpperInvariant(), Time, Logger);
        var conf = Path.Combine(home.Path, "dosemu.conf");
        await File.WriteAllTextAsync(conf, Conf, stop);
        await GuestPrograms.CopyAsync(GuestPrograms.Wait, jobFolder.Path, stop);
        var batch = DosBatch.ForDosemu(session.Job, DosFolder.DosPath(session.Job.DriveC, jobFolder.Path));
        await File.WriteAllTextAsync(Path.Combine(jobFolder.Path, DosBatch.Name), batch, Encoding.ASCII, stop);

        var hostText = new HostText();
        var inner = $"stty rows 25 cols 80; exec {Quote(program)} -f {Quote(conf)} -t -n --Fdrive_c {Quote(Path.GetFullPath(session.Job.DriveC))} -K {Quote(jobFolder.Path)} -E {DosBatch.Name}";
        var command = EmulatorProcess.Watch("script", "-qefc", inner, "/dev/null")
            .WithWorkingDirectory(home.Path)
            .WithEnvironmentVariables(e => e.Set("TERM", Options.Terminal).Set("HOME", home.Path).Set("SHELL", "/bin/sh"))
            .WithStandardOutputPipe(screen.AsPipe())
            .WithStandardErrorPipe(hostText.AsPipe())
            .WithValidation(CommandResultValidation.None);
        var end = await new EmulatorProcess(session.Id, Time, Logger).RunAsync(command, session.Job.TimeLimit, session.KillAfter, stop);
        var codes = await DosBatch.ReadProofAsync(jobFolder.Path, session.Job.Commands.Count);
        return new SessionEnd(end, codes, hostText.ToString());
    }

    protected override async Task<string?> ExplainAsync(SessionEnd end, SessionOutput screen)
    {
        if (end.Codes?[0] is not null)
        {
            // The game ran, so the emulator came up
            return screen.Drawn
                ? null
                : $"The screen was not seen: dosemu2 could not draw on a terminal of type TERM={Options.Terminal}. Set Dos:Terminal to linux.";
        }

        if (await ForeignLeftoverAsync() is { } leftover)
        {
            return $"dosemu2 did not boot: {leftover} belongs to another user. Remove it.";
        }

        var errors = Errors(screen.Head);
        return errors.Count > 0 ? $"dosemu2 ended before the first command was over; it said: {string.Join(" ", errors)}" : null;
    }

    // They come through the terminal, among what it draws; the last ones say why it gave up
    private static List<string> Errors(ReadOnlySpan<byte> head) =>
    [
        .. HostLines.Of(head)
            .Where(line => line.Contains("ERROR:", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf("ERROR:", StringComparison.Ordinal)..])
            .Where(line => !Array.Exists(s_harmless, harmless => line.Contains(harmless, StringComparison.Ordinal)))
            .Distinct(StringComparer.Ordinal)
            .TakeLast(MostErrors),
    ];

    // The owner counts and not the rights: dosemu2 gives root's away
    private static async Task<string?> ForeignLeftoverAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var user = EffectiveUser().ToString(CultureInfo.InvariantCulture);
        var leftover = $"/tmp/dosemu2_{user}";
        if (!Directory.Exists(leftover))
        {
            return null;
        }

        var stat = await Cli.Wrap("stat").WithArguments(["-c", "%u", leftover]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        return stat.ExitCode == 0 && stat.StandardOutput.Trim() != user ? leftover : null;
    }

    private static string? PathFault(string path, string expanded, int longest)
    {
        if (path.Length > longest)
        {
            return $"its path has {path.Length} characters, and at most {longest} work";
        }

        if (path.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            return "there is a blank in its path";
        }

        return path.FirstOrDefault(expanded.Contains) is var c and not '\0' ? $"the character {c} is in its path" : null;
    }

    private const string Conf =
        """
        $_cpu_vm = "emulated"
        $_cpu_vm_dpmi = "emulated"
        $_sound = (off)
        $_external_char_set = "utf8"
        $_internal_char_set = "cp437"
        $_layout = "us"

        """;

    private static string Quote(string word) => "'" + word.Replace("'", @"'\''", StringComparison.Ordinal) + "'";

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}
