using System.CommandLine;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Storage;
using NovaHub.Web.Demo;
using NovaHub.Web.Security;

namespace NovaHub.Web.Commands;

/// <summary><c>demo</c>: a hub with a sandbox league and two boards that play by themselves.</summary>
internal static class DemoCommand
{
    private const int RoundsOfOnce = 2;
    private const string Marker = "demo-once.txt";
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(20);

    public static Command Create()
    {
        var urls = ServeCommand.Urls();
        var once = new Option<bool>("--once") { Description = "Play two rounds in a fresh data folder, print a summary and end" };
        var command = new Command("demo", "A hub with a sandbox league and two boards that play by themselves") { urls, once };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var justOnce = parsed.GetValue(once);
            await using var app = Build(parsed, parsed.GetValue(urls) ?? (justOnce ? "http://127.0.0.1:0" : null), justOnce);
            return justOnce ? await OnceAsync(app, cancellationToken) : await OnAndOnAsync(app, cancellationToken);
        });
        return command;
    }

    private static WebApplication Build(ParseResult parsed, string? urls, bool once) => HubApp.Build([], builder =>
    {
        ServeCommand.Configure(builder, parsed, urls);
        var folder = Path.Combine(
            Path.GetFullPath(builder.Configuration["Storage:DataFolder"] ?? "data"), once ? "demo-once" : "demo");
        if (once)
        {
            BeginAnew(folder);
        }

        builder.Configuration.AddInMemoryCollection(
        [
            new("Storage:DataFolder", folder),
            new("Hub:Name", DemoLeague.HubName),
            new("Runs:QuietTime", "00:00:02"),
            // The boards' games are the demo's own noise
            new("Serilog:MinimumLevel:Override:NovaHub.Engine.Dos", "Warning"),
            new("Serilog:MinimumLevel:Override:NovaHub.Engine.Runs", once ? "Warning" : "Information"),
        ]);
    });

    // What an earlier demo --once made carries its marker; by its name alone nothing is removed
    private static void BeginAnew(string folder)
    {
        var marker = Path.Combine(folder, Marker);
        if (File.Exists(marker))
        {
            Directory.Delete(folder, recursive: true);
        }
        else if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new IOException($"{folder} was not made by demo --once (there is no {Marker} in it), so it is not removed. Move it elsewhere, or name another data folder with --data.");
        }

        PrivateFiles.Folder(folder);
        File.WriteAllText(marker, "demo --once made this folder, and removes it when it is run again.\n");
    }

    private static async Task<int> OnceAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var rounds = await OpenAsync(app, cancellationToken);
        for (var round = 1; round <= RoundsOfOnce; round++)
        {
            await rounds.PlayAsync(round, cancellationToken);
        }

        await rounds.ReadAsync(cancellationToken);
        var summary = await rounds.SummaryAsync(cancellationToken);
        await app.StopAsync(CancellationToken.None);
        Console.WriteLine(summary);
        if (!summary.EverythingCameOut)
        {
            await Console.Error.WriteLineAsync("Not everything that went in came out.");
            return 1;
        }

        Console.WriteLine("Everything that went in came out.");
        return 0;
    }

    private static async Task<int> OnAndOnAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var rounds = await OpenAsync(app, cancellationToken);
        Console.WriteLine();
        Console.WriteLine($"The console is at {app.Urls.First()}");
        Console.WriteLine("Sign in with the set-up link above; once it is used, with the account that you made.");
        Console.WriteLine("Two boards play league 900B now, a round every half minute. End with Ctrl+C.");
        Console.WriteLine();
        try
        {
            for (var round = 1; ; round++)
            {
                try
                {
                    await rounds.PlayAsync(round, cancellationToken);
                }
                catch (IOException trouble)
                {
                    // The hub and its console are what somebody came for; a board that stumbles plays again with the next round
                    await Console.Error.WriteLineAsync(trouble.Message);
                }

                await Task.Delay(s_pause, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await app.StopAsync(CancellationToken.None);
            Console.WriteLine(await rounds.SummaryAsync(CancellationToken.None));
            return 0;
        }
    }

    private static async Task<DemoRounds> OpenAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        await app.Services.GetRequiredService<DatabaseMigration>().ApplyAsync(cancellationToken);
        var machine = DemoRounds.Machine(app.Services);
        Console.WriteLine($"The games run under {machine.Name}.");
        var league = new DemoLeague(storage.Root);
        var seats = await league.SetUpAsync(app.Services, cancellationToken);
        await app.OpenAsync(cancellationToken);
        var hub = new Uri(app.Urls.First());
        var boards = seats.Select(s => new DemoBoard(s, league.Games, hub, machine, app.Services.GetRequiredService<TimeProvider>())).ToList();
        foreach (var board in boards)
        {
            await board.SetUpAsync(cancellationToken);
        }

        return new DemoRounds(app.Services, boards);
    }
}
