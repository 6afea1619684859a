using System.Security.Cryptography;

namespace NovaHub.Client.Tests;

/// <summary>What a game sees of our work: whole packets, and no lock of ours.</summary>
public sealed class HalfFileTests
{
    private readonly Random _random = new(83);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_but_whole_packets_ever_lies_in_INBOUND(bool ownFileSystem)
    {
        await using var hub = await LeagueHub.StartAsync();
        await using var proxy = new CuttingProxy(hub.Host.Address);
        using var board = new Board(proxy.Address, hub.Credentials.ClientId, hub.Credentials.ClientSecret);
        await using var disk = ownFileSystem ? await SmallDisk.MountAsync(board.Inbound, kilobytes: 4096) : null;
        var packets = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            var (name, bytes) = await hub.QueueAsync($"555B0302.{i:D3}", Some.Bytes(_random, 250_000));
            packets[name] = bytes;
        }

        proxy.Pause = TimeSpan.FromMilliseconds(5);
        await using var client = await board.StartAsync("--verbose");
        var gather = ownFileSystem ? Path.Combine(board.Inbound, ".novahub") : board.Gather;
        var gathering = 0;
        while (!client.HasExited)
        {
            // Everything of INBOUND that is a file, as DOS would list it
            foreach (var file in Directory.EnumerateFiles(board.Inbound))
            {
                var name = Path.GetFileName(file);
                Assert.True(name == "BRNODES.555" || (packets.TryGetValue(name, out var whole) && whole.AsSpan().SequenceEqual(File.ReadAllBytes(file))), $"{name} is not whole.");
            }

            gathering += Directory.Exists(gather) && Directory.EnumerateFiles(gather).Any(f => f.EndsWith(".part", StringComparison.Ordinal)) ? 1 : 0;
            await Task.Delay(1);
        }

