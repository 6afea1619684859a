using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Tests.Api;

namespace NovaHub.Web.Tests.Clients;

/// <summary>
/// The PowerShell client's sequence of requests, on both of its kinds of connection: Windows PowerShell asks with
/// <c>Expect: 100-continue</c>, waits a third of a second and then sends its body whatever came; PowerShell 7, and our own
/// client, speak through .NET's HttpClient.
/// </summary>
public sealed class KeepAliveBoardTests : IAsyncLifetime
{
    private const string Api = "/service/api/v1";

    private HubHost _hub = null!;
    private BoardCredentials _two = null!;
    private HttpClient _three = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartAsync();
        await _hub.AddLeagueAsync("555B");
        _two = await _hub.AddBoardAsync("Two", "555B:2");
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
        await _three.FetchAsync("BRNODES.555");
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task Windows_PowerShell_signs_in_uploads_lists_and_fetches_on_one_connection()
    {
        using var board = new WebRequestBoard(_hub.Address);
        var token = await board.SignInAsync(_two);
        Assert.Equal(200, (await board.SendAsync("GET", "/me", token)).Status);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await board.SendAsync("PUT", $"/leagues/555B/packets/555B0203.{i:D3}", token, new byte[3000 + i])).Status);
        }

        Assert.Equal(200, (await board.SendAsync("GET", "/leagues/555B/packets?unread=true", token)).Status);
        var list = await board.SendAsync("GET", "/leagues/555B/packets/BRNODES.555", token);
        Assert.Equal(200, list.Status);
        Assert.NotEmpty(list.Body);
        Assert.Equal(1, board.Connections);
        Assert.Equal(20, (await _three.UnreadAsync()).Count);
    }

    [Theory]
    [InlineData("/leagues/555B/packets/555B0301.001", 403)]
    [InlineData("/leagues/555B/packets/NOTES.TXT", 400)]
    [InlineData("/leagues/999B/packets/999B0201.001", 403)]
    [InlineData("/leagues/555B/nodelist", 405)]
    [InlineData("/nothing", 404)]
    public async Task Windows_PowerShell_whose_file_is_refused_goes_on_with_its_next_request(string path, int status)
    {
        using var board = new WebRequestBoard(_hub.Address);
        var token = await board.SignInAsync(_two);
        for (var i = 0; i < 3; i++)
        {
            var refused = await board.SendAsync("PUT", path, token, new byte[50_000]);
            Assert.Equal(status, refused.Status);
            Assert.NotEmpty(JsonDocument.Parse(refused.Body).RootElement.Text("detail"));
            Assert.Equal(200, (await board.SendAsync("GET", "/leagues/555B/packets?unread=true", token)).Status);
            Assert.Equal(200, (await board.SendAsync("PUT", $"/leagues/555B/packets/555B0203.{i:D3}", token, new byte[50_000])).Status);
        }

        Assert.Equal(3, (await _three.UnreadAsync()).Count);
    }

    [Fact]
    public async Task Windows_PowerShell_that_waited_too_short_and_sends_its_body_after_a_refusal_swallows_nothing()
    {
        using var board = new WebRequestBoard(_hub.Address);
        var token = await board.SignInAsync(_two);
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(
            $"PUT {Api}/leagues/555B/packets/555B0301.001 HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\nExpect: 100-continue\r\nContent-Length: 50000\r\n\r\n");
        // Its patience ended before the answer was there
        await client.TrySendAsync(new string('x', 50_000));
        var answer = await client.HeadersAsync();
        Assert.StartsWith("HTTP/1.1 403", answer);
        Assert.Contains("Connection: close", answer);
    }

    [Fact]
    public async Task An_upload_whose_token_died_is_told_so_with_its_body_sent_and_goes_on_with_a_new_one()
    {
        using var board = new WebRequestBoard(_hub.Address);
        Assert.Equal(401, (await board.SendAsync("PUT", "/leagues/555B/packets/555B0203.001", "dead", new byte[90_000])).Status);
        var token = await board.SignInAsync(_two);
        Assert.Equal(200, (await board.SendAsync("PUT", "/leagues/555B/packets/555B0203.001", token, new byte[90_000])).Status);
    }

    [Fact]
    public async Task PowerShell_7_and_our_own_client_keep_one_connection_through_refusals_and_broken_downloads()
    {
        var connections = 0;
        using var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            UseCookies = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        using var board = new HttpClient(handler) { BaseAddress = new Uri(_hub.Address, $"{Api}/") };
        board.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await _hub.TokenAsync(_two));
        for (var i = 0; i < 5; i++)
        {
            await (await board.UploadAsync("555B0301.001", new byte[400_000])).ProblemAsync(HttpStatusCode.Forbidden);
            await (await board.UploadAsync("NOTES.TXT", new byte[10_000], "555B")).ProblemAsync(HttpStatusCode.BadRequest);
            await board.UploadedAsync($"555B0203.{i:D3}", new byte[2000 + i]);
            using var head = await board.SendAsync(new HttpRequestMessage(HttpMethod.Head, "leagues/555B/nodelist"), HubHost.Stop);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            using var known = new HttpRequestMessage(HttpMethod.Get, "leagues/555B/nodelist");
            known.Headers.IfNoneMatch.Add(head.Headers.ETag!);
            Assert.Equal(HttpStatusCode.NotModified, (await board.SendAsync(known, HubHost.Stop)).StatusCode);
        }

        Assert.Equal(1, connections);
        await _three.UploadedAsync("555B0302.001", new byte[6_000_000]);
        for (var i = 0; i < 3; i++)
        {
            using var half = await board.GetAsync("leagues/555B/packets/555B0302.001", HttpCompletionOption.ResponseHeadersRead, HubHost.Stop);
            await using var body = await half.Content.ReadAsStreamAsync(HubHost.Stop);
            await body.ReadExactlyAsync(new byte[20_000], HubHost.Stop);
        }

        Assert.Contains("555B0302.001", await board.UnreadAsync());
        Assert.Equal(6_000_000, (await board.FetchAsync("555B0302.001")).Length);
        Assert.DoesNotContain("555B0302.001", await board.UnreadAsync());
    }

    /// <summary>What HttpWebRequest of the .NET Framework puts on the wire.</summary>
    private sealed class WebRequestBoard(Uri hub) : IDisposable
    {
        // ServicePoint's patience with a server that says nothing to Expect
        private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(350);

        private RawClient? _connection;

        public int Connections { get; private set; }

        public async Task<string> SignInAsync(BoardCredentials board)
        {
            var form = Encoding.ASCII.GetBytes($"grant_type=client_credentials&client_id={board.ClientId}&client_secret={board.ClientSecret}");
            var (status, body) = await SendAsync("POST", "/auth/token", null, form, "application/x-www-form-urlencoded");
            Assert.Equal(200, status);
            return JsonDocument.Parse(body).RootElement.Text("access_token");
        }

        public async Task<(int Status, byte[] Body)> SendAsync(string method, string path, string? token, byte[]? body = null, string type = "application/octet-stream")
        {
            if (_connection is null)
            {
                _connection = new RawClient(hub);
                Connections++;
            }

            var head = $"{method} {Api}{path} HTTP/1.1\r\nUser-Agent: Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1\r\nHost: {hub.Authority}\r\n";
            head += token is null ? "" : $"Authorization: Bearer {token}\r\n";
            await _connection.SendAsync(head + (body is null ? "\r\n" : $"Content-Type: {type}\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"));
            var answer = _connection.HeadersAsync();
            if (body is not null)
            {
                if (await Task.WhenAny(answer, Task.Delay(s_patience, HubHost.Stop)) != answer)
                {
                    await _connection.TrySendAsync(body);
                }
                else if ((await answer).StartsWith("HTTP/1.1 100", StringComparison.Ordinal))
                {
                    await _connection.TrySendAsync(body);
                    answer = _connection.HeadersAsync();
                }
            }

            var headers = await answer;
            if (headers.StartsWith("HTTP/1.1 100", StringComparison.Ordinal))
            {
                headers = await _connection.HeadersAsync();
            }

            return (int.Parse(headers[9..12]), await ReadAsync(headers));
        }

        public void Dispose() => _connection?.Dispose();

        private async Task<byte[]> ReadAsync(string headers)
        {
            var lines = headers.Split("\r\n");
            byte[] body;
            if (lines.FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } length)
            {
                body = await _connection!.BodyAsync(int.Parse(length[15..]));
            }
            else
            {
                body = await _connection!.ChunksAsync();
            }

            if (lines.Contains("Connection: close", StringComparer.OrdinalIgnoreCase))
            {
                _connection.Dispose();
                _connection = null;
            }

            return body;
        }
    }
}
