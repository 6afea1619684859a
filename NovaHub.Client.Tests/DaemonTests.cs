using System.Text.Json;
using CliWrap;

namespace NovaHub.Client.Tests;

public sealed class DaemonTests
{
    private readonly Random _random = new(7);

    [Fact]
    public async Task A_daemon_lives_through_restarts_of_the_hub_and_jumps_of_the_clock()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials) { Sync = "max_retries = 1\nretry_delay = 0.1\ntimeout_seconds = 5" };
        board.WriteConfig();
        var jump = Path.Combine(board.Folder, "jump");
        File.WriteAllText(jump, "0");
        await using var daemon = await board.StartAsync(
            ["daemon"], new Dictionary<string, string?> { ["LD_PRELOAD"] = await ClockLibraryAsync(board.Folder), ["JUMP_FILE"] = jump });
        var (queued, sent, consumed) = (new List<(string, byte[])>(), new List<(string, byte[])>(), new List<(string, byte[])>());
        await HubHost.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(board.Folder, "novahub-status.json"))), "the daemon has begun");
        var jumps = new[] { 86_400L, -86_400L, 400L * 86_400, 0, 3600, -7200 };
        for (var day = 0; day < jumps.Length; day++)
        {
            queued.Add(await hub.QueueAsync($"555B0302.{day:D3}", Some.Bytes(_random, 20_000)));
            var bytes = Some.Bytes(_random, 20_000);
            board.Write($"555B0201.{day:D3}", bytes);
            sent.Add(($"555B0201.{day:D3}", bytes));
            File.WriteAllText(jump, jumps[day].ToString());
            await HubHost.UntilAsync(
                () => Task.FromResult(Math.Abs((Status(board, "updated_at").GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalSeconds - jumps[day]) < 600),
                "the daemon's clock has jumped");
            if (day % 2 == 0)
            {
                await hub.RestartAsync(TimeSpan.FromSeconds(1.2));
            }

            await HubHost.UntilAsync(
                async () =>
                {
                    consumed.AddRange(board.Consume());
                    return consumed.Count == queued.Count && (await hub.LedgerAsync(2)).Count == sent.Count;
                },
                $"everything moved in round {day}; the daemon said {daemon.Out}{daemon.Err}");
        }

        Assert.False(daemon.HasExited);
        var status = Status(board);
        Assert.Equal(daemon.Id, status.GetProperty("process_id").GetInt32());
        Assert.True(status.GetProperty("failed_syncs").GetInt32() > 0, "The hub was away and the daemon did not notice.");
        await daemon.SignalAsync(15);
        Assert.Equal(130, (await daemon.EndAsync()).ExitCode);
        Some.AssertSame(queued, consumed);
        Some.AssertSame(sent, await hub.LedgerAsync(2));
        // A jump of the clock is no reason to sign in or to sync like mad
        Assert.InRange(Status(board).GetProperty("syncs").GetInt32(), 6, 120);
    }

    [Fact]
    public async Task Two_on_one_configuration_do_not_run_at_once_and_a_crash_leaves_no_lock()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        await using var first = await board.StartAsync("daemon");
        await HubHost.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(board.Folder, "metrics.json"))), "the daemon synced");
        var second = await board.RunAsync();
        Assert.Equal(3, second.ExitCode);
        Assert.Contains("Another novahub-client runs", second.Err, StringComparison.Ordinal);
        Assert.Equal(3, (await board.RunAsync("daemon")).ExitCode);
        var link = Path.Combine(board.Folder, "link.toml");
        File.CreateSymbolicLink(link, board.ConfigPath);
        Assert.Equal(3, (await board.RunAsync("--config", link)).ExitCode);
        Assert.Contains("Running", (await board.RunAsync("status")).Out, StringComparison.Ordinal);
        await first.SignalAsync(9);
        await first.EndAsync();
        await board.SyncAsync();
        Assert.Contains("Not running", (await board.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    private static JsonElement Status(Board board, string property) => Status(board).GetProperty(property);

    private static JsonElement Status(Board board)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(board.Folder, "novahub-status.json")));
        return document.RootElement.Clone();
    }

    private static async Task<string> ClockLibraryAsync(string folder)
    {
        var library = Path.Combine(folder, "jump.so");
        // The compiler that native publishing needs, too
        await Cli.Wrap("clang").WithArguments(["-shared", "-fPIC", "-O1", "-o", library, Path.Combine(AppContext.BaseDirectory, "Clock/jump.c"), "-ldl"]).ExecuteAsync();
        return library;
    }
}
