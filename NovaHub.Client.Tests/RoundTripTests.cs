using System.Text.Json;

namespace NovaHub.Client.Tests;

public sealed class RoundTripTests
{
    private readonly Random _random = new(1);

    [Fact]
    public async Task Packets_go_out_and_come_in_and_the_metrics_say_so()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var sent = new[] { ("555b0201.001", Some.Bytes(_random, 5000)), ("555B0203.002", Some.Bytes(_random, 1)), ("555b0201.002", Some.Bytes(_random, 200_000)) };
        foreach (var (name, bytes) in sent)
        {
            board.Write(name, bytes);
        }

        var waiting = new[] { await hub.QueueAsync("555B0302.001", Some.Bytes(_random, 300)), await hub.QueueAsync("555B0302.002", Some.Bytes(_random, 400_000)) };

        var ran = await board.SyncAsync();

        Some.AssertSame(sent, await hub.LedgerAsync(2));
        Assert.Empty(Directory.EnumerateFiles(board.Outbound));
        Some.AssertSame(sent, Directory.EnumerateFiles(board.Sent).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f))));
        Assert.True(File.Exists(Path.Combine(board.Inbound, "BRNODES.555")));
        Some.AssertSame(waiting, board.Consume());
        await hub.NothingUnreadAsync(2);
        Assert.Contains("3 sent, 2 received", ran.Out, StringComparison.Ordinal);

        var metrics = board.Metrics();
        Assert.Equal(3, metrics.GetProperty("total_uploaded").GetInt32());
        Assert.Equal(2, metrics.GetProperty("total_downloaded").GetInt32());
        Assert.True(metrics.GetProperty("success").GetBoolean());
        Assert.Equal(0, metrics.GetProperty("errors").GetArrayLength());
        Assert.True(metrics.GetProperty("start_time").GetDateTimeOffset() <= metrics.GetProperty("end_time").GetDateTimeOffset());
        var league = metrics.GetProperty("leagues").GetProperty("BRE_555");
        Assert.Equal((3, 2, 0), (league.GetProperty("uploaded").GetInt32(), league.GetProperty("downloaded").GetInt32(), league.GetProperty("errors").GetInt32()));

        var again = await board.SyncAsync();
        Assert.Contains("0 sent, 0 received", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packet_is_deleted_where_the_file_says_so()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        File.WriteAllText(board.ConfigPath, File.ReadAllText(board.ConfigPath).Replace("\"archive\"", "\"delete\"", StringComparison.Ordinal));
        board.Write("555B0201.001", [1, 2, 3]);
        await board.SyncAsync();
        Assert.Empty(Directory.EnumerateFiles(board.Outbound));
        Assert.False(Directory.Exists(board.Sent));
        Assert.Single(await hub.LedgerAsync(2));
    }

    [Fact]
    public async Task Only_our_own_packets_go_out_in_the_games_order_around_the_wrap()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var names = new[] { "555B0201.998", "555B0201.999", "555B0201.000", "555B0201.001" };
        foreach (var name in names.Reverse())
        {
            board.Write(name.ToLowerInvariant(), Some.Bytes(_random, 100));
        }

        board.Write("555b0301.001", [1]);
        board.Write("brnodes.555", [1]);
        board.Write("README.TXT", [1]);
        board.Write("556B0201.001", [1]);
        board.Write("555F0201.001", [1]);
        var ran = await board.SyncAsync();
        Assert.Equal(names, (await hub.LedgerAsync(2)).Select(p => p.Name));
        Assert.Empty(await hub.LedgerAsync(3));
        Assert.Equal(["555F0201.001", "555b0301.001", "556B0201.001", "README.TXT", "brnodes.555"], Directory.EnumerateFiles(board.Outbound).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Contains("from BBS #3, and your file says #2", ran.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_both_go_out_the_older_first()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        board.Write("555B0201.001", [2], ageSeconds: 100);
        board.Write("555b0201.001", [1], ageSeconds: 200);
        var ran = await board.SyncAsync();
        Assert.Equal([[1], [2]], (await hub.LedgerAsync(2)).Select(p => p.Bytes));
        Assert.Equal(2, Directory.EnumerateFiles(board.Sent).Count());
        Assert.Contains("differ only in case", ran.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_still_written_or_locked_waits()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var open = board.Write("555B0201.001", [1]);
        var locked = board.Write("555B0201.002", [1]);
        var grows = board.Write("555B0201.003", [1], ageSeconds: 0);
        board.Write("555B0201.004", [1]);
        var writer = new FileStream(open, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        var locker = new FileStream(locked, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        // A lock on a range, as DOS emulators take it for SHARE
        locker.Lock(0, 1);
        using (writer)
        using (locker)
        {
            await using var client = await board.StartAsync("--verbose");
            // Grows between the two looks that a young file gets
            for (var i = 0; !client.HasExited && i < 100; i++)
            {
                await File.AppendAllBytesAsync(grows, [2]);
                await Task.Delay(50);
            }

            var ran = await client.EndAsync();
            Assert.Equal(0, ran.ExitCode);
            Assert.Equal(["555B0201.004"], (await hub.LedgerAsync(2)).Select(p => p.Name));
            Assert.Equal(3, board.Metrics().GetProperty("total_waiting").GetInt32());
        }

        await board.SyncAsync();
        Assert.Equal(4, (await hub.LedgerAsync(2)).Count);
    }

    [Fact]
    public async Task A_name_that_still_lies_in_INBOUND_is_not_overwritten_but_waits()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var packet = await hub.QueueAsync("555B0302.001", [1, 2, 3]);
        var there = Path.Combine(board.Inbound, "555b0302.001");
        File.WriteAllBytes(there, [9]);
        await board.SyncAsync();
        Assert.Equal([9], File.ReadAllBytes(there));
        Assert.False(File.Exists(Path.Combine(board.Inbound, "555B0302.001")));
        Assert.Equal(1, await hub.UnreadAsync(2));
        Assert.Equal(1, board.Metrics().GetProperty("total_waiting").GetInt32());
        File.Delete(there);
        await board.SyncAsync();
        Some.AssertSame([packet], board.Consume());
    }

    [Fact]
    public async Task Packets_that_share_a_name_after_a_wrap_come_one_by_one()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var all = new List<(string, byte[])>();
        for (byte i = 1; i <= 3; i++)
        {
            all.Add(await hub.QueueAsync("555B0302.001", [i, i, i]));
        }

        var got = new List<(string, byte[])>();
        for (var i = 0; i < 3; i++)
        {
            await board.SyncAsync();
            var now = board.Consume();
            Assert.Equal([(byte)(i + 1), (byte)(i + 1), (byte)(i + 1)], Assert.Single(now).Bytes);
            got.AddRange(now);
        }

        await board.SyncAsync();
        got.AddRange(board.Consume());
        Some.AssertSame(all, got);
        await hub.NothingUnreadAsync(2);
    }

    [Fact]
    public async Task Leftovers_of_a_broken_sync_are_removed_wherever_they_were_gathered()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        foreach (var folder in new[] { board.Inbound, board.Gather, Path.Combine(board.Inbound, ".novahub") })
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, "555B0302.007.part"), [1]);
            File.WriteAllBytes(Path.Combine(folder, "BRNODES.555.part"), [1]);
        }

        File.WriteAllBytes(Path.Combine(board.Inbound, "somebody-elses.part"), [1]);
        await board.SyncAsync();
        Assert.Equal(["BRNODES.555", "somebody-elses.part"], board.InboundNames());
        Assert.False(Directory.Exists(board.Gather));
        Assert.Empty(Directory.EnumerateDirectories(board.Inbound));
    }

    [Fact]
    public async Task A_nodelist_arrives_as_a_packet_and_is_fetched_directly_where_there_is_none()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var file = Path.Combine(board.Inbound, "BRNODES.555");
        await board.SyncAsync();
        var first = File.ReadAllText(file);
        Assert.Contains("The Dive", first, StringComparison.Ordinal);

        // It changes: a new one is in the list
        await hub.Host.AddBoardAsync("The Cellar", "555B:4");
        await board.SyncAsync();
        Assert.Contains("The Cellar", File.ReadAllText(file), StringComparison.Ordinal);

        // Gone, and nothing in the list: fetched directly, its tag kept beside the metrics file
        File.Delete(file);
        await board.SyncAsync();
        Assert.Contains("The Cellar", File.ReadAllText(file), StringComparison.Ordinal);
        var tags = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(board.Folder, "nodelist-etags.json")))!;
        Assert.StartsWith("\"", tags["555B"], StringComparison.Ordinal);

        // The game takes it out of INBOUND: the tag says that it is known
        File.Delete(file);
        await board.SyncAsync();
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task An_index_that_is_not_ours_is_explained_with_both_numbers_and_nothing_moves()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials) { Index = 7 };
        board.WriteConfig();
        board.Write("555B0701.001", [1]);
        await hub.QueueAsync("555B0302.001", [1]);
        var ran = await board.RunAsync();
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("The hub has this BBS as #2, your file says #7 (leagues.BRE.555.bbs_index, line ", ran.Err, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(board.Outbound));
        Assert.Equal(1, await hub.UnreadAsync(2));
        var metrics = board.Metrics();
        Assert.False(metrics.GetProperty("success").GetBoolean());
        Assert.Contains("#2, your file says #7", metrics.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packet_that_is_too_large_is_told_of_and_the_others_go()
    {
        await using var hub = await LeagueHub.StartAsync("ServiceApi:MaxPacketBytes=20000");
        using var board = new Board(hub.Host, hub.Credentials);
        board.Write("555B0201.001", Some.Bytes(_random, 50_000));
        board.Write("555B0201.002", [1]);
        var ran = await board.RunAsync();
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("555B0201.001 was not taken. The hub refused it (413)", ran.Err, StringComparison.Ordinal);
        Assert.Equal(["555B0201.002"], (await hub.LedgerAsync(2)).Select(p => p.Name));
    }
}
