using System.CommandLine;
using NovaHub.Client.Screen;

namespace NovaHub.Client.Commands;

/// <summary>How the program ends.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Errors = 1;
    public const int BadConfiguration = 2;
    public const int AnotherRuns = 3;
    public const int Interrupted = 130;
}

/// <summary>The command line.</summary>
internal static class ClientCommands
{
    public static Option<FileInfo?> Config { get; } = new("--config", "-c")
    {
        Description = "The configuration: config.toml, or the PowerShell client's config.psd1 (default: the one here, or beside this program)", Recursive = true,
    };

    public static Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Say more", Recursive = true };

    public static Option<bool> Json { get; } = new("--json") { Description = "Answer in JSON, for machines", Recursive = true };

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Carries a board's packets to its hub and back.")
        {
            Config, Verbose, Json,
            SyncCommand.Create(), DaemonCommand.Create(), CheckCommands.Validate(), CheckCommands.TestConnection(),
            StatusCommand.Create(), InitCommand.Create(), InstallCommand.Create(),
        };
        root.SetAction(SyncCommand.RunAsync);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync(parsed.Errors[0].Message + " Try --help.");
            return ExitCode.BadConfiguration;
        }

        using var signals = new Signals();
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, signals.Stop);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return ExitCode.Errors;
        }
    }
}
