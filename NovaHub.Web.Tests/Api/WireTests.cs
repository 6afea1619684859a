using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace NovaHub.Web.Tests.Api;

/// <summary>What only shows on the wire: bodies that end early, clients that ask first, connections that break.</summary>
public sealed class WireTests : IAsyncLifetime
{
    private const string Packet = "/service/api/v1/leagues/555B/packets/555B0203.001";

    private readonly StandingClock _clock = new();
    private HubHost _hub = null!;
    private HttpClient _two = null!;
    private HttpClient _three = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartInAsync(
            null, builder => builder.Services.AddSingleton<TimeProvider>(_clock), "ServiceApi:MaxPacketBytes=6000000", "ServiceApi:DeliveryWatch=00:00:00.8");
        await _hub.AddLeagueAsync("555B");
        _two = await _hub.SignInAsync(await _hub.AddBoardAsync("Two", "555B:2"));
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
        await _three.FetchAsync("BRNODES.555");
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_body_that_ends_early_stores_nothing()
    {
        using (var client = new RawClient(_hub.Address))
        {
            await client.SendAsync(Head("PUT", _two, "Content-Length: 1000") + new string('x', 500));
            client.Socket.Shutdown(SocketShutdown.Send);
            await client.HeadersAsync();
        }

        using (var client = new RawClient(_hub.Address))
        {
            await client.SendAsync(Head("PUT", _two, "Transfer-Encoding: chunked") + "64\r\n" + new string('x', 50));
            client.Socket.Shutdown(SocketShutdown.Send);
            await client.HeadersAsync();
        }

        // A commit that came after them shows that neither will come
        await _two.UploadedAsync("555B0203.002", [1]);
        Assert.Equal(["555B0203.002"], await _three.UnreadAsync());
    }

