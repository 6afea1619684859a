using CliWrap;
using NovaHub.Client.Configuration;

namespace NovaHub.Client.Play;

/// <summary>
/// The game on Windows, in a console window of its own: a DOS program without one, or with its output redirected, does not start.
/// <c>start /wait</c> opens the window, and the window's whole tree is ended when the time is over.
/// </summary>
internal sealed class WindowsGame(TimeProvider time)
{
    public async Task<PlayResult> RunAsync(LeagueSettings league, TimeSpan limit, CancellationToken stop)
    {
        if (GameRunner.CommandOf(league) is not { } command)
        {
            return new PlayResult(PlayResult.Failed, $"The game's program {league.GameCommand} is not in {league.GameFolder}.");
        }

        using var tooLong = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, stop);
        try
        {
            var result = await Cli.Wrap("cmd.exe")
                .WithArguments(Arguments(league, command))
                .WithWorkingDirectory(league.GameFolder!)
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(either.Token);
            return result.ExitCode == 0
                ? new PlayResult(PlayResult.Done, null)
                : new PlayResult(PlayResult.Failed, $"The game ended with code {result.ExitCode}.");
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return new PlayResult(PlayResult.Failed, stop.IsCancellationRequested
                ? "The game was ended because this program ends."
                : $"The game did not end within {limit.TotalSeconds:F0} s (daemon.maintenance_timeout) and was ended with everything it had started.");
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return new PlayResult(PlayResult.Failed, $"cmd.exe could not be started: {failure.Message}");
        }
    }

    /// <summary>What cmd.exe is given, as one line: <c>start</c> takes its first quoted word for the window's title.</summary>
    internal static string Arguments(LeagueSettings league, string command) =>
        $"/d /c start \"{league.Key}\" /wait /d \"{league.GameFolder}\" {command}";
}
