using System.Security.Cryptography;
using NovaHub.Engine.Games;

namespace NovaHub.Web.Tests.Crash;

public class CrashTest
{
    private const int Kills = 30;

    [Fact]
    public async Task A_hub_killed_at_random_moments_loses_nothing_reads_nothing_twice_and_gets_stuck_nowhere()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CRASH_SEED"), out var given) ? given : Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"CRASH_SEED={seed}");
        var random = new Random(seed);
        await using var hub = await KilledHub.MakeAsync(("Runs:Heartbeat", "00:00:00.100"));
        using var http = new HttpClient { BaseAddress = hub.Address, Timeout = TimeSpan.FromSeconds(20) };
        var boards = hub.Boards.Select(b => new CrashBoard(b, http, new Random(random.Next()))).ToList();
        using var enough = new CancellationTokenSource();
        hub.Start();
        var player = new CrashPlayer(hub, new Random(random.Next()));
        var uploading = boards.Select(b => b.UploadAsync(enough.Token)).Append(player.PlayAsync(enough.Token)).ToList();

        for (var kill = 0; kill < Kills; kill++)
        {
            // Every third time at any moment of its start, too; otherwise when it is at work
            if (random.Next(3) != 0)
            {
                await hub.HealthyAsync(http);
            }

            await Task.Delay(random.Next(300, 2500));
            // Now and then it stands still for longer than a lease lives, and goes on or dies in its sleep
            if (random.Next(4) == 0)
            {
                await hub.SignalAsync("STOP");
                await Task.Delay(800);
                if (random.Next(2) == 0)
                {
                    await hub.SignalAsync("CONT");
                    await Task.Delay(random.Next(0, 500));
                }
            }

            await hub.KillAsync();
            hub.Start();
        }

        await hub.HealthyAsync(http);
        await enough.CancelAsync();
        await Task.WhenAll(uploading);
        await QuietAsync(hub);
        var decided = await DecideAsync(hub);
        await QuietAsync(hub);
        var received = await Task.WhenAll(boards.Select(b => b.DownloadAsync()));
        Assert.Equal(0, await hub.EndAsync());

