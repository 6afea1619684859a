using System.Net;
using Microsoft.Data.Sqlite;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;
using NovaHub.Web.Api;

namespace NovaHub.Web.Tests.Api;

public sealed class HealthTests
{
    [Fact]
    public async Task A_hub_that_works_is_healthy_and_says_so_to_anyone()
    {
        await using var hub = await HubHost.StartAsync();
        using var response = await hub.Client.GetAsync("/health", HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var health = await response.JsonAsync();
        Assert.Equal("healthy", health.Text("status"));
        Assert.Equal("ok", health.GetProperty("checks").Text("ledger"));
        Assert.DoesNotContain(hub.Folder, health.GetRawText());
        using var head = await hub.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/health"), HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Fact]
    public async Task A_ledger_that_takes_no_write_is_unhealthy_until_it_does()
    {
        await using var hub = await HubHost.StartAsync();
        await using (var other = new SqliteConnection(SqliteSettings.ConnectionString(Path.Combine(hub.Folder, "novahub.db"))))
        {
            await other.OpenAsync(HubHost.Stop);
            await using var transaction = await other.BeginTransactionAsync(HubHost.Stop);
            // A look is kept for a few seconds, and the alerts have looked when the hub started
            await HubHost.UntilAsync(async () => (await hub.Client.GetAsync("/health", HubHost.Stop)).StatusCode == HttpStatusCode.ServiceUnavailable, "the hub to notice");
            using var response = await hub.Client.GetAsync("/health", HubHost.Stop);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            var health = await response.JsonAsync();
            Assert.Equal("unhealthy", health.Text("status"));
            Assert.Contains("write", health.GetProperty("checks").Text("ledger"));
        }

        await HubHost.UntilAsync(async () => (await hub.Client.GetAsync("/health", HubHost.Stop)).StatusCode == HttpStatusCode.OK, "the hub to be healthy again");
    }

    [Fact]
    public async Task A_ledger_that_becomes_damaged_takes_no_upload_and_is_unhealthy_from_then_on()
    {
        await using var hub = await HubHost.StartAsync();
        await hub.AddLeagueAsync("555B");
        using var board = await hub.SignInAsync(await hub.AddBoardAsync("The Dive", "555B:2"));
        await hub.AddBoardAsync("Bar", "555B:3");
        using (var good = await board.PutAsync("leagues/555B/packets/555B0203.001", new ByteArrayContent([1, 2, 3]), HubHost.Stop))
        {
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }

        // The disk gives back other bytes than were written: all but the first page, of a file into which the WAL was played
        await using (var other = new SqliteConnection(SqliteSettings.ConnectionString(hub.Get<StorageOptions>().DatabasePath)))
        {
            await other.OpenAsync(HubHost.Stop);
            await using var checkpoint = other.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await checkpoint.ExecuteNonQueryAsync(HubHost.Stop);
        }

        await using (var file = new FileStream(hub.Get<StorageOptions>().DatabasePath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, (int)file.Length - 4096).ToArray(), HubHost.Stop);
        }

        await HubHost.UntilAsync(
            async () =>
            {
                // What a connection has in its memory may still serve it; nothing is ever told to be stored that can't be read again
                using var upload = await board.PutAsync($"leagues/555B/packets/555B0203.{Random.Shared.Next(2, 999):000}", new ByteArrayContent([4, 5]), HubHost.Stop);
                return upload.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            "an upload to be refused");
        for (var i = 0; i < 3; i++)
        {
            using var upload = await board.PutAsync($"leagues/555B/packets/555B0203.{i:000}", new ByteArrayContent([4, 5]), HubHost.Stop);
            await upload.ProblemAsync(HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(upload.Headers.RetryAfter);
        }

        await HubHost.UntilAsync(async () => (await hub.Client.GetAsync("/health", HubHost.Stop)).StatusCode == HttpStatusCode.ServiceUnavailable, "the hub to notice");
        using var response = await hub.Client.GetAsync("/health", HubHost.Stop);
        Assert.Contains("damaged", (await response.JsonAsync()).GetProperty("checks").Text("ledger"));
    }

    [Fact]
    public async Task A_hub_whose_wal_was_removed_takes_no_upload_and_says_which_file_it_was()
    {
        await using var hub = await HubHost.StartAsync();
        await hub.AddLeagueAsync("555B");
        using var board = await hub.SignInAsync(await hub.AddBoardAsync("The Dive", "555B:2"));
        await hub.AddBoardAsync("Bar", "555B:3");
        File.Delete(hub.Get<StorageOptions>().DatabasePath + "-wal");
        await HubHost.UntilAsync(async () => (await hub.Client.GetAsync("/health", HubHost.Stop)).StatusCode == HttpStatusCode.ServiceUnavailable, "the hub to notice");
        using var upload = await board.PutAsync("leagues/555B/packets/555B0203.001", new ByteArrayContent([1, 2, 3]), HubHost.Stop);
        await upload.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        using var response = await hub.Client.GetAsync("/health", HubHost.Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var said = (await response.JsonAsync()).GetProperty("checks").Text("ledger");
        Assert.Contains("novahub.db-wal was removed", said);
        Assert.Contains("start the hub again", said);
    }

    [Fact]
    public async Task Damage_of_the_ledger_is_told_at_once_even_when_the_last_look_was_good()
    {
        await using var hub = await HubHost.StartAsync();
        var damage = hub.Get<LedgerDamage>();
        // A look that was good is kept for a few seconds
        using (var before = await hub.Client.GetAsync("/health", HubHost.Stop))
        {
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        damage.Note("page 7 is not readable");
        using var response = await hub.Client.GetAsync("/health", HubHost.Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("damaged", (await response.JsonAsync()).GetProperty("checks").Text("ledger"));
    }

    [Fact]
    public async Task A_disk_without_room_is_unhealthy()
    {
        var free = new DriveInfo(Path.GetTempPath()).AvailableFreeSpace / (1024 * 1024);
        await using var hub = await HubHost.StartAsync($"Health:MinFreeMegabytes={Math.Min(1_000_000, free * 2)}");
        using var response = await hub.Client.GetAsync("/health", HubHost.Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("MiB", (await response.JsonAsync()).GetProperty("checks").Text("disk"));
    }

    [Fact]
    public async Task A_game_folders_disk_without_room_is_unhealthy_and_an_alert_and_no_folder_is_named()
    {
        await using var hub = await HubHost.StartAsync("Runs:MinFreeMegabytes=1000000");
        var folder = Directory.CreateDirectory(Path.Combine(hub.Folder, "B900N01")).FullName;
        await hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(LeagueId.Parse("900B"), "Sandbox", "13:10/1", folder), HubHost.Stop);
        await HubHost.UntilAsync(async () => (await hub.Client.GetAsync("/health", HubHost.Stop)).StatusCode == HttpStatusCode.ServiceUnavailable, "the hub to notice");
        using var response = await hub.Client.GetAsync("/health", HubHost.Stop);
        var health = await response.JsonAsync();
        Assert.Matches(@"^The disk of the game folder of 900B has \d+ MiB left; a run needs 1000000\. Free some room", health.GetProperty("checks").Text("game_disk"));
        Assert.DoesNotContain(hub.Folder, health.GetRawText());
        Assert.Contains(await hub.Get<HubHealth>().FaultsAsync(HubHost.Stop), f => f.Name == "game_disk");
    }
}
