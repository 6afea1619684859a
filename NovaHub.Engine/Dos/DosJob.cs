namespace NovaHub.Engine.Dos;

/// <summary>One DOS session: boots, runs commands one after another in a folder, leaves.</summary>
/// <param name="DriveC">Host folder that becomes drive C:.</param>
/// <param name="Folder">Host folder below <paramref name="DriveC"/> in which the commands run; every part of its name below
/// the drive must be 8.3, because a game written in Turbo Pascal cannot walk any other path.</param>
/// <param name="Commands">DOS commands as typed, for example <c>BRE.EXE PLANETARY /DETAILED</c>.</param>
public sealed record DosJob(string DriveC, string Folder, IReadOnlyList<string> Commands)
{
    /// <summary>After this time the session is asked to end, then killed. Ten minutes unless told.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Time between asking a session to end and killing it; null takes the configured one.</summary>
    public TimeSpan? KillAfter { get; init; }

    /// <summary>
    /// Carried by every process of the session in its environment, so that leftovers of a hub that died are found; null
    /// takes a new one. Letters, digits and <c>-</c>.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>Leave out the commands after one that ended with an error level above 0.</summary>
    public bool StopAtFirstFailure { get; init; }
}

/// <summary>How a session ended.</summary>
public enum DosEnding
{
    /// <summary>The emulator ended by itself. Says nothing about success: see the command codes.</summary>
    Ended,

    /// <summary>The time limit was over and the session was ended by force or on request.</summary>
    TimedOut,

    /// <summary>The caller stopped it.</summary>
    Stopped,

    /// <summary>The emulator was never started; the trouble says why.</summary>
    NotStarted,
}

/// <summary>What is known about a session after its end.</summary>
/// <param name="Ending">How it ended.</param>
/// <param name="HostExitCode">Exit code of the emulator, null when it was killed or never ran. 0 proves nothing.</param>
/// <param name="CommandCodes">Error level of each command as the session itself noted it; null: never got there.</param>
/// <param name="Elapsed">From start to the last process gone.</param>
/// <param name="OutputBytes">Terminal bytes written to the output.</param>
/// <param name="Trouble">A sentence for the sysop when something is wrong with the emulator or its set-up, else null.</param>
public sealed record DosOutcome(
    DosEnding Ending,
    int? HostExitCode,
    IReadOnlyList<int?> CommandCodes,
    TimeSpan Elapsed,
    long OutputBytes,
    string? Trouble);

/// <summary>Takes what the screen of a session sends, while it runs.</summary>
public interface IDosOutput
{
    /// <summary>Terminal output (VT/ANSI sequences, UTF-8) as it comes; a chunk may end anywhere. Called by one thread at a time.</summary>
    void Write(ReadOnlySpan<byte> vt);
}

/// <summary>A DOS emulator that runs jobs.</summary>
public interface IDosMachine
{
    /// <summary><c>dosemu2</c> or <c>DOSBox</c>.</summary>
    string Name { get; }

    /// <summary>Why this emulator can't work with a host folder as drive C, as a sentence for the sysop; null when it can.</summary>
    /// <param name="driveC">The host folder.</param>
    string? FolderFault(string driveC);

    /// <summary>
    /// Whether a DOS program that lists a folder gets its files sorted by name. Otherwise it gets them in the order of the
    /// host's file system, which says nothing.
    /// </summary>
    bool ListsByName { get; }

    /// <summary>
    /// Runs a job to its end. Throws neither for a job that cannot run (<see cref="DosEnding.NotStarted"/>) nor when it is
    /// stopped (<see cref="DosEnding.Stopped"/>). When it returns, no process of the session is left.
    /// </summary>
    /// <param name="job">What to run.</param>
    /// <param name="output">Gets the screen.</param>
    /// <param name="stop">Asks the session to end, kills it when it does not.</param>
    Task<DosOutcome> RunAsync(DosJob job, IDosOutput output, CancellationToken stop);
}
