using System.Runtime.InteropServices;
using System.Text;
using CliWrap;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

/// <summary>
/// dosemu2 on a pseudo-terminal of 25 rows, made by script(1): on a plain pipe it shows only 24, and without a terminal it
/// knows it draws nothing. Every argument below was tried on a real one; change none without doing so again.
/// </summary>
internal sealed partial class Dosemu2(string program, DosOptions options, TimeProvider time, ILogger log)
    : EmulatorMachine(options, time, log)
{
    // Fewer bytes than the boot banner: the emulator itself never came up
    private const int BannerBytes = 500;
    private const int WriteAccess = 2;

    public override string Name => "dosemu2";

    public override bool ListsByName => false;

    protected override string? HostFault()
    {
        if (HostPrograms.Find(program) is null)
        {
            return $"dosemu2 is not installed ({program} was not found or is not executable).";
        }

        var missing = new[] { "setsid", "script", "stty" }.FirstOrDefault(tool => HostPrograms.Find(tool) is null);
        return missing is null ? null : $"The program {missing} is not installed (Debian: apt-get install bsdutils util-linux coreutils).";
    }

    protected override async Task<SessionEnd> RunAsync(Session session, JobFolder home, SessionOutput screen, CancellationToken stop)
    {
        // The batch lies below C: so that its proof file has a name that is known: the letter that -K maps is not
        using var jobFolder = JobFolder.Create(session.Job.DriveC, "NHJ", session.Id[..5].ToUpperInvariant(), Time, Logger);
        var conf = Path.Combine(home.Path, "dosemu.conf");
        await File.WriteAllTextAsync(conf, Conf, stop);
        await GuestPrograms.CopyAsync(GuestPrograms.Wait, jobFolder.Path, stop);
        var batch = DosBatch.ForDosemu(session.Job, DosFolder.DosPath(session.Job.DriveC, jobFolder.Path));
        await File.WriteAllTextAsync(Path.Combine(jobFolder.Path, DosBatch.Name), batch, Encoding.ASCII, stop);

        var hostText = new HostText();
        var inner = $"stty rows 25 cols 80; exec {Quote(program)} -f {Quote(conf)} -t -n --Fdrive_c {Quote(Path.GetFullPath(session.Job.DriveC))} -K {Quote(jobFolder.Path)} -E {DosBatch.Name}";
        var command = Cli.Wrap("setsid")
            .WithArguments(["--wait", "script", "-qefc", inner, "/dev/null"])
            .WithWorkingDirectory(home.Path)
            .WithEnvironmentVariables(e => e.Set("TERM", Options.Terminal).Set("HOME", home.Path).Set("SHELL", "/bin/sh"))
            .WithStandardOutputPipe(screen.AsPipe())
            .WithStandardErrorPipe(hostText.AsPipe())
            .WithValidation(CommandResultValidation.None);
        var end = await new EmulatorProcess(session.Id, Time, Logger).RunAsync(command, session.Job.TimeLimit, session.KillAfter, stop);
        var codes = await DosBatch.ReadProofAsync(jobFolder.Path, session.Job.Commands.Count);
        return new SessionEnd(end, codes, hostText.ToString());
    }

    protected override string? Explain(SessionEnd end, SessionOutput screen)
    {
        if (!screen.Drawn)
        {
            var user = OperatingSystem.IsLinux() ? EffectiveUser() : 0;
            var leftover = $"/tmp/dosemu2_{user}";
            return screen.Bytes < BannerBytes && OperatingSystem.IsLinux() && Directory.Exists(leftover) && Access(leftover, WriteAccess) != 0
                ? $"dosemu2 did not boot: {leftover} belongs to another user. Remove it."
                : $"The screen was not seen: dosemu2 could not draw on a terminal of type TERM={Options.Terminal}. Set Dos:Terminal to linux.";
        }

        return null;
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

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Access(string path, int mode);
}
