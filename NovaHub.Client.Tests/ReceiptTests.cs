using Microsoft.AspNetCore.Http;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Packets;

namespace NovaHub.Client.Tests;

/// <summary>A packet counts as delivered when this program says so, and it says so when the packet is on its disk to stay.</summary>
public sealed class ReceiptTests
{
    private readonly Random _random = new(1);

    [Fact]
    public async Task Packets_are_confirmed_only_when_they_lie_in_INBOUND_and_stand_in_the_journal()
    {
        await using var hub = await OldHub.StartAsync();
        hub.TakesReceipts = true;
        using var board = hub.NewBoard();
        var packets = new[] { hub.Queue("555B0302.001", Some.Bytes(_random, 5000)), hub.Queue("555B0302.002", [7]) };
        var seen = new List<string>();
        hub.Instead = async context =>
        {
            if (context.Request.Method == "POST" && context.Request.Path.Value!.EndsWith("/received", StringComparison.Ordinal))
            {
                var name = context.Request.Path.Value.Split('/')[^2];
                var journal = File.ReadAllText(Path.Combine(board.Folder, "novahub-downloads.jsonl"));
                lock (seen)
                {
                    seen.Add($"{name} {File.Exists(Path.Combine(board.Inbound, name))} {journal.Split('\n').Any(l => l.Contains(name, StringComparison.Ordinal) && l.Contains("\"Placed\"", StringComparison.Ordinal))}");
                }
            }

