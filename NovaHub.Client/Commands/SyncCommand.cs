using System.CommandLine;
using System.Text.Json;
using NovaHub.Client.Play;
using NovaHub.Client.Screen;
using NovaHub.Client.Sync;

namespace NovaHub.Client.Commands;

/// <summary><c>sync</c>, also without its name: once, for cron and batch files.</summary>
internal static class SyncCommand
{
    public static Command Create()
    {
        var command = new Command("sync", "Send and fetch packets once (this is what happens without a command, too)");
        command.SetAction(RunAsync);
        return command;
    }

    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        using var session = ClientSession.Open(parsed);
        if (!session.IsUsable())
        {
            return ExitCode.BadConfiguration;
        }

        using var alone = InstanceLock.TryTake(session.Config);
        if (alone is null)
        {
            session.Voice.Say(Level.Error, $"Another novahub-client runs with {session.Config.Path}.");
            return ExitCode.AnotherRuns;
        }

        using var folders = new GameFolders();
        var synchronizer = new Synchronizer(session.Config, session.Hub(stop), ClientSession.Time, session.Voice, session.Redactor);
        var report = await synchronizer.RunAsync(folders.TryTake, stop);
        if (session.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(Metrics.Of(report, session.Redactor.Clean), ClientJson.Default.Metrics));
        }
        else
        {
            session.Voice.Summary(report);
        }

        return report switch
        {
            { Interrupted: true } => ExitCode.Interrupted,
            { Errors.Count: > 0 } => ExitCode.Errors,
            _ => ExitCode.Ok,
        };
    }
}
