using System.CommandLine;

namespace NovaHub.Web.Commands;

/// <summary><c>serve</c>: the hub itself.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var urls = Urls();
        var command = new Command("serve", "Run the hub: service API, schedules and console") { urls };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var app = HubApp.Build([], builder => Configure(builder, parsed, parsed.GetValue(urls)));
            await app.OpenAsync(cancellationToken);
            Console.WriteLine($"NovaHub is at {string.Join(" ", app.Urls)}");
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    public static Option<string?> Urls() => new("--urls") { Description = "Addresses to listen at (default: Urls of the configuration, http://127.0.0.1:8000)" };

    public static void Configure(WebApplicationBuilder builder, ParseResult parsed, string? urls)
    {
        CommandHub.UseDataFolder(builder.Configuration, parsed);
        if (urls is not null)
        {
            builder.Configuration.AddInMemoryCollection([new("Urls", urls)]);
        }
    }
}