            await Task.Yield();
            return false;
        };
        await board.SyncAsync();
        Assert.Equal(["555B0302.001 True True", "555B0302.002 True True"], seen.Order());
        Some.AssertSame(packets, board.Consume());
        Assert.Equal([(1, 1), (2, 1)], hub.Receipts.Select(r => (r.PacketId, r.Delivery)).Order());
        await board.SyncAsync();
        Assert.Equal(2, hub.Receipts.Count);
        Assert.Empty(board.Consume());
    }

    [Fact]
    public async Task Deliver_again_reaches_the_game_of_a_board_that_restored_its_folder()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var packets = new[] { await hub.QueueAsync("555B0302.001", Some.Bytes(_random, 300)), await hub.QueueAsync("555B0302.002", Some.Bytes(_random, 300)) };
        await board.SyncAsync();
        Some.AssertSame(packets, board.Consume());
        await hub.NothingUnreadAsync(2);

        // The game's folder comes back from a copy that is older than both; the program's own files stay
        Directory.Delete(board.Inbound, recursive: true);
        Directory.CreateDirectory(board.Inbound);
        for (var round = 0; round < 2; round++)
        {
            foreach (var id in await hub.PacketIdsAsync(3))
            {
                await hub.Host.Get<PacketRequeue>().RequeueAsync(id, null, HubHost.Stop);
            }

            await board.SyncAsync();
            Some.AssertSame(packets, board.Consume());
            await hub.NothingUnreadAsync(2);
        }

        await board.SyncAsync();
        Assert.Empty(board.Consume());
    }

    [Fact]
    public async Task A_receipt_that_a_crash_swallowed_is_sent_again_and_the_game_gets_nothing_twice()
    {
        await using var hub = await OldHub.StartAsync();
        hub.TakesReceipts = true;
        using var board = hub.NewBoard();
        var packet = hub.Queue("555B0302.001", Some.Bytes(_random, 5000));
        var (asked, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        hub.Instead = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/received", StringComparison.Ordinal))
            {
                return false;
            }

            asked.TrySetResult();
            await Task.WhenAny(never.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
            return true;
        };
        await using (var client = await board.StartAsync())
        {
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await client.SignalAsync(9);
            await client.EndAsync();
        }

        Assert.Empty(hub.Receipts);
        Some.AssertSame([packet], board.Consume());
        hub.Instead = null;
        var downloads = hub.Requests.Count(r => r == "GET /service/api/v1/leagues/555B/packets/555B0302.001");
        await board.SyncAsync();
        Assert.Single(hub.Receipts);
        Assert.Empty(board.Consume());
        Assert.Equal(downloads, hub.Requests.Count(r => r == "GET /service/api/v1/leagues/555B/packets/555B0302.001"));
    }

    [Fact]
    public async Task A_receipt_that_the_hub_contradicts_is_explained_and_the_game_gets_nothing_twice()
    {
        await using var hub = await OldHub.StartAsync();
        hub.TakesReceipts = true;
        using var board = hub.NewBoard();
        var packet = hub.Queue("555B0302.001", [1, 2, 3]);
        hub.Instead = async context =>
        {
            var isReceipt = context.Request.Path.Value!.EndsWith("/received", StringComparison.Ordinal);
            context.Response.StatusCode = isReceipt ? 409 : 200;
            await (isReceipt ? context.Response.WriteAsync("{\"detail\":\"other bytes\"}") : Task.CompletedTask);
            return isReceipt;
        };
        for (var i = 0; i < 3; i++)
        {
            var ran = await board.RunAsync();
            Assert.Equal(1, ran.ExitCode);
            Assert.Contains("555B0302.001 is here, but the hub does not take the receipt for it", ran.Err, StringComparison.Ordinal);
            Assert.Equal(i == 0 ? 1 : 0, board.Consume().Count);
        }

        hub.Instead = null;
        await board.SyncAsync();
        Assert.Empty(board.Consume());
        Assert.Single(hub.Receipts);
        _ = packet;
    }

    [Fact]
    public async Task A_number_that_a_restored_hub_gave_to_another_packet_is_another_packet()
    {
        await using var hub = await OldHub.StartAsync();
        hub.TakesReceipts = true;
        using var board = hub.NewBoard();
        hub.Queue("555B0302.001", [1, 2, 3]);
        await board.SyncAsync();
        Assert.Single(board.Consume());
        hub.Change("555B0302.001", m => (m.Bytes, m.Read) = ([4, 5, 6], false));
        await board.SyncAsync();
        Some.AssertSame([("555B0302.001", [4, 5, 6])], board.Consume());
        await board.SyncAsync();
        Assert.Empty(board.Consume());
    }

    [Fact]
    public async Task What_is_put_back_while_it_is_confirmed_comes_again()
    {
        await using var hub = await OldHub.StartAsync();
        hub.TakesReceipts = true;
        using var board = hub.NewBoard();
        var packet = hub.Queue("555B0302.001", [1, 2, 3]);
        hub.Instead = context =>
        {
            if (context.Request.Path.Value!.EndsWith("/received", StringComparison.Ordinal) && hub.Receipts.IsEmpty)
            {
                hub.Change("555B0302.001", m => m.Delivery = 2);
            }

            return Task.FromResult(false);
        };
        await board.SyncAsync();
        Some.AssertSame([packet], board.Consume());
        await board.SyncAsync();
        Some.AssertSame([packet], board.Consume());
        await board.SyncAsync();
        Assert.Empty(board.Consume());
        Assert.Equal([(1, 1), (1, 2)], hub.Receipts.Select(r => (r.PacketId, r.Delivery)));
    }

    [Fact]
    public async Task The_journal_of_an_earlier_version_keeps_what_was_placed_from_coming_twice()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var first = hub.Queue("555B0302.001", [1, 2, 3]);
        await board.SyncAsync();
        Some.AssertSame([first], board.Consume());
        // The hub did not notice; then it learns to take receipts
        hub.OfferAgain();
        hub.TakesReceipts = true;
        await board.SyncAsync();
        Assert.Empty(board.Consume());
        Assert.Equal((1, 1), hub.Receipts.Select(r => (r.PacketId, r.Delivery)).Single());
        hub.Change("555B0302.001", m => (m.Delivery, m.Read) = (2, false));
        await board.SyncAsync();
        Some.AssertSame([first], board.Consume());
    }

    [Fact]
    public async Task What_an_old_hub_took_for_delivered_is_fetched_again_without_touching_a_later_one_of_that_name()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var first = hub.Queue("555B0302.001", [1, 2, 3]);
        hub.Change("555B0302.001", m => m.Read = true);
        // Asked for and not come, by the journal; meanwhile the numbers went round
        File.WriteAllText(Path.Combine(board.Folder, "novahub-downloads.jsonl"), """
            {"league":"555B","name":"555B0302.001","received_at":"2026-01-06T10:00:00.000000","size":3,"step":"Wanted","at":"2026-11-20T10:00:00.0000000+00:00"}

            """);
        var second = hub.Queue("555B0302.001", [4, 5, 6]);
        hub.TakesReceipts = true;
        var ran = await board.RunAsync();
        Assert.Contains("can't be had any more", ran.Err, StringComparison.Ordinal);
        Some.AssertSame([second], board.Consume());
        Assert.Equal((2, 1), hub.Receipts.Select(r => (r.PacketId, r.Delivery)).Single());
        _ = first;
    }

    [Fact]
    public async Task A_nodelist_whose_download_a_crash_cut_is_fetched_though_the_hub_counts_it_as_read()
    {
        await using var hub = await OldHub.StartAsync();
        hub.TakesReceipts = true;
        using var board = hub.NewBoard();
        hub.Nodelist = "1 HOST 2\r\nHub\r\n-\r\n-\r\n-\r\n-\r\n"u8.ToArray();
        await board.SyncAsync();
        hub.Nodelist = "1 HOST 2\r\nHub of old\r\n-\r\n-\r\n-\r\n-\r\n"u8.ToArray();
        hub.Queue("BRNODES.555", hub.Nodelist);
        var asked = new TaskCompletionSource();
        hub.Adorn = (context, _) =>
        {
            asked.TrySetResult();
            context.Response.Body = Stream.Null;
            context.RequestAborted.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
        };
        await using (var client = await board.StartAsync())
        {
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await client.SignalAsync(9);
            await client.EndAsync();
        }

        hub.Adorn = null;
        await board.SyncAsync();
        Assert.Equal(hub.Nodelist, File.ReadAllBytes(Path.Combine(board.Inbound, "BRNODES.555")));
    }
}
