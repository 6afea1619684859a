using System.Globalization;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

/// <summary>What both emulators have in common: checking the job, the scratch folder, the proof file, the outcome.</summary>
internal abstract class EmulatorMachine(DosOptions options, TimeProvider time, ILogger log) : IDosMachine
{
    public abstract string Name { get; }

    public abstract bool ListsByName { get; }

    protected DosOptions Options => options;

    protected TimeProvider Time => time;

    protected ILogger Logger => log;

    public async Task<DosOutcome> RunAsync(DosJob job, IDosOutput output, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(output);
        var started = time.GetTimestamp();
        var session = new Session(job, job.Id ?? Guid.NewGuid().ToString("N"), job.KillAfter ?? options.KillAfter);
        var screen = new SessionOutput(output, session.Id, log);
        SessionEnd end;
        var fault = DosFolder.Fault(job.DriveC, job.Folder) ?? DosBatch.Fault(job) ?? HostFault() ?? FolderFault(job.DriveC);
        if (fault is not null)
        {
            end = SessionEnd.NotStarted(fault);
        }
        else
        {
            await ProcessTree.EndLeftoversAsync(time);
            Log.SessionStarts(log, session.Id, Name, job.Folder, job.Commands.Count);
            end = await RunCheckedAsync(session, screen, stop);
        }

        var trouble = end.Process.Trouble ?? await JudgeAsync(end, screen);
        if (trouble is not null)
        {
            Log.Trouble(log, session.Id, trouble);
        }

        var codes = end.Codes ?? new int?[job.Commands.Count];
        var elapsed = time.GetElapsedTime(started);
        Log.SessionOver(log, session.Id, end.Process.Ending, elapsed, screen.Bytes, Show(codes));
        return new DosOutcome(end.Process.Ending, end.Process.ExitCode, codes, elapsed, screen.Bytes, trouble);
    }

    public abstract string? FolderFault(string driveC);

    /// <summary>What is missing on the host, as a sentence; null when everything is there.</summary>
    protected abstract string? HostFault();

    /// <summary>Runs a job that was found good. <paramref name="home"/> is a scratch folder of its own.</summary>
    protected abstract Task<SessionEnd> RunAsync(Session session, JobFolder home, SessionOutput screen, CancellationToken stop);

    /// <summary>What the end of the session says about the emulator's set-up; null when nothing.</summary>
    protected abstract Task<string?> ExplainAsync(SessionEnd end, SessionOutput screen);

    /// <summary>The folder in which each session has a scratch folder of its own.</summary>
    protected string WorkFolder => WorkFolderOf(options);

    /// <summary>The same for given settings.</summary>
    public static string WorkFolderOf(DosOptions options) => string.IsNullOrWhiteSpace(options.WorkFolder)
        ? Path.Combine(Path.GetTempPath(), "novahub-dos")
        : Path.GetFullPath(options.WorkFolder);

    private async Task<SessionEnd> RunCheckedAsync(Session session, SessionOutput screen, CancellationToken stop)
    {
        try
        {
            using var home = JobFolder.Create(WorkFolder, JobFolder.InWork, session.Id, time, log);
            return await RunAsync(session, home, screen, stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SessionEnd.NotStarted($"The DOS session could not be set up: {e.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new SessionEnd(new EmulatorEnd(DosEnding.Stopped, null, null), null, "");
        }
    }

    private async Task<string?> JudgeAsync(SessionEnd end, SessionOutput screen)
    {
        if (end.Process.Ending is not DosEnding.Ended)
        {
            return null;
        }

        return await ExplainAsync(end, screen)
            ?? (end.Codes?[0] is null
                ? $"{Name} ended before the first command was over{(end.HostText.Length > 0 ? $"; it said: {end.HostText}" : ".")}"
                : null);
    }

    private static string Show(IReadOnlyList<int?> codes) =>
        string.Join(',', codes.Select(code => code?.ToString(CultureInfo.InvariantCulture) ?? "-"));
}

/// <summary>A job on its way: with an id that all its processes carry.</summary>
internal sealed record Session(DosJob Job, string Id, TimeSpan KillAfter);

/// <summary>End of a session with its proof and the last words the emulator said to the host.</summary>
internal sealed record SessionEnd(EmulatorEnd Process, IReadOnlyList<int?>? Codes, string HostText)
{
    public static SessionEnd NotStarted(string trouble) => new(new EmulatorEnd(DosEnding.NotStarted, null, trouble), null, "");
}