        var acknowledged = boards.SelectMany(b => b.Done).ToList();
        var interrupted = hub.Number("""SELECT COUNT(*) FROM "Runs" WHERE "Outcome" = 'Interrupted'""");
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Kills} kills, {acknowledged.Count} uploads acknowledged, {boards.Sum(b => b.Repeated)} tries repeated, {hub.Number("SELECT COUNT(*) FROM Runs")} runs, {interrupted} interrupted, {decided} packets held");
        Assert.True(interrupted > 2, "The kills hit no run: this test proved nothing.");
        Assert.True(acknowledged.Count > 100, "Hardly anything was uploaded: this test proved nothing.");
        Assert.Equal("ok", hub.Query("PRAGMA integrity_check", r => r.GetString(0)).Single());
        EverythingIsThereOnce(hub, acknowledged);
        EverythingWasReadOnce(hub);
        NothingIsStuck(hub);
        EverybodyGotTheirs(acknowledged, received);
        ThePlayersPacketsCameWhole(hub, player);
    }

    [Fact]
    public async Task A_league_that_runs_in_the_hub_is_refused_to_a_second_process_and_a_killed_command_leaves_nothing_stuck()
    {
        await using var hub = await KilledHub.MakeAsync();
        await File.WriteAllTextAsync(Path.Combine(hub.Game, "inuse.flg"), "x");
        hub.Start();
        using var http = new HttpClient { BaseAddress = hub.Address };
        await hub.HealthyAsync(http);
        using var enough = new CancellationTokenSource();
        var board = new CrashBoard(hub.Boards[0], http, new Random(1));
        var uploading = board.UploadAsync(enough.Token);
        // The hub's own run waits for the player inside
        await HubHost.UntilAsync(() => Task.FromResult(hub.Number("SELECT COUNT(*) FROM Runs WHERE EndedAt IS NULL") == 1), "the hub's run");

        var (code, said) = await hub.TryAsync("run", "900B");

        Assert.Equal(1, code);
        Assert.Contains("runs already", said, StringComparison.Ordinal);
        await enough.CancelAsync();
        await uploading;

        await hub.KillAsync();
        File.Delete(Path.Combine(hub.Game, "inuse.flg"));
        // Nobody serves: the command closes what the dead hub left and runs by itself
        (code, said) = await hub.TryAsync("run", "900B");
        Assert.True(code == 0, said);
        EverythingWasReadOnce(hub);
        NothingIsStuck(hub);
    }

    // A person looks at what the hub could not tell. This game deletes nothing that it has not read, and forgets what it read
    // when it is killed before it has deleted it
    private static async Task<int> DecideAsync(KilledHub hub)
    {
        var held = hub.Query("""SELECT "Id", "HeldReason" FROM "Packets" WHERE "HeldAt" IS NOT NULL""", r => (Id: r.GetInt64(0), Reason: r.GetString(1)));
        Assert.All(held, h => Assert.Contains(h.Reason, new[] { "GoneUnseen", "ShownButLeft" }));
        foreach (var group in held.GroupBy(h => h.Reason == "GoneUnseen" ? "read" : "again"))
        {
            var (code, said) = await hub.TryAsync(["packets", "decide", group.Key, .. group.Select(h => $"{h.Id}")]);
            Assert.True(code == 0, said);
        }

        if (held.Any(h => h.Reason == "ShownButLeft"))
        {
            var (code, said) = await hub.TryAsync("run", "900B");
            Assert.True(code == 0 || said.Contains("runs already", StringComparison.Ordinal), said);
        }

        return held.Count;
    }

    // Every packet for the hub has been read, or is held for a person, and every run has ended
    private static async Task QuietAsync(KilledHub hub)
    {
        var deadline = DateTime.UtcNow.AddSeconds(120);
        while (hub.Number("""
            SELECT (SELECT COUNT(*) FROM "Packets" WHERE "Dest" = 1 AND "ConsumedAt" IS NULL AND "HeldAt" IS NULL) + (SELECT COUNT(*) FROM "Runs" WHERE "EndedAt" IS NULL)
            """) > 0)
        {
            Assert.True(DateTime.UtcNow < deadline, $"Packets wait or a run is stuck.\n{Tail(hub)}");
            await Task.Delay(200);
        }
    }

    private static void EverythingIsThereOnce(KilledHub hub, List<Acknowledged> acknowledged)
    {
        var rows = hub.Query(
            """SELECT p."Id", p."Source", p."Dest", p."Sequence", p."Sha256", c."Bytes" FROM "Packets" p JOIN "Contents" c ON c."Sha256" = p."Sha256" WHERE p."UploadedByBbsId" IS NOT NULL""",
            r => (Id: r.GetInt64(0), Name: new PacketName(KilledHub.League, r.GetInt32(1), r.GetInt32(2), r.GetInt32(3)), Sha: Convert.ToHexString((byte[])r[4]), Bytes: (byte[])r[5]));
        Assert.All(rows, row => Assert.Equal(row.Sha, Convert.ToHexString(SHA256.HashData(row.Bytes))));
        Assert.Equal(
            acknowledged.Select(a => (a.PacketId, a.Name.ToString(), Convert.ToHexString(a.Sha256))).Order(),
            rows.Select(r => (r.Id, r.Name.ToString(), r.Sha)).Order());
        Assert.Empty(hub.Query(
            """SELECT COUNT(*) FROM "Packets" GROUP BY "LeagueId", "Source", "Dest", "Sequence", "Sha256" HAVING COUNT(*) > 1""", r => r.GetInt64(0)));
    }

    private static void EverythingWasReadOnce(KilledHub hub)
    {
        var forHub = hub.Number("""SELECT COUNT(*) FROM "Packets" WHERE "Dest" = 1 AND "ConsumedAt" IS NOT NULL""");
        Assert.Equal(forHub, hub.Number("""SELECT COUNT(*) FROM "RunPackets" WHERE "Consumed" = 1"""));
        Assert.Equal(forHub, hub.Number("""SELECT COUNT(DISTINCT "PacketId") FROM "RunPackets" WHERE "Consumed" = 1"""));
        var byPerson = hub.Number("""SELECT COUNT(*) FROM "RunPackets" WHERE "Consumed" = 1 AND "Doubt" IS NOT NULL""");
        Assert.Equal(forHub, byPerson + hub.Number("""SELECT SUM("Consumed") FROM "Runs" """));
        Assert.Equal(forHub, hub.Number("""SELECT SUM("Consumed") FROM "TrafficHours" """));
    }

    private static void NothingIsStuck(KilledHub hub)
    {
        Assert.Equal(0, hub.Number("""SELECT COUNT(*) FROM "Runs" WHERE "EndedAt" IS NULL"""));
        Assert.Equal(0, hub.Number("""SELECT COUNT(*) FROM "Packets" WHERE "StagedInRunId" IS NOT NULL"""));
        Assert.Equal(0, hub.Number("""SELECT COUNT(*) FROM "RunPackets" WHERE "Consumed" IS NULL AND "Doubt" IS NULL"""));
        Assert.Equal(0, hub.Number("""SELECT COUNT(*) FROM "Packets" WHERE "HeldAt" IS NOT NULL"""));
        Assert.Equal(0, hub.Number("""SELECT COUNT(*) FROM "RunLeases" """));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hub.Game, "INBOUND")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hub.Game, "OUTBOUND")));
        Assert.DoesNotContain(
            Directory.Exists(Path.Combine(hub.Game, "NOVAHUB.OUT")) ? Directory.GetFiles(Path.Combine(hub.Game, "NOVAHUB.OUT")) : [], f => !f.EndsWith("NOVAHUB.TXT", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(hub.Game, "inuse.flg")) || File.Exists(Path.Combine(hub.Game, "INUSE.FLG")), "The game's lock is still there.");
        Assert.Empty(hub.Emulators());
    }

    // A packet for the other board was available at once and comes out once
    private static void EverybodyGotTheirs(List<Acknowledged> acknowledged, List<(string Name, byte[] Sha256)>[] received)
    {
        var got = received.SelectMany(r => r).Where(p => PacketName.TryParse(p.Name, out var name) && name.Source != 1)
            .Select(p => (p.Name, Convert.ToHexString(p.Sha256))).Order();
        Assert.Equal(acknowledged.Where(a => a.Name.Dest != 1).Select(a => (a.Name.ToString(), Convert.ToHexString(a.Sha256))).Order(), got);
    }

    private static void ThePlayersPacketsCameWhole(KilledHub hub, CrashPlayer player)
    {
        Assert.NotEmpty(player.Written);
        Assert.Equal(
            player.Written.Order(),
            hub.Query(
                """SELECT "Dest", "Sequence", "Sha256" FROM "Packets" WHERE "Source" = 1 AND "Sequence" >= 700""",
                r => (new PacketName(KilledHub.League, 1, r.GetInt32(0), r.GetInt32(1)).ToString(), Convert.ToHexString((byte[])r[2]))).Order());
    }

    private static string Tail(KilledHub hub) => string.Join('\n', File.ReadLines(hub.Log).TakeLast(60));
}
