using System.CommandLine;
using NovaHub.Client.Play;
using NovaHub.Client.Screen;
using NovaHub.Client.Sync;

namespace NovaHub.Client.Commands;

/// <summary><c>daemon</c>: on and on.</summary>
internal static class DaemonCommand
{
    public static Command Create()
    {
        var command = new Command("daemon", "Sync and run the games, each by its own schedule, until stopped");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        using var session = ClientSession.Open(parsed, stamped: true);
        if (!session.IsUsable())
        {
            return ExitCode.BadConfiguration;
        }

        var (config, voice) = (session.Config, session.Voice);
        if (!config.Daemon.Enabled)
        {
            voice.Say(Level.Error, "daemon.enabled is false; set it to true or use sync.");
            return ExitCode.BadConfiguration;
        }

        using var alone = InstanceLock.TryTake(config);
        if (alone is null)
        {
            voice.Say(Level.Error, $"Another novahub-client runs with {config.Path}.");
            return ExitCode.AnotherRuns;
        }

        voice.Say(Level.Info, $"novahub-client {ClientVersion.Text} for {config.BbsName}: {config.Hub.Url}, {config.Enabled.Count()} league(s), a sync every {config.Daemon.SyncInterval.TotalSeconds:F0} s.");
        var synchronizer = new Synchronizer(config, session.Hub(stop), ClientSession.Time, voice, session.Redactor);
        using var daemon = new Daemon(config, synchronizer, new GameRunner(config.Daemon, ClientSession.Time, voice), ClientSession.Time, voice);
        await daemon.RunAsync(stop);
        voice.Say(Level.Info, "Stopped.");
        return ExitCode.Interrupted;
    }
}
