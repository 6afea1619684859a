using System.CommandLine;
using NovaHub.Client.Configuration;
using NovaHub.Client.Install;

namespace NovaHub.Client.Commands;

/// <summary><c>init</c>: makes config.toml, by questions or from a claim link.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var link = new Argument<string?>("CLAIM-LINK")
        {
            Description = "The link that the hub's admin sent you; it works once", Arity = ArgumentArity.ZeroOrOne,
        };
        var force = new Option<bool>("--force") { Description = "Write over a configuration that is there" };
        var command = new Command("init", "Make a configuration, by questions or from a claim link") { link, force };
        command.SetAction(async (parsed, stop) =>
        {
            var path = parsed.GetValue(ClientCommands.Config)?.FullName ?? Path.GetFullPath("config.toml");
            if (File.Exists(path) && !parsed.GetValue(force))
            {
                await Console.Error.WriteLineAsync($"{path} is there already. Use --force to write over it, or --config for another file.");
                return ExitCode.BadConfiguration;
            }

            var text = parsed.GetValue(link) is { Length: > 0 } address
                ? await ClaimLink.RedeemAsync(address, path, stop)
                : await new Questions(Console.In, Console.Out, ClientSession.Time).AskAsync(stop);
            if (text is null)
            {
                return ExitCode.Errors;
            }

            PrivateFile.Write(path, text);
            Console.WriteLine(OperatingSystem.IsWindows()
                ? $"{path} is written. It holds your secret: keep it in a folder that only you can open."
                : $"{path} is written; only you may read it.");
            Console.WriteLine($"Next: {(text.Contains(LeagueSettings.ChangeMe, StringComparison.Ordinal) ? $"fill in what says {LeagueSettings.ChangeMe}, then " : "")}novahub-client validate, then novahub-client test-connection.");
            return ExitCode.Ok;
        });
        return command;
    }
}
