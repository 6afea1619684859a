using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace NovaHub.Engine.Dos;

/// <summary>An emulator, or the sentence that says what to install.</summary>
/// <param name="Machine">The one to use; null when there is none.</param>
/// <param name="Missing">What to do about it, for the sysop; null when there is one.</param>
public sealed record DosMachineChoice(IDosMachine? Machine, string? Missing);

/// <summary>Chooses the emulator: the configured one, or what is installed. Looks again each time, so an installation is noticed.</summary>
public sealed class DosMachines(IOptions<DosOptions> options, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>Kills what a dead hub left of a session that was started with this id. Linux only.</summary>
    /// <returns>Number of processes killed.</returns>
    public Task<int> KillLeftoversAsync(string sessionId) => new ProcessTree(sessionId).SweepAsync([], time);

    /// <summary>
    /// Ends emulators whose hub process was killed, ask first. To be called before what a run left behind is judged: such an
    /// emulator may still be reading packets. Every session does so before it starts, too.
    /// </summary>
    /// <returns>Number of processes ended.</returns>
    public Task<int> EndLeftoversAsync() => ProcessTree.EndLeftoversAsync(time);

    /// <summary>Removes scratch folders that sessions of dead hubs left, once <see cref="EndLeftoversAsync"/> has ended those sessions.</summary>
    /// <param name="drives">Host folders that are drive C of some league.</param>
    /// <returns>How many were removed.</returns>
    public int RemoveLeftovers(IEnumerable<string> drives)
    {
        var log = loggers.CreateLogger<DosMachines>();
        return drives.Sum(drive => JobFolder.RemoveLeftovers(drive, JobFolder.OnDriveC, time, log))
            + JobFolder.RemoveLeftovers(EmulatorMachine.WorkFolderOf(options.Value), JobFolder.InWork, time, log);
    }

    /// <summary>Whether DOSBox, installed where every distribution puts it, would be used by these settings.</summary>
    public static bool TakesDosBox(DosOptions settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Machine.ToUpperInvariant() is "AUTO" or "DOSBOX" && !settings.DosBoxPath.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    /// <summary>The emulator by the hub's configuration.</summary>
    public DosMachineChoice Find() => Find(options.Value);

    /// <summary>The emulator by given settings.</summary>
    public DosMachineChoice Find(DosOptions settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var log = loggers.CreateLogger<DosMachines>();
        var dosemu = HostPrograms.Find(settings.DosemuPath);
        var dosBox = HostPrograms.Find(settings.DosBoxPath);
        return settings.Machine.ToUpperInvariant() switch
        {
            "DOSEMU2" or "DOSEMU" when dosemu is null => new DosMachineChoice(
                null,
                $"dosemu2 is configured but {settings.DosemuPath} was not found. Install dosemu2 (its authors package it for Ubuntu, Fedora and openSUSE), set Dos:DosemuPath, or set Dos:Machine to dosbox."),
            "DOSBOX" when dosBox is null => new DosMachineChoice(
                null,
                $"DOSBox is configured but {settings.DosBoxPath} was not found. Install it (Debian: apt-get install dosbox) or set Dos:DosBoxPath."),
            "AUTO" when dosemu is null && dosBox is null => new DosMachineChoice(
                null,
                "No DOS emulator is installed. Install DOSBox (Debian: apt-get install dosbox) or dosemu2."),
            "DOSBOX" => new DosMachineChoice(new DosBox(dosBox!, settings, time, log), null),
            "AUTO" when dosemu is null => new DosMachineChoice(new DosBox(dosBox!, settings, time, log), null),
            _ => new DosMachineChoice(new Dosemu2(dosemu!, settings, time, log), null),
        };
    }
}
