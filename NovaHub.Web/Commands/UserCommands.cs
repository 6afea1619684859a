using System.CommandLine;
using NovaHub.Engine.Accounts;

namespace NovaHub.Web.Commands;

/// <summary><c>user add</c>.</summary>
internal static class UserCommands
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The name to sign in with" };
        var role = new Option<string>("--role") { Description = "admin or sysop", Required = true };
        role.AcceptOnlyFromAmong(HubRoles.Admin, HubRoles.Sysop);
        var fromInput = new Option<bool>("--password-stdin") { Description = "Read the password from standard input" };
        var add = new Command("add", "Add somebody who may sign in to the console") { name, role, fromInput };
        add.SetAction(async (parsed, cancellationToken) =>
        {
            var password = await PasswordAsync(parsed.GetValue(fromInput), cancellationToken);
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            await hub.Get<AccountAdmin>().AddUserAsync(
                parsed.GetRequiredValue(name), parsed.GetRequiredValue(role), password, cancellationToken);
            Answer.Write(parsed, new { Name = parsed.GetRequiredValue(name), Role = parsed.GetRequiredValue(role) }, () =>
                [$"{parsed.GetRequiredValue(name)} may sign in as {parsed.GetRequiredValue(role)}."]);
            return 0;
        });
        return new Command("user", "People who may sign in") { add };
    }

    private static async Task<string> PasswordAsync(bool fromInput, CancellationToken cancellationToken)
    {
        if (fromInput || Console.IsInputRedirected)
        {
            return (await Console.In.ReadLineAsync(cancellationToken) ?? "").TrimEnd('\r');
        }

        await Console.Error.WriteAsync("Password: ");
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else
            {
                typed.Append(key.KeyChar);
            }
        }

        await Console.Error.WriteLineAsync();
        return typed.ToString();
    }
}
