using System.CommandLine;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Web.Commands;

/// <summary>The command line: every verb, its exit codes (0 done, 1 failed, 2 not understood) and how failures are told.</summary>
public static class HubCommands
{
    private const int Failed = 1;
    private const int NotUnderstood = 2;

    /// <summary>The data folder, for every verb.</summary>
    internal static Option<DirectoryInfo?> Data { get; } = new("--data")
    {
        Description = "The data folder (default: Storage:DataFolder of the configuration)",
        Recursive = true,
    };

    /// <summary>Answers for machines, for every verb that answers.</summary>
    internal static Option<bool> Json { get; } = new("--json") { Description = "Answer in JSON, for machines", Recursive = true };

    /// <summary>Runs a command line to its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("NovaHub, the hub for BRE and FE leagues.")
        {
            Data,
            Json,
            ServeCommand.Create(),
            DemoCommand.Create(),
            LeagueCommands.Create(),
            BbsCommands.Create(),
            UserCommands.Create(),
            RunCommand.Create(),
            PacketsCommand.Create(),
            EmulatorCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            // The library lists choices on lines of their own; an error is one sentence here
            var words = parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            await Console.Error.WriteLineAsync(string.Join(' ', words) + " Try --help.");
            return NotUnderstood;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // A hub that is asked to stop ends its games first
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
            });
        }
        catch (OptionsValidationException faults)
        {
            foreach (var fault in faults.Failures)
            {
                await Console.Error.WriteLineAsync(fault);
            }

            return NotUnderstood;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted.");
            return Failed;
        }
        catch (Exception failure) when (Sentence(failure) is not null)
        {
            await Console.Error.WriteLineAsync(Sentence(failure));
            return Failed;
        }
    }

    // What an operator can understand and mend; anything else is a fault of the program and shows itself whole
    private static string? Sentence(Exception failure) => failure switch
    {
        RefusedException or LeaseLostException or NewerDatabaseException or LedgerRefusedException or FormatException => failure.Message,
        Microsoft.Data.Sqlite.SqliteException => $"The database can't be used: {failure.Message}",
        UnauthorizedAccessException => $"{failure.Message} Run it as the user that owns the data folder.",
        IOException => failure.Message,
        HttpRequestException => $"The hub did not answer as expected: {failure.Message}",
        _ => null,
    };
}
