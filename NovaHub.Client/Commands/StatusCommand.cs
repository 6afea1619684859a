using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NovaHub.Client.Play;
using NovaHub.Client.Sync;

namespace NovaHub.Client.Commands;

/// <summary>What <c>status</c> knows, for machines.</summary>
internal sealed record StatusDocument(bool Running, Metrics? LastSync, DaemonStatus? Daemon);

/// <summary><c>status</c>: whether one runs, and what the last sync did. Reads files only.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "Say whether a client runs and what its last sync did");
        command.SetAction(parsed =>
        {
            using var session = ClientSession.Open(parsed);
            if (!session.IsUsable())
            {
                return ExitCode.BadConfiguration;
            }

            var config = session.Config;
            var running = InstanceLock.IsTaken(config);
            var metrics = Read(config.Sync.MetricsFile, ClientJson.Default.Metrics);
            var daemon = Read(config.Beside(DaemonStatus.FileName), ClientJson.Default.DaemonStatus);
            if (session.Json)
            {
                Console.WriteLine(JsonSerializer.Serialize(new StatusDocument(running, metrics, daemon), ClientJson.Default.StatusDocument));
            }
            else
            {
                foreach (var line in Lines(running, metrics, daemon))
                {
                    Console.WriteLine(line);
                }
            }

            return metrics is { Success: false } ? ExitCode.Errors : ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<string> Lines(bool running, Metrics? metrics, DaemonStatus? daemon)
    {
        yield return running ? $"Running{(daemon is null ? "" : $" (process {daemon.ProcessId}, {daemon.Doing})")}." : "Not running.";
        if (metrics is null)
        {
            yield return "No sync yet.";
            yield break;
        }

        yield return $"Last sync {metrics.EndTime}: {metrics.TotalUploaded} sent, {metrics.TotalDownloaded} received, {metrics.TotalWaiting} waiting{(metrics.Success ? "" : ", with errors")}.";
        foreach (var error in metrics.Errors)
        {
            yield return $"  {error.Message}";
        }

        if (daemon is null)
        {
            yield break;
        }

        yield return $"Daemon since {daemon.StartedAt}: {daemon.Syncs} syncs ({daemon.FailedSyncs} with errors), {daemon.TotalUploaded} sent, {daemon.TotalDownloaded} received; last good sync {daemon.LastSuccessfulSync ?? "never"}.";
        foreach (var (key, league) in daemon.Leagues.Where(l => l.Value.LastMaintenance is not null))
        {
            yield return $"  {key}: maintenance {league.LastMaintenance}: {league.LastOutcome}{(league.Trouble is null ? "" : $". {league.Trouble}")}";
        }
    }

    private static T? Read<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception none) when (none is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
