using System.CommandLine;
using NovaHub.Client.Checks;

namespace NovaHub.Client.Commands;

/// <summary><c>validate</c> and <c>test-connection</c>.</summary>
internal static class CheckCommands
{
    public static Command Validate()
    {
        var command = new Command("validate", "Check the configuration, the folders and the games, without the hub");
        command.SetAction(parsed =>
        {
            using var session = ClientSession.Open(parsed);
            var code = session.Print(new Validator(session.Reading, ClientSession.Time).Run());
            return session.Reading.Config is null ? ExitCode.BadConfiguration : code;
        });
        return command;
    }

    public static Command TestConnection()
    {
        var command = new Command("test-connection", "Sign in and compare every league and index with the hub");
        command.SetAction(async (parsed, stop) =>
        {
            using var session = ClientSession.Open(parsed);
            return session.IsUsable()
                ? session.Print(await new ConnectionTest(session.Config, session.Hub(stop)).RunAsync(stop))
                : ExitCode.BadConfiguration;
        });
        return command;
    }
}
