namespace NovaHub.Web.Tests.Crash;

/// <summary>What becomes of an emulator whose hub is killed. A program stands in for dosemu2, which Debian does not package.</summary>
public class EmulatorTests
{
    private static string StandIn
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "NovaHub.sln")))
            {
                folder = Path.GetDirectoryName(folder)!;
            }

            return Path.Combine(folder, "NovaHub.Engine.Tests", "Dos", "StandIn", "dosemu");
        }
    }

    [Fact]
    public async Task One_that_prints_nothing_ends_with_its_hub_and_its_folders_go_at_the_next_start()
    {
        await using var hub = await KilledHub.MakeAsync(("Dos:Machine", "dosemu"), ("Dos:DosemuPath", StandIn), ("Runs:RetryAfter", "00:05:00"));
        var games = Path.GetDirectoryName(hub.Game)!;
        await File.WriteAllTextAsync(Path.Combine(games, "standin.txt"), "hang\n");
        // The sysop's own, with a name like the hub's
        Directory.CreateDirectory(Path.Combine(games, "NHJ00001"));
        await File.WriteAllTextAsync(Path.Combine(games, "NHJ00001", "PLAYERS.DAT"), "x");
        hub.Start();
        using var http = new HttpClient { BaseAddress = hub.Address };
        await hub.HealthyAsync(http);
        using var enough = new CancellationTokenSource();
        var uploading = new CrashBoard(hub.Boards[0], http, new Random(1)).UploadAsync(enough.Token);
        await HubHost.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(games, "seen.txt"))), "the emulator");
        await enough.CancelAsync();
        await uploading;
        Assert.NotEmpty(Sessions(hub));

        await hub.KillAsync();

        await HubHost.UntilAsync(() => Task.FromResult(Sessions(hub).Count == 0), "the emulator to end");
        Assert.Equal(2, Directory.GetDirectories(games, "NHJ*").Length);
        Assert.Single(Directory.GetDirectories(Path.Combine(hub.Data, "work"), "job-*"));
        hub.Start();
        await hub.HealthyAsync(http);
        Assert.Equal(["NHJ00001"], Directory.GetDirectories(games, "NHJ*").Select(Path.GetFileName));
        Assert.Empty(Directory.GetDirectories(Path.Combine(hub.Data, "work"), "job-*"));
        Assert.Equal(0, await hub.EndAsync());
    }

    // Processes of this hub's emulator sessions
    private static List<string> Sessions(KilledHub hub) => [.. Directory.EnumerateDirectories("/proc")
        .Where(p => int.TryParse(Path.GetFileName(p), out _))
        .Where(p =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(p, "environ")).Contains($"HOME={hub.Data}", StringComparison.Ordinal);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        })];
}