    [Fact]
    public async Task A_malformed_chunk_is_400_and_stores_nothing()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("PUT", _two, "Transfer-Encoding: chunked") + "zz\r\nhello\r\n");
        await AssertProblemAsync(client, 400);
        Assert.Empty(await _three.UnreadAsync());
    }

    [Fact]
    public async Task A_chunked_upload_is_taken()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("PUT", _two, "Transfer-Encoding: chunked") + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.HeadersAsync());
        Assert.Equal("hello world", Encoding.ASCII.GetString(await _three.FetchAsync("555B0203.001")));
    }

    [Fact]
    public async Task A_chunked_body_is_refused_as_soon_as_it_passes_the_limit()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("PUT", _two, "Transfer-Encoding: chunked"));
        var chunk = Encoding.ASCII.GetBytes("100000\r\n" + new string('x', 0x100000) + "\r\n");
        for (var i = 0; i < 6; i++)
        {
            await client.SendAsync(chunk);
        }

        // The body has not ended, and the answer is there
        await AssertProblemAsync(client, 413);
        Assert.Empty(await _three.UnreadAsync());
    }

    [Theory]
    [InlineData("Content-Length: 6000001", true, 413)]
    [InlineData("Content-Length: 99999999999", true, 413)]
    [InlineData("Content-Length: 100", false, 401)]
    public async Task A_client_that_asks_first_is_refused_before_it_sends(string length, bool signedIn, int status)
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("PUT", signedIn ? _two : null, length, "Expect: 100-continue"));
        var headers = await AssertProblemAsync(client, status);
        Assert.Contains("Connection: close", headers);
    }

    [Fact]
    public async Task A_client_that_asks_first_about_a_foreign_packet_is_refused_before_it_sends()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("PUT", _three, "Content-Length: 100", "Expect: 100-continue"));
        await AssertProblemAsync(client, 403);
    }

    [Fact]
    public async Task A_client_that_asks_first_and_may_send_is_told_to_go_on()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("PUT", _two, "Content-Length: 5", "Expect: 100-continue"));
        Assert.StartsWith("HTTP/1.1 100", await client.HeadersAsync());
        await client.SendAsync("hello");
        Assert.StartsWith("HTTP/1.1 200", await client.HeadersAsync());
    }

    [Fact]
    public async Task Too_large_a_body_is_refused_from_its_length_alone()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("PUT", _two, "Content-Length: 6000001"));
        await AssertProblemAsync(client, 413);
    }

    [Theory]
    [InlineData(5 * 1024 * 1024, 16 * 1024, false)]
    [InlineData(5 * 1024 * 1024, 16 * 1024, true)]
    [InlineData(3000, 1000, false)]
    [InlineData(3000, 1000, true)]
    [InlineData(100, 100, false)]
    public async Task A_download_that_broke_off_half_way_leaves_the_packet_unread(int size, int read, bool abrupt)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        await _two.UploadedAsync("555B0203.001", bytes);
        // The break comes within the time that the hub watches for one, however long this machine takes for it
        _clock.Stand();
        using (var client = new RawClient(_hub.Address, receiveBuffer: 4096))
        {
            await client.SendAsync(Head("GET", _three));
            // By hand, so that not a byte more is taken from the connection
            await client.Stream.ReadExactlyAsync(new byte[read], HubHost.Stop);
            client.Socket.LingerState = new LingerOption(abrupt, 0);
        }

        _clock.GoOn();
        // This download waits for the outcome of the first
        Assert.Equal(["555B0203.001"], await _three.UnreadAsync());
        Assert.Equal(bytes, await _three.FetchAsync("555B0203.001"));
        Assert.Empty(await _three.UnreadAsync());
    }

    [Fact]
    public async Task A_half_closed_connection_that_got_half_leaves_the_packet_unread()
    {
        var bytes = new byte[5 * 1024 * 1024];
        await _two.UploadedAsync("555B0203.001", bytes);
        using (var client = new RawClient(_hub.Address, receiveBuffer: 4096))
        {
            await client.SendAsync(Head("GET", _three));
            await client.Stream.ReadExactlyAsync(new byte[10_000], HubHost.Stop);
            client.Socket.Shutdown(SocketShutdown.Send);
            var rest = 0;
            var buffer = new byte[65536];
            for (int n; (n = await ReadOrEndAsync(client, buffer)) > 0; rest += n)
            {
            }

            Assert.NotEqual(bytes.Length, rest);
        }

        Assert.Equal(bytes.Length, (await _three.FetchAsync("555B0203.001")).Length);
        Assert.Empty(await _three.UnreadAsync());

        static async Task<int> ReadOrEndAsync(RawClient client, byte[] buffer)
        {
            try
            {
                return await client.Stream.ReadAsync(buffer, HubHost.Stop);
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200_000)]
    public async Task A_client_that_reads_everything_and_closes_at_once_has_it(int more)
    {
        var bytes = new byte[1 + more];
        for (var i = 0; i < 10; i++)
        {
            bytes[0] = (byte)i;
            await _two.UploadedAsync("555B0203.001", bytes);
            using (var client = new RawClient(_hub.Address))
            {
                await client.SendAsync(Head("GET", _three, "Connection: close"));
                Assert.StartsWith("HTTP/1.1 200", await client.HeadersAsync());
                Assert.Equal(bytes, await client.BodyAsync(bytes.Length));
            }

            Assert.Empty(await _three.UnreadAsync());
        }
    }

    [Fact]
    public async Task A_client_that_keeps_its_connection_and_asks_nothing_has_it_too()
    {
        await _two.UploadedAsync("555B0203.001", [1, 2, 3]);
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("GET", _three));
        await client.HeadersAsync();
        await client.BodyAsync(3);
        // On another connection, at once
        Assert.Empty(await _three.UnreadAsync());
    }

    [Fact]
    public async Task Answers_name_no_server_and_allow_no_other_origin()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "me");
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Cookie", "novahub=1");
        using var response = await _two.SendAsync(request, HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain(response.Headers, h => h.Key is "Server" or "Set-Cookie" or "X-Powered-By" || h.Key.StartsWith("Access-Control-", StringComparison.Ordinal));
        using var preflight = await _two.SendAsync(new HttpRequestMessage(HttpMethod.Options, "me"), HubHost.Stop);
        await preflight.ProblemAsync(HttpStatusCode.MethodNotAllowed);
    }

    private static string Head(string method, HttpClient? board, params string[] headers)
    {
        List<string> lines = [$"{method} {Packet} HTTP/1.1", "Host: hub", .. headers];
        if (board is not null)
        {
            lines.Add($"Authorization: {board.DefaultRequestHeaders.Authorization}");
        }

        return string.Join("\r\n", lines) + "\r\n\r\n";
    }

    private static async Task<string> AssertProblemAsync(RawClient client, int status)
    {
        var headers = await client.HeadersAsync();
        Assert.StartsWith($"HTTP/1.1 {status}", headers);
        Assert.Contains("Content-Type: application/problem+json", headers);
        var length = int.Parse(headers.Split('\n').Single(h => h.StartsWith("Content-Length:", StringComparison.Ordinal))[15..]);
        var problem = JsonDocument.Parse(await client.BodyAsync(length)).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.Text("detail"));
        return headers;
    }

    /// <summary>The hub's clock. While it stands nothing lasts any time, and timers fire as ever.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private long _stopped;

        public void Stand() => Volatile.Write(ref _stopped, base.GetTimestamp());

        public void GoOn() => Volatile.Write(ref _stopped, 0);

        public override long GetTimestamp() => Volatile.Read(ref _stopped) is not 0 and var at ? at : base.GetTimestamp();
    }
}