        var ran = await client.EndAsync();
        Assert.True(ran.ExitCode == 0, ran.All);
        Assert.True(gathering > 0, "Nothing was seen while it was gathered.");
        Some.AssertSame(packets.Select(p => (p.Key, p.Value)), board.Consume());
        Assert.False(Directory.Exists(gather), "The folder for gathering stayed behind.");
    }

    [Fact]
    public async Task No_lock_is_held_on_a_packet_while_it_is_sent()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var path = board.Write("555B0201.001", Some.Bytes(_random, 100_000));
        var (under, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        hub.Instead = async context =>
        {
            if (context.Request.Method == "PUT")
            {
                under.TrySetResult();
                await go.Task;
            }

            return false;
        };
        await using var client = await board.StartAsync("--verbose");
        await under.Task.WaitAsync(TimeSpan.FromSeconds(30));
        // FileShare.None asks for the very lock that a DOS emulator takes when it reads or writes, and waits for
        using (var game = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            game.Lock(0, 0);
            Assert.DoesNotContain(Directory.EnumerateFileSystemEntries($"/proc/{client.Id}/fd"), f => File.ResolveLinkTarget(f, false)?.FullName == path);
        }

        go.SetResult();
        Assert.Equal(0, (await client.EndAsync()).ExitCode);
        Assert.Single(hub.Received);
    }

    [Theory]
    [InlineData("archive", true)]
    [InlineData("archive", false)]
    [InlineData("delete", true)]
    [InlineData("delete", false)]
    public async Task A_packet_that_grows_while_it_is_sent_stays_and_is_sent_again(string action, bool backDated)
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        File.WriteAllText(board.ConfigPath, File.ReadAllText(board.ConfigPath).Replace("\"archive\"", $"\"{action}\"", StringComparison.Ordinal));
        var path = board.Write("555B0201.001", [1, 2, 3]);
        var written = File.GetLastWriteTimeUtc(path);
        hub.Instead = async context =>
        {
            if (context.Request.Method == "PUT")
            {
                if (backDated)
                {
                    // The same length and the same time: DOS programs may set a file's time, and do
                    await File.WriteAllBytesAsync(path, [1, 2, 4]);
                    File.SetLastWriteTimeUtc(path, written);
                }
                else
                {
                    await File.AppendAllBytesAsync(path, [4]);
                }
            }

            return false;
        };
        var ran = await board.RunAsync();
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("changed after it was sent; it stays", ran.Err, StringComparison.Ordinal);
        byte[] after = backDated ? [1, 2, 4] : [1, 2, 3, 4];
        Assert.Equal(after, File.ReadAllBytes(path));
        hub.Instead = null;
        await board.SyncAsync();
        Assert.Equal([[1, 2, 3], after], hub.Received.Select(r => r.Bytes));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_game_that_opens_a_packet_while_it_is_sent_keeps_it()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var path = board.Write("555B0201.001", [1, 2, 3]);
        FileStream? game = null;
        hub.Instead = context =>
        {
            game ??= context.Request.Method == "PUT" ? new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite) : null;
            return Task.FromResult(false);
        };
        var ran = await board.RunAsync();
        Assert.Contains("changed after it was sent; it stays", ran.Err, StringComparison.Ordinal);
        game!.Write([4, 5]);
        await game.DisposeAsync();
        await board.SyncAsync();
        Assert.Equal([[1, 2, 3], [1, 2, 3, 4, 5]], hub.Received.Select(r => r.Bytes));
    }

    [Fact]
    public async Task A_packet_goes_into_an_archive_on_another_file_system_whole()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        Directory.CreateDirectory(board.Sent);
        await using var disk = await SmallDisk.MountAsync(board.Sent, kilobytes: 256);
        var bytes = Some.Bytes(_random, 50_000);
        board.Write("555B0201.001", bytes);
        await board.SyncAsync();
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(board.Sent, "555B0201.001")));
        Assert.Empty(Directory.EnumerateFiles(board.Outbound));
        // The name comes again with other bytes: nothing is written over
        board.Write("555B0201.001", [9]);
        await board.SyncAsync();
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(board.Sent, "555B0201.001")));
        Assert.Equal([9], File.ReadAllBytes(Path.Combine(board.Sent, "555B0201.001.1")));
    }

    [Fact]
    public async Task What_an_earlier_version_had_gathered_inside_INBOUND_is_finished()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        hub.Nodelist = "1 HOST 2\r\nHub\r\n-\r\n-\r\n-\r\n-\r\n"u8.ToArray();
        var bytes = Some.Bytes(_random, 5000);
        // Its journal, as it wrote it: whole on disk, and killed before the rename; and one that was only begun
        File.WriteAllText(Path.Combine(board.Folder, "novahub-downloads.jsonl"), $$"""
            {"league":"555B","name":"555B0302.001","received_at":"2026-01-06T10:00:00","size":5000,"step":"Whole","at":"2026-11-20T10:00:00.0000000+00:00","sha256":"{{Convert.ToHexStringLower(SHA256.HashData(bytes))}}"}
            {"league":"555B","name":"555B0302.002","received_at":"2026-01-06T10:00:01","size":3,"step":"Wanted","at":"2026-11-20T10:00:00.0000000+00:00"}

            """);
        File.WriteAllBytes(Path.Combine(board.Inbound, "555B0302.001.part"), bytes);
        File.WriteAllBytes(Path.Combine(board.Inbound, "555B0302.002.part"), [1]);
        var second = hub.Queue("555B0302.002", [1, 2, 3]);
        await board.SyncAsync();
        Some.AssertSame([("555B0302.001", bytes), second], board.Consume());
        Assert.Equal(["BRNODES.555"], board.InboundNames());
        await board.SyncAsync();
        Assert.Empty(board.Consume());
    }

    [Fact]
    public async Task A_packet_that_waits_for_its_name_survives_the_loss_of_where_it_was_gathered()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var packet = hub.Queue("555B0302.001", [1, 2, 3]);
        // While it is on its way, the game's mailer puts a file of that name into INBOUND
        hub.Adorn = (_, name) => File.WriteAllBytes(Path.Combine(board.Inbound, name), [9]);
        await board.SyncAsync();
        Assert.Equal(1, board.Metrics().GetProperty("total_waiting").GetInt32());
        Assert.True(File.Exists(Path.Combine(board.Gather, "555B0302.001.part")));
        hub.Adorn = null;
        await board.SyncAsync();
        Assert.Equal([9], File.ReadAllBytes(Path.Combine(board.Inbound, "555B0302.001")));

        // The board restores its game from a copy in which our folder is not
        Directory.Delete(board.Gather, recursive: true);
        File.Delete(Path.Combine(board.Inbound, "555B0302.001"));
        await board.SyncAsync();
        Some.AssertSame([packet], board.Consume());
        await board.SyncAsync();
        Assert.Empty(board.Consume());
    }
}
