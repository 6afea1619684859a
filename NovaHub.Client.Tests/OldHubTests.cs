using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace NovaHub.Client.Tests;

/// <summary>Against a hub that speaks only the old contract, and that can be made to answer oddly.</summary>
public sealed class OldHubTests
{
    private readonly Random _random = new(3);

    [Fact]
    public async Task Packets_go_both_ways_with_a_hub_that_speaks_only_the_old_contract()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        hub.Nodelist = "1 HOST 2\r\nHub\r\n\r\n\r\n\r\n\r\n\r\n"u8.ToArray();
        var waiting = new[] { hub.Queue("555B0302.001", Some.Bytes(_random, 50_000)), hub.Queue("555B0302.002", [7]), hub.Queue("BRNODES.555", hub.Nodelist) };
        board.Write("555b0201.010", [1, 2]);
        board.Write("555b0201.011", Some.Bytes(_random, 300_000));
        await board.SyncAsync();
        Assert.Equal(["555B0201.010", "555B0201.011"], hub.Received.Select(r => r.Name));
        Assert.Equal(hub.Nodelist, File.ReadAllBytes(Path.Combine(board.Inbound, "BRNODES.555")));
        Some.AssertSame(waiting.Take(2), board.Consume());
        Assert.Equal(1, hub.Tokens);
    }

    [Fact]
    public async Task A_download_that_breaks_is_healed_though_the_old_hub_counts_it_as_read()
    {
        await using var hub = await OldHub.StartAsync();
        await using var proxy = new CuttingProxy(hub.Address);
        using var board = new Board(proxy.Address, OldHub.ClientId, OldHub.Secret) { Sync = "max_retries = 0\nretry_delay = 0.01" };
        board.WriteConfig();
        var packet = hub.Queue("555B0302.001", Some.Bytes(_random, 500_000));
        proxy.CutAfter(200_000);
        Assert.Equal(1, (await board.RunAsync()).ExitCode);
        Assert.Equal(1, proxy.Cuts);
        Assert.Empty(board.InboundNames());
        await board.SyncAsync();
        Some.AssertSame([packet], board.Consume());
        await board.SyncAsync();
        Assert.Empty(board.Consume());
    }

    [Fact]
    public async Task A_wrong_index_is_explained_without_the_hub_saying_who_we_are()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        hub.Index = 3;
        board.Write("555B0201.001", [1]);
        board.Write("555B0201.002", [1]);
        var ran = await board.RunAsync();
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("does not match your BBS index", ran.Err, StringComparison.Ordinal);
        Assert.Contains("Your file says this BBS is #2 (leagues.BRE.555.bbs_index, line ", ran.Err, StringComparison.Ordinal);
        Assert.Single(hub.Requests, r => r.StartsWith("PUT", StringComparison.Ordinal));
        Assert.Equal(2, Directory.EnumerateFiles(board.Outbound).Count());

        hub.Queue("555B0103.001", [1]);
        File.Delete(Path.Combine(board.Outbound, "555B0201.001"));
        File.Delete(Path.Combine(board.Outbound, "555B0201.002"));
        ran = await board.RunAsync();
        Assert.Contains("The hub has this BBS as #3, your file says #2", ran.Err, StringComparison.Ordinal);
        var test = await board.RunAsync("test-connection");
        Assert.Equal(1, test.ExitCode);
        Assert.Contains("the hub has this BBS as #3, your file says #2", test.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_connection_works_without_me()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        hub.Queue("555B0302.001", [1]);
        var test = await board.RunAsync("test-connection");
        Assert.Equal(0, test.ExitCode);
        Assert.Contains("1 file(s) wait for you", test.Out, StringComparison.Ordinal);
        Assert.Contains("too old to tell", test.Out, StringComparison.Ordinal);
        await board.SyncAsync();
        Assert.Single(board.Consume());
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        hub.Queue("555B0302.001", [1]);
        var revoked = false;
        hub.Instead = context =>
        {
            if (!revoked && context.Request.Path.Value!.EndsWith("/packets", StringComparison.Ordinal))
            {
                revoked = true;
                hub.RevokeTokens();
            }

            return Task.FromResult(false);
        };
        await board.SyncAsync();
        Assert.Equal(2, hub.Tokens);
        Assert.Single(board.Consume());

        // One that is refused again and again is told of, not asked for without end
        hub.Instead = async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/token", StringComparison.Ordinal))
            {
                return false;
            }

            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("{\"detail\":\"no\"}");
            return true;
        };
        var before = hub.Tokens;
        var ran = await board.RunAsync();
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("does not accept client_id and client_secret", ran.Err, StringComparison.Ordinal);
        Assert.InRange(hub.Tokens - before, 1, 2);
    }

    [Fact]
    public async Task A_wrong_secret_is_told_in_words_and_never_shown()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = new Board(hub.Address, OldHub.ClientId, "not-the-right-secret");
        foreach (var arguments in new[] { new[] { "--verbose" }, ["--json", "--verbose"], ["test-connection"], ["test-connection", "--json"] })
        {
            var ran = await board.RunAsync(arguments);
            Assert.Equal(1, ran.ExitCode);
            Assert.Contains("does not accept client_id and client_secret", ran.All, StringComparison.Ordinal);
            Assert.DoesNotContain("not-the-right-secret", ran.All, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("not-the-right-secret", File.ReadAllText(Path.Combine(board.Folder, "metrics.json")), StringComparison.Ordinal);
        // A 401 from the token endpoint itself is not tried again
        Assert.Equal(4, hub.Requests.Count(r => r.EndsWith("/token", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(429, "1")]
    [InlineData(429, "date")]
    [InlineData(503, "1")]
    [InlineData(500, null)]
    [InlineData(502, null)]
    public async Task A_busy_hub_is_tried_again_when_it_says_or_with_growing_pauses(int status, string? retryAfter)
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        board.Sync = "max_retries = 3\nretry_delay = 0.2";
        board.WriteConfig();
        board.Write("555B0201.001", [1, 2, 3]);
        var times = new List<long>();
        hub.Instead = async context =>
        {
            if (context.Request.Method != "PUT" || times.Count == 2)
            {
                return false;
            }

            times.Add(Stopwatch.GetTimestamp());
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = status;
            if (retryAfter is not null)
            {
                context.Response.Headers.RetryAfter = retryAfter == "date" ? DateTimeOffset.UtcNow.AddSeconds(2).ToString("R", CultureInfo.InvariantCulture) : retryAfter;
            }

            return true;
        };
        await board.SyncAsync();
        Assert.Equal([1, 2, 3], Assert.Single(hub.Received).Bytes);
        var pause = Stopwatch.GetElapsedTime(times[0], times[1]).TotalSeconds;
        Assert.InRange(pause, retryAfter is null ? 0.19 : 0.9, retryAfter is null ? 1 : 4);
    }

    [Fact]
    public async Task One_thing_at_which_the_hub_fails_does_not_hold_up_the_rest()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        hub.Queue("555B0302.001", [1]);
        hub.Queue("555B0302.002", [2]);
        board.Write("555B0201.001", [1]);
        board.Write("555B0201.002", [1]);
        hub.Instead = context =>
        {
            var fails = context.Request.Path.Value!.EndsWith(".001", StringComparison.Ordinal);
            context.Response.StatusCode = fails ? 500 : 200;
            return Task.FromResult(fails);
        };
        var ran = await board.RunAsync();
        Assert.Equal(1, ran.ExitCode);
        Assert.Equal(2, ran.Err.Split('\n').Count(l => l.Contains("Again and again the hub answered 500", StringComparison.Ordinal)));
        Assert.Equal(["555B0302.002"], board.Consume().Select(p => p.Name));
        // Those behind it on its route do not overtake it
        Assert.Empty(hub.Received);
        hub.Instead = null;
        await board.SyncAsync();
        Assert.Equal(["555B0201.001", "555B0201.002"], hub.Received.Select(r => r.Name));
        Assert.Equal(["555B0302.001"], board.Consume().Select(p => p.Name));
    }

    [Fact]
    public async Task A_client_that_waits_for_its_next_try_ends_at_once_when_asked()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        board.Sync = "max_retries = 5\nretry_delay = 60";
        board.WriteConfig();
        board.Write("555B0201.001", [1]);
        hub.Instead = context =>
        {
            context.Response.StatusCode = context.Request.Method == "PUT" ? 503 : 200;
            return Task.FromResult(context.Request.Method == "PUT");
        };
        await using var client = await board.StartAsync("--verbose");
        await HubHost.UntilAsync(() => Task.FromResult(client.Out.Contains("trying again in", StringComparison.Ordinal)), "it waits for its next try");
        await client.SignalAsync(15);
        Assert.Equal(130, (await client.EndAsync(5)).ExitCode);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again_and_a_hub_that_is_gone_is_told_in_words()
    {
        var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        board.Write("555B0201.001", [1]);
        hub.Instead = async context =>
        {
            if (context.Request.Method != "PUT")
            {
                return false;
            }

            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("{\"detail\":\"Invalid filename\"}");
            return true;
        };
        var ran = await board.RunAsync();
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("555B0201.001 was not taken. The hub refused it (400): Invalid filename", ran.Err, StringComparison.Ordinal);
        Assert.Single(hub.Requests, r => r.StartsWith("PUT", StringComparison.Ordinal));
        await hub.DisposeAsync();
        ran = await board.RunAsync();
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("The hub can't be reached", ran.Err, StringComparison.Ordinal);
        Assert.Contains("connection refused", ran.Err, StringComparison.Ordinal);
        Assert.False(board.Metrics().GetProperty("success").GetBoolean());
    }

    [Theory]
    [InlineData("Repr-Digest", "sha-256=:{0}:")]
    [InlineData("Content-Digest", "sha-256=:{0}:")]
    [InlineData("Digest", "SHA-256={0}")]
    public async Task A_body_that_is_not_what_its_digest_says_is_fetched_again(string header, string form)
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var packet = hub.Queue("555B0302.001", Some.Bytes(_random, 1000));
        var times = 0;
        hub.Adorn = (context, _) => context.Response.Headers[header] = string.Format(
            CultureInfo.InvariantCulture, form, Convert.ToBase64String(SHA256.HashData(times++ == 0 ? [] : packet.Item2)));
        await board.SyncAsync();
        Assert.Equal(2, times);
        Some.AssertSame([packet], board.Consume());
    }

    [Fact]
    public async Task A_daemon_keeps_its_token_from_sync_to_sync()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        await using var daemon = await board.StartAsync("daemon");
        await HubHost.UntilAsync(() => Task.FromResult(hub.Requests.Count(r => r.EndsWith("/packets", StringComparison.Ordinal)) >= 4), "four syncs");
        Assert.Equal(1, hub.Tokens);
        await daemon.SignalAsync(2);
        Assert.Equal(130, (await daemon.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_hub_cannot_write_outside_INBOUND()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        hub.Queue("../../evil.001", [1]);
        hub.Queue("555B0302.001/../x", [1]);
        hub.Queue("556B0302.001", [1]);
        hub.Queue("", [1]);
        hub.Queue("555B0302.009", [1]);
        await board.RunAsync();
        Assert.Equal(["555B0302.009"], board.InboundNames());
    }

    [Fact]
    public async Task A_claim_link_writes_a_configuration_that_only_its_owner_may_read()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var claims = 0;
        hub.Instead = async context =>
        {
            if (context.Request.Path.Value != "/claim/abc")
            {
                return false;
            }

            Assert.Equal("POST", context.Request.Method);
            if (++claims > 1)
            {
                context.Response.StatusCode = 410;
                return true;
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$"""
                {"url":"{{hub.Address}}","client_id":"{{OldHub.ClientId}}","client_secret":"{{OldHub.Secret}}","bbs_name":"The \"Dive\"",
                 "leagues":[{"league_id":"555B","game":"BRE","number":"555","name":"Big","bbs_index":2,"fidonet_address":null}]}
                """);
            return true;
        };
        var path = Path.Combine(board.Folder, "new.toml");
        var ran = await board.RunAsync("init", $"{hub.Address}claim/abc", "--config", path);
        Assert.Equal(0, ran.ExitCode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var text = File.ReadAllText(path);
        Assert.Contains("[leagues.BRE.555]", text, StringComparison.Ordinal);
        Assert.Contains("bbs_index = 2", text, StringComparison.Ordinal);
        Assert.Contains("CHANGE-ME", text, StringComparison.Ordinal);
        Assert.Equal(0, (await board.RunAsync("test-connection", "--config", path)).ExitCode);

        Assert.Equal(2, (await board.RunAsync("init", $"{hub.Address}claim/abc", "--config", path)).ExitCode);
        Assert.Equal(1, claims);
        var used = await board.RunAsync("init", $"{hub.Address}claim/abc", "--config", path, "--force");
        Assert.Equal(1, used.ExitCode);
        Assert.Contains("used, expired or replaced", used.Err, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(path));
    }
}
