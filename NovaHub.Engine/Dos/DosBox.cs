using System.Globalization;
using System.Text;
using CliWrap;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

/// <summary>
/// DOSBox 0.74 without window and sound. Nothing of its screen reaches the host by itself: a small resident program sends
/// it through a null modem. The batch and its proof file lie on a drive D: of their own, so the game folder stays clean.
/// </summary>
internal sealed class DosBox(string program, DosOptions options, TimeProvider time, ILogger log)
    : EmulatorMachine(options, time, log)
{
    private const string JobDrive = @"d:\";

    public override string Name => "DOSBox";

    public override bool ListsByName => true;

    protected override string? HostFault()
    {
        if (HostPrograms.Find(program) is null)
        {
            return $"DOSBox is not installed ({program} was not found or is not executable). Debian: apt-get install dosbox.";
        }

        return EmulatorProcess.Tools.FirstOrDefault(tool => HostPrograms.Find(tool) is null) is { } missing
            ? $"The program {missing} is not installed (Debian: apt-get install util-linux dash)."
            : null;
    }

    public override string? FolderFault(string driveC) =>
        new[] { Path.GetFullPath(driveC), WorkFolder }.FirstOrDefault(path => path.Any(c => c is '"' or '%' || char.IsControl(c))) is { } bad
            ? $"DOSBox cannot mount {bad}: the name holds a quotation mark, a percent sign or a control character."
            : null;

    protected override async Task<SessionEnd> RunAsync(Session session, JobFolder home, SessionOutput screen, CancellationToken stop)
    {
        var job = session.Job;
        var driveC = Path.GetFullPath(job.DriveC);
        using var modem = new NullModem(screen);
        var drive = Directory.CreateDirectory(Path.Combine(home.Path, "d")).FullName;
        var conf = Path.Combine(home.Path, "dosbox.conf");
        await File.WriteAllTextAsync(conf, Conf(driveC, drive, modem.Port), stop);
        await GuestPrograms.CopyAsync(GuestPrograms.Screen, drive, stop);
        await GuestPrograms.CopyAsync(GuestPrograms.Wait, drive, stop);
        await File.WriteAllTextAsync(Path.Combine(drive, DosBatch.Name), DosBatch.ForDosBox(job, JobDrive), Encoding.ASCII, stop);
        await File.WriteAllTextAsync(Path.Combine(drive, DosBatch.LadderName), DosBatch.Ladder(), Encoding.ASCII, stop);

        var hostText = new HostText();
        var command = EmulatorProcess.Watch(program, "-conf", conf, "-noconsole", "-exit")
            .WithWorkingDirectory(home.Path)
            .WithEnvironmentVariables(e => e.Set("SDL_VIDEODRIVER", "dummy").Set("SDL_AUDIODRIVER", "dummy").Set("HOME", home.Path))
            .WithStandardOutputPipe(hostText.AsPipe())
            .WithStandardErrorPipe(hostText.AsPipe())
            .WithValidation(CommandResultValidation.None);
        var end = await new EmulatorProcess(session.Id, Time, Logger).RunAsync(command, job.TimeLimit, session.KillAfter, stop);
        await modem.EndAsync(Time);
        return new SessionEnd(end, await DosBatch.ReadProofAsync(drive, job.Commands.Count), hostText.ToString());
    }

    protected override Task<string?> ExplainAsync(SessionEnd end, SessionOutput screen) => Task.FromResult(
        end.Codes?[0] is not null && !screen.Drawn
            ? "The screen was not seen: DOSBox could not reach the hub through its null modem (a TCP connection to 127.0.0.1)."
            : null);

    private string Conf(string driveC, string jobDrive, int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        [sdl]
        fullscreen=false
        output=surface
        mapperfile=/dev/null
        priority=normal,normal
        [dosbox]
        memsize=16
        [cpu]
        cycles={Options.DosBoxCycles}
        [mixer]
        nosound=true
        [midi]
        mpu401=none
        mididevice=none
        [sblaster]
        sbtype=none
        [gus]
        gus=false
        [speaker]
        pcspeaker=false
        tandy=off
        disney=false
        [joystick]
        joysticktype=none
        [serial]
        serial1=nullmodem server:127.0.0.1 port:{port} transparent:1
        serial2=disabled
        [dos]
        keyboardlayout=none
        [autoexec]
        @echo off
        mount c "{driveC}"
        mount d "{jobDrive}"
        cls
        {JobDrive}{GuestPrograms.Screen}
        call {JobDrive}{DosBatch.Name}
        exit

        """);
}
