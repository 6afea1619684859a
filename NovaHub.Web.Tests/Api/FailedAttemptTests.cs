using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Security;

namespace NovaHub.Web.Tests.Api;

public sealed class FailedAttemptTests
{
    private static readonly IPAddress s_home = IPAddress.Parse("192.0.2.1");
    private readonly FakeTimeProvider _clock = new();
    private readonly FailedAttempts _attempts;

    public FailedAttemptTests() => _attempts = New(new FailedAttemptOptions());

    [Fact]
    public async Task After_twenty_failures_an_address_is_refused_over_http_and_a_token_in_hand_goes_on_working()
    {
        await using var hub = await HubHost.StartAsync();
        using var board = await hub.SignInAsync(await hub.AddBoardAsync("The Dive"));
        var other = await hub.AddBoardAsync("Never Here");
        // All at once: a burst gets no more guesses than a patient stranger
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => hub.AskTokenAsync(i % 2 == 0 ? other.ClientId : "nobody", "wrong")));
        Assert.Equal(20, answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(10, answers.Count(a => a.StatusCode == HttpStatusCode.TooManyRequests));

        using var refused = await hub.AskTokenAsync(other.ClientId, other.ClientSecret);
        var problem = await refused.ProblemAsync(HttpStatusCode.TooManyRequests);
        var seconds = refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        Assert.InRange(seconds, 1, 600);
        Assert.Contains($"try again in {Math.Ceiling(seconds / 60)} minutes", problem.Text("detail"));
        Assert.Equal(HttpStatusCode.OK, (await board.GetAsync("me", HubHost.Stop)).StatusCode);
    }

    [Fact]
    public async Task A_daemon_with_an_old_secret_locks_out_neither_itself_put_right_nor_two_boards_behind_the_same_address()
    {
        await using var hub = await HubHost.StartAsync();
        BoardCredentials[] healthy = [await hub.AddBoardAsync("Alpha"), await hub.AddBoardAsync("Beta")];
        var old = await hub.AddBoardAsync("Gamma");
        foreach (var board in healthy.Append(old))
        {
            await hub.TokenAsync(board);
        }

        var rotated = await hub.Get<BbsAdmin>().RotateAsync(old.ClientId, HubHost.Stop);
        // The old secret was known here and passes until it fails once; then it counts
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 25; i++)
        {
            statuses.Add((await hub.AskTokenAsync(old.ClientId, old.ClientSecret)).StatusCode);
        }

        Assert.Equal(20, statuses.TakeWhile(s => s == HttpStatusCode.Unauthorized).Count());
        Assert.All(statuses.Skip(20), s => Assert.Equal(HttpStatusCode.TooManyRequests, s));
        foreach (var board in healthy)
        {
            Assert.Equal(HttpStatusCode.OK, (await hub.AskTokenAsync(board.ClientId, board.ClientSecret)).StatusCode);
        }

        // Its sysop has given the new secret to another machine of the same house
        Assert.Equal(HttpStatusCode.OK, (await hub.AskTokenAsync(rotated.ClientId, rotated.ClientSecret)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await hub.AskTokenAsync(old.ClientId, old.ClientSecret)).StatusCode);
    }

    [Fact]
    public async Task Where_a_board_is_at_home_is_known_after_a_restart_of_the_hub()
    {
        var folder = Directory.CreateTempSubdirectory("novahub-homes-").FullName;
        try
        {
            BoardCredentials board;
            await using (var hub = await HubHost.StartInAsync(folder))
            {
                board = await hub.AddBoardAsync("Alpha");
                using var client = await hub.SignInAsync(board);
                Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("me", HubHost.Stop)).StatusCode);
            }

            await using var again = await HubHost.StartInAsync(folder);
            for (var i = 0; i < 21; i++)
            {
                await again.AskTokenAsync("nobody", "wrong");
            }

            Assert.Equal(HttpStatusCode.TooManyRequests, (await again.AskTokenAsync("nobody", "wrong")).StatusCode);
            await again.TokenAsync(board);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_healthy_client_never_meets_the_limit()
    {
        await using var hub = await HubHost.StartAsync("FailedAttempts:PerAddress=3");
        var board = await hub.AddBoardAsync("The Dive");
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => hub.AskTokenAsync(board.ClientId, board.ClientSecret)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_the_forwarded_address_counts_and_from_a_stranger_it_is_ignored()
    {
        await using var trusting = await HubHost.StartAsync("Proxies:0=127.0.0.0/8", "FailedAttempts:PerAddress=2");
        Assert.Equal("401 401 429 401", await TryFromAsync(trusting, "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"));
        await using var plain = await HubHost.StartAsync("FailedAttempts:PerAddress=2");
        Assert.Equal("401 401 429", await TryFromAsync(plain, "192.0.2.1", "192.0.2.2", "192.0.2.3"));

        static async Task<string> TryFromAsync(HubHost hub, params string[] addresses)
        {
            var answers = new List<int>();
            foreach (var address in addresses)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/service/api/v1/auth/token") { Content = HubHost.TokenForm("nobody", "wrong") };
                request.Headers.Add("X-Forwarded-For", address);
                using var response = await hub.Client.SendAsync(request, HubHost.Stop);
                answers.Add((int)response.StatusCode);
            }

            return string.Join(' ', answers);
        }
    }

    [Fact]
    public async Task A_proxy_that_is_no_address_stops_the_start_with_a_sentence()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => HubHost.StartAsync("Proxies:0=nonsense"));
        Assert.Contains("Proxies", failure.Message);
        var limits = await Assert.ThrowsAsync<OptionsValidationException>(() => HubHost.StartAsync("FailedAttempts:PerAddress=0"));
        Assert.Contains("FailedAttempts:PerAddress", limits.Message);
    }

    [Fact]
    public async Task Failures_of_an_address_are_forgotten_after_the_window()
    {
        await FailAsync(19, s_home, "a");
        _clock.Advance(TimeSpan.FromMinutes(4));
        await FailAsync(1, s_home, "b");
        Assert.Equal(TimeSpan.FromMinutes(6), await WaitAsync(s_home, "c"));
        _clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(await WaitAsync(s_home, "c"));
    }

    [Theory]
    [InlineData(-365)]
    [InlineData(365)]
    public async Task A_clock_that_is_set_neither_lengthens_a_wait_nor_forgets_failures(int days)
    {
        var clock = new SetClock(_clock);
        var attempts = new FailedAttempts(Options.Create(new FailedAttemptOptions()), clock);
        for (var i = 0; i < 20; i++)
        {
            using var attempt = await attempts.EnterAsync(s_home, "a", "wrong", true, HubHost.Stop);
            attempt.Failed();
        }

        _clock.Advance(TimeSpan.FromMinutes(4));
        clock.Ahead = TimeSpan.FromDays(days);
        using (var refused = await attempts.EnterAsync(s_home, "a", "wrong", true, HubHost.Stop))
        {
            Assert.Equal(TimeSpan.FromMinutes(6), refused.RetryAfter);
        }

        _clock.Advance(TimeSpan.FromMinutes(6));
        using var later = await attempts.EnterAsync(s_home, "a", "wrong", true, HubHost.Stop);
        Assert.Null(later.RetryAfter);
    }

    [Fact]
    public async Task A_refused_try_does_not_lengthen_the_wait()
    {
        await FailAsync(20, s_home, "a");
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.FromMinutes(5), await WaitAsync(s_home, "a"));
        Assert.Equal(TimeSpan.FromMinutes(5), await WaitAsync(s_home, "a"));
    }

    [Fact]
    public async Task A_success_clears_its_addresss_count()
    {
        await FailAsync(19, s_home, "a");
        await SucceedAsync(s_home, "board");
        await FailAsync(19, s_home, "a");
        Assert.Null(await WaitAsync(s_home, "a"));
    }

    [Fact]
    public async Task Fifty_failures_for_an_id_from_everywhere_lock_out_strangers_but_not_the_board_at_home()
    {
        await SucceedAsync(s_home, "board");
        for (var i = 0; i < 50; i++)
        {
            await FailAsync(1, IPAddress.Parse($"198.51.100.{i}"), "board");
        }

        Assert.NotNull(await WaitAsync(IPAddress.Parse("203.0.113.9"), "board"));
        Assert.Null(await WaitAsync(s_home, "board"));
        Assert.Null(await WaitAsync(IPAddress.Parse("203.0.113.9"), "other"));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await WaitAsync(IPAddress.Parse("203.0.113.9"), "board"));
    }

    [Fact]
    public async Task A_token_in_hand_shows_where_the_board_is_at_home()
    {
        _attempts.Welcome("board", s_home);
        for (var i = 0; i < 50; i++)
        {
            await FailAsync(1, IPAddress.Parse($"198.51.100.{i}"), "board");
        }

        Assert.Null(await WaitAsync(s_home, "board"));
    }

    [Fact]
    public async Task At_home_too_guessing_has_an_end_and_the_board_itself_gets_in()
    {
        await SucceedAsync(s_home, "board");
        for (var i = 0; i < 20; i++)
        {
            await FailWithAsync($"guess {i}", 1, s_home, "board");
        }

        Assert.NotNull(await WaitAsync(s_home, "board", "another guess"));
        // A stranger behind the same address guesses; the board is not the one who pays for it
        await SucceedAsync(s_home, "board");
    }

    [Fact]
    public async Task A_board_at_home_is_counted_in_with_nobody_and_nobody_with_it()
    {
        await SucceedAsync(s_home, "alpha");
        await SucceedAsync(s_home, "beta");
        await FailAsync(20, s_home, "alpha");
        Assert.NotNull(await WaitAsync(s_home, "alpha"));
        Assert.Null(await WaitAsync(s_home, "beta"));
        Assert.Null(await WaitAsync(s_home, "stranger"));

        await FailAsync(20, s_home, "stranger");
        Assert.NotNull(await WaitAsync(s_home, "another stranger"));
        Assert.Null(await WaitAsync(s_home, "beta"));
        Assert.Null(await WaitAsync(s_home, "beta", "right"));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await WaitAsync(s_home, "alpha"));
    }

    [Fact]
    public async Task A_secret_that_was_rotated_is_no_longer_let_through()
    {
        await SucceedAsync(s_home, "board", "old");
        await FailWithAsync("old", 20, s_home, "board");
        Assert.NotNull(await WaitAsync(s_home, "board", "old"));
        // Neither is it where it was never used
        Assert.Null(await WaitAsync(IPAddress.Parse("203.0.113.9"), "board", "old"));
    }

    [Fact]
    public async Task A_clock_that_is_put_back_keeps_nobody_out()
    {
        var clock = new WallClock(_clock);
        var attempts = new FailedAttempts(Options.Create(new FailedAttemptOptions { PerAddress = 1 }), clock);
        using (var first = await attempts.EnterAsync(s_home, "a", "wrong", true, HubHost.Stop))
        {
            first.Failed();
        }

        clock.Wrong = TimeSpan.FromDays(-365);
        using var second = await attempts.EnterAsync(s_home, "a", "wrong", true, HubHost.Stop);
        Assert.Equal(TimeSpan.FromMinutes(10), second.RetryAfter);
        _clock.Advance(TimeSpan.FromMinutes(10));
        using var third = await attempts.EnterAsync(s_home, "a", "wrong", true, HubHost.Stop);
        Assert.Null(third.RetryAfter);
    }

    [Fact]
    public async Task One_subscribers_ipv6_network_is_one_address()
    {
        await FailAsync(20, IPAddress.Parse("2001:db8:1:2::1"), "a");
        Assert.NotNull(await WaitAsync(IPAddress.Parse("2001:db8:1:2:ffff::9"), "b"));
        Assert.Null(await WaitAsync(IPAddress.Parse("2001:db8:1:3::1"), "b"));
        await FailAsync(20, s_home, "a");
        Assert.NotNull(await WaitAsync(s_home.MapToIPv6(), "b"));
    }

    [Fact]
    public async Task A_flood_of_strangers_takes_bounded_memory_and_hides_no_board()
    {
        var attempts = New(new FailedAttemptOptions { MostTracked = 100 });
        for (var i = 0; i < 50; i++)
        {
            using var attempt = await attempts.EnterAsync(IPAddress.Parse($"198.51.100.{i}"), "board", "wrong", true, HubHost.Stop);
            attempt.Failed();
        }

        for (var i = 0; i < 5000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            using var attempt = await attempts.EnterAsync(new IPAddress(0x0A000000L + i), $"invented{i}", "wrong", false, HubHost.Stop);
            attempt.Failed();
        }

        using var stranger = await attempts.EnterAsync(IPAddress.Parse("203.0.113.9"), "board", "wrong", true, HubHost.Stop);
        Assert.NotNull(stranger.RetryAfter);

        var log = new FailureLog<int>(20, TimeSpan.FromMinutes(10), 100);
        for (var i = 0; i < 5000; i++)
        {
            log.Begin(i);
            log.End(i, TimeSpan.FromMilliseconds(i), failed: true);
            Assert.InRange(log.Count, 0, 100);
        }
    }

    [Fact]
    public async Task Tries_without_an_outcome_count_for_nothing()
    {
        for (var i = 0; i < 100; i++)
        {
            using var attempt = await _attempts.EnterAsync(s_home, "a", "wrong", false, HubHost.Stop);
            Assert.Null(attempt.RetryAfter);
        }
    }

    // Its hands can be moved, and time stamps go on as they are
    private sealed class SetClock(TimeProvider time) : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Ahead;

        public override long GetTimestamp() => time.GetTimestamp();
    }

    private FailedAttempts New(FailedAttemptOptions options) => new(Options.Create(options), _clock);

    private Task FailAsync(int times, IPAddress address, string id) => FailWithAsync("wrong", times, address, id);

    private async Task FailWithAsync(string secret, int times, IPAddress address, string id)
    {
        for (var i = 0; i < times; i++)
        {
            using var attempt = await _attempts.EnterAsync(address, id, secret, true, HubHost.Stop);
            Assert.Null(attempt.RetryAfter);
            attempt.Failed();
        }
    }

    private async Task SucceedAsync(IPAddress address, string id, string secret = "right")
    {
        using var attempt = await _attempts.EnterAsync(address, id, secret, true, HubHost.Stop);
        Assert.Null(attempt.RetryAfter);
        attempt.Succeeded();
    }

    private async Task<TimeSpan?> WaitAsync(IPAddress address, string id, string secret = "wrong")
    {
        using var attempt = await _attempts.EnterAsync(address, id, secret, true, HubHost.Stop);
        return attempt.RetryAfter;
    }

    /// <summary>A clock on the wall that somebody can set, beside one that only goes on.</summary>
    private sealed class WallClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Wrong { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Wrong;
    }
}
