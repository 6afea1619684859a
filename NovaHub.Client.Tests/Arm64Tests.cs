namespace NovaHub.Client.Tests;

/// <summary>The program as boards with an ARM processor get it, under an emulator of that processor.</summary>
public sealed class Arm64Tests
{
    private readonly Random _random = new(64);

    [Fact]
    public async Task The_arm64_program_carries_mail_both_ways()
    {
        ClientForm.Arm64.SkipWhereAbsent();
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials) { Form = ClientForm.Arm64 };
        var sent = new[] { ("555B0201.001", Some.Bytes(_random, 300)), ("555B0201.002", Some.Bytes(_random, 3_000_000)) };
        foreach (var (name, bytes) in sent)
        {
            board.Write(name, bytes);
        }

        // Open for writing: this has to be noticed on every processor
        var open = board.Write("555B0201.003", [1]);
        var waiting = new[] { await hub.QueueAsync("555B0302.001", Some.Bytes(_random, 300)), await hub.QueueAsync("555B0302.002", Some.Bytes(_random, 3_000_000)) };
        using (new FileStream(open, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            await board.SyncAsync();
        }

        Some.AssertSame(sent, await hub.LedgerAsync(2));
        Some.AssertSame(waiting, board.Consume());
        Assert.Contains("The Dive", File.ReadAllText(Path.Combine(board.Inbound, "BRNODES.555")), StringComparison.Ordinal);
        Assert.Equal(1, board.Metrics().GetProperty("total_waiting").GetInt32());
        await hub.NothingUnreadAsync(2);
    }

    [Fact]
    public async Task The_arm64_program_holds_its_lock_and_ends_in_order()
    {
        ClientForm.Arm64.SkipWhereAbsent();
        await using var hub = await OldHub.StartAsync();
        using var board = new Board(hub.Address, OldHub.ClientId, OldHub.Secret) { Form = ClientForm.Arm64 };
        board.Write("555B0201.001", [1]);
        await using var daemon = await board.StartAsync("daemon");
        // An emulated processor takes its time
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (hub.Received.IsEmpty && !daemon.HasExited)
        {
            await Task.Delay(50, limit.Token);
        }

        Assert.Equal(3, (await board.RunAsync()).ExitCode);
        await daemon.SignalAsync(15);
        Assert.Equal(130, (await daemon.EndAsync()).ExitCode);
        await board.SyncAsync();
    }
}
