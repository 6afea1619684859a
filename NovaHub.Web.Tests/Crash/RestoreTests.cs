namespace NovaHub.Web.Tests.Crash;

public class RestoreTests
{
    [Fact]
    public async Task Packets_of_a_killed_run_whose_game_folder_was_restored_are_held_until_a_person_decides_and_none_is_lost()
    {
        await using var hub = await KilledHub.MakeAsync();
        var backup = hub.Game + ".bak";
        Copy(hub.Game, backup);
        hub.Execute("""UPDATE "Leagues" SET "MaintenanceCommand" = 'PLANETARY /DETAILED HANG'""");
        hub.Start();
        using var http = new HttpClient { BaseAddress = hub.Address };
        await hub.HealthyAsync(http);
        using var enough = new CancellationTokenSource();
        var board = new CrashBoard(hub.Boards[0], http, new Random(1));
        var uploading = board.UploadAsync(enough.Token);
        await HubHost.UntilAsync(() => Task.FromResult(hub.Number("""SELECT COUNT(*) FROM "Runs" WHERE "PlayStartedAt" IS NOT NULL""") == 1), "the game at work");
        await enough.CancelAsync();
        await uploading;
        var staged = hub.Number("""SELECT COUNT(*) FROM "Packets" WHERE "StagedInRunId" IS NOT NULL""");
        await hub.KillAsync();

        // The sysop takes it for the game's fault and puts last night's copy in its place. Its INBOUND is empty
        Directory.Delete(hub.Game, recursive: true);
        Directory.Move(backup, hub.Game);
        hub.Execute("""UPDATE "Leagues" SET "MaintenanceCommand" = 'PLANETARY /DETAILED'""");
        hub.Start();
        await hub.HealthyAsync(http);
        await HubHost.UntilAsync(
            () => Task.FromResult(hub.Number("""
                SELECT (SELECT COUNT(*) FROM "Runs" WHERE "EndedAt" IS NULL)
                  + (SELECT COUNT(*) FROM "Packets" WHERE "Dest" = 1 AND "ConsumedAt" IS NULL AND "HeldAt" IS NULL)
                """) == 0),
            "closing the run, and reading what came later");

        Assert.Equal(staged, hub.Number("""SELECT COUNT(*) FROM "Packets" WHERE "HeldReason" = 'OtherFolder'"""));
        Assert.Equal(0, hub.Number("""SELECT "Consumed" FROM "Runs" WHERE "Id" = 1"""));
        var held = await hub.CommandAsync("packets", "held");
        Assert.Equal(staged, held.GetArrayLength());
        Assert.All(held.EnumerateArray(), h => Assert.Equal(("OtherFolder", 1), (h.GetProperty("reason").GetString(), h.GetProperty("run_id").GetInt32())));
        string[] ids = [.. held.EnumerateArray().Select(h => $"{h.GetProperty("id").GetInt64()}")];
        Assert.Equal(2, (await hub.TryAsync(["packets", "decide", "perhaps", .. ids])).Code);
        var (code, said) = await hub.TryAsync(["packets", "decide", "again", .. ids]);
        Assert.True(code == 0, said);
        Assert.Equal(1, (await hub.TryAsync(["packets", "decide", "read", .. ids])).Code);
        Assert.Equal(0, await hub.EndAsync());
        (code, said) = await hub.TryAsync("run", "900B");
        Assert.True(code == 0, said);

        var forHub = board.Done.Count(d => d.Name.Dest == 1);
        Assert.Equal(forHub, hub.Number("""SELECT COUNT(*) FROM "Packets" WHERE "Dest" = 1 AND "ConsumedAt" IS NOT NULL"""));
        Assert.Equal(forHub, hub.Number("""SELECT SUM("Consumed") FROM "Runs" """));
        Assert.Equal(2, hub.Number("""SELECT COUNT(*) FROM "Activities" WHERE "Kind" IN ('PacketHeld', 'PacketDecided')"""));
    }

    private static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
