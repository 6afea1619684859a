using System.ComponentModel;
using CliWrap;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

/// <summary>What became of the emulator's process.</summary>
internal sealed record EmulatorEnd(DosEnding Ending, int? ExitCode, string? Trouble);

/// <summary>
/// Runs one emulator process with all it starts: a time limit, asking before killing, and afterwards nothing left. A zero
/// exit code after a SIGTERM is still a stop, so the ending is noted here and not read from the process.
/// </summary>
internal sealed class EmulatorProcess(string jobId, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    // A grandchild that keeps the output open would hold the session for ever
    private const int LooksBeforeSweep = 4;

    // Its input is a pipe from the hub. When the hub is gone, however it ended, that closes, and the session is asked to end,
    // then killed: one that prints nothing would notice nothing. The program itself gets an empty input, as ever.
    private const string Watched = """
        exec 3<&0 </dev/null
        trap : TERM
        { trap "" TERM; read -r _ <&3; kill -TERM 0; sleep 5; kill -KILL 0; } >/dev/null 2>&1 &
        watch=$!
        exec 3<&-
        "$@"
        code=$?
        kill -KILL $watch
        exit $code
        """;

    private readonly ProcessTree _tree = new(jobId);

    /// <summary>What is needed on the host beside the emulator.</summary>
    public static IReadOnlyList<string> Tools { get; } = ["setsid", "sh"];

    /// <summary>A command that leads a process group of its own and ends with the hub.</summary>
    /// <param name="program">The program and its arguments.</param>
    public static Command Watch(params IEnumerable<string> program) => Cli.Wrap("setsid")
        .WithArguments(["--wait", "sh", "-c", Watched, "sh", .. program])
        .WithStandardInputPipe(PipeSource.Create(async (_, ended) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, ended);
            }
            catch (OperationCanceledException)
            {
                // The session is over
            }
        }));

    /// <param name="command">Of <see cref="Watch"/>.</param>
    /// <param name="timeLimit">After this it is asked to end.</param>
    /// <param name="killAfter">Grace between asking and killing.</param>
    /// <param name="stop">Asks it to end.</param>
    public async Task<EmulatorEnd> RunAsync(Command command, TimeSpan timeLimit, TimeSpan killAfter, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
        {
            return new EmulatorEnd(DosEnding.Stopped, null, null);
        }

        using var limit = new CancellationTokenSource(timeLimit, time);
        using var asked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        using var force = new CancellationTokenSource();
        CommandTask<CommandResult> running;
        try
        {
            running = command.WithEnvironmentVariables(Marked(command)).ExecuteAsync(force.Token);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return new EmulatorEnd(DosEnding.NotStarted, null, $"{command.TargetFilePath} could not be started: {e.Message}");
        }

        var ending = DosEnding.Ended;
        IReadOnlyList<ProcessEntry> known = [];
        if (!await EndsByItselfAsync(running.Task, running.ProcessId, asked.Token))
        {
            ending = stop.IsCancellationRequested ? DosEnding.Stopped : DosEnding.TimedOut;
            known = ProcessTree.Below(running.ProcessId);
            await StopAsync(running, killAfter, force);
        }

        var swept = await _tree.SweepAsync(known, time);
        if (swept > 0)
        {
            Log.SessionSwept(log, jobId, swept);
        }

        return new EmulatorEnd(ending, await ExitCodeAsync(running.Task, force), _tree.Refused);
    }

    private Dictionary<string, string?> Marked(Command command) =>
        new(command.EnvironmentVariables, StringComparer.Ordinal) 
        {
            [ProcessTree.Variable] = jobId,
            [ProcessTree.OwnerVariable] = ProcessTree.OwnMark,
        };

    private async Task<bool> EndsByItselfAsync(Task ended, int leader, CancellationToken asked)
    {
        var looksSinceGone = 0;
        while (!asked.IsCancellationRequested)
        {
            if (await EndsWithinAsync(ended, Look, asked))
            {
                return true;
            }

            if (OperatingSystem.IsLinux() && !ProcessTree.IsAlive(leader) && ++looksSinceGone == LooksBeforeSweep)
            {
                return true;
            }
        }

        // When the whole hub slept, the end and the limit are noticed together: it ended by itself all the same
        return ended.IsCompleted || (OperatingSystem.IsLinux() && !ProcessTree.IsAlive(leader));
    }

    private async Task StopAsync(CommandTask<CommandResult> running, TimeSpan killAfter, CancellationTokenSource force)
    {
        _tree.SignalGroup(running.ProcessId, ProcessTree.Terminate);
        if (!await EndsWithinAsync(running.Task, killAfter, CancellationToken.None))
        {
            Log.SessionKilled(log, jobId, killAfter);
            _tree.SignalGroup(running.ProcessId, ProcessTree.Kill);
            await force.CancelAsync();
        }
    }

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan wait, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(ended, Task.Delay(wait, time, enough.Token));
        await enough.CancelAsync();
        return ended.IsCompleted;
    }

    private async Task<int?> ExitCodeAsync(Task<CommandResult> ended, CancellationTokenSource force)
    {
        if (!await EndsWithinAsync(ended, LastWait, CancellationToken.None))
        {
            await force.CancelAsync();
        }

        try
        {
            return (await ended.WaitAsync(LastWait, time, CancellationToken.None)).ExitCode;
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException or IOException)
        {
            Log.SessionWithoutExitCode(log, jobId, e.GetType().Name);
            return null;
        }
    }
}
