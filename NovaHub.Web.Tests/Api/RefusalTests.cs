using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace NovaHub.Web.Tests.Api;

/// <summary>What a refusal leaves behind on its connection, and that each has the contract's form.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private const string Base = "/service/api/v1";
    private const string Packets = Base + "/leagues/555B/packets/";

    private HubHost _hub = null!;
    private string _two = "";

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartAsync("FailedAttempts:PerAddress=2", "ServiceApi:MaxPacketBytes=100000");
        await _hub.AddLeagueAsync("555B");
        _two = await _hub.TokenAsync(await _hub.AddBoardAsync("Two", "555B:2"));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static IReadOnlyList<(string Method, string Path, string Header, int Status)> Refusals { get; } =
    [
        ("PUT", Packets + "nonsense", "", 400),
        ("PUT", Packets + "555B0301.001", "", 403),
        ("PUT", Packets + "555B0301.001", "Transfer-Encoding: chunked", 403),
        ("PUT", Packets + "BRNODES.555", "", 403),
        ("PUT", Packets + "555B0201.001", "Authorization: Bearer wrong", 401),
        ("PUT", Base + "/leagues/555B/nodelist", "", 405),
        ("PUT", Base + "/nothing", "", 404),
        ("PUT", "//service/api/v1/leagues/555B/packets/555B0201.001", "", 404),
        ("POST", Base + "/auth/token", "Content-Type: application/json", 400),
        ("POST", Base + "/me", "Authorization: Basic Zm9vOmJhcg==", 405),
        ("GET", Base + "/me", "Authorization: Bearer wrong", 401),
        ("GET", Packets + "nonsense", "", 400),
        ("DELETE", Packets + "555B0201.001", "", 405),
        ("PATCH", "/health", "", 405),
        ("FETCH", Packets + "555B0201.001", "", 405),
    ];

    [Fact]
    public Task A_body_that_never_comes_does_not_swallow_the_next_request()
    {
        return Task.WhenAll(Refusals.Append(("PUT", Packets + "555B0201.001", "Content-Length: 100001", 413)).Select(r => TryAsync(r.Item1, r.Item2, r.Item3, r.Item4)));

        async Task TryAsync(string method, string path, string header, int status)
        {
            using var client = new RawClient(_hub.Address);
            await client.SendAsync(Head(method, path, header, 100));
            var answer = await AssertProblemAsync(client, status);
            // As clients do that take the answer for the end of the matter
            await client.TrySendAsync("GET /health HTTP/1.1\r\nHost: hub\r\n\r\n");
            client.Socket.Shutdown(SocketShutdown.Send);
            var next = await client.HeadersAsync();
            // A connection that says it ends is made anew by every client
            Assert.StartsWith(answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase) ? "" : "HTTP/1.1 200", next);
            Assert.DoesNotContain("400", next);
        }
    }

    [Fact]
    public Task A_body_that_comes_is_read_and_the_connection_goes_on()
    {
        return Task.WhenAll(Refusals.Select(r => TryAsync(r.Method, r.Path, r.Header, r.Status)));

        async Task TryAsync(string method, string path, string header, int status)
        {
            using var client = new RawClient(_hub.Address);
            for (var i = 0; i < 3; i++)
            {
                await client.SendAsync(Head(method, path, header, 50_000));
                // In parts, as a file is sent
                var body = header.StartsWith("Transfer", StringComparison.Ordinal) ? "c350\r\n" + new string('x', 50_000) + "\r\n0\r\n\r\n" : new string('x', 50_000);
                await client.SendAsync(body[..20_000]);
                await client.SendAsync(body[20_000..]);
                Assert.DoesNotContain("Connection: close", await AssertProblemAsync(client, status));
            }

            await client.SendAsync("GET /health HTTP/1.1\r\nHost: hub\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200", await client.HeadersAsync());
        }
    }

    [Fact]
    public async Task A_board_that_is_told_to_wait_can_go_on_on_its_connection()
    {
        using var client = new RawClient(_hub.Address);
        const string Form = "grant_type=client_credentials&client_id=nobody&client_secret=wrong";
        foreach (var status in new[] { 401, 401, 429, 429 })
        {
            await client.SendAsync(Head("POST", Base + "/auth/token", "Content-Type: application/x-www-form-urlencoded", Form.Length) + Form);
            await AssertProblemAsync(client, status);
        }

        await client.SendAsync("GET /health HTTP/1.1\r\nHost: hub\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.HeadersAsync());
    }

    [Fact]
    public async Task A_body_that_goes_on_for_ever_is_not_read_for_ever()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Head("PUT", Packets + "555B0301.001", "Transfer-Encoding: chunked", 0));
        var chunk = Encoding.ASCII.GetBytes("8000\r\n" + new string('x', 0x8000) + "\r\n");
        for (var i = 0; i < 4; i++)
        {
            await client.SendAsync(chunk);
        }

        Assert.Contains("Connection: close", await AssertProblemAsync(client, 403));
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", 400)]
    [InlineData("GET\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: hub\r\nno colon\r\n\r\n", 400)]
    [InlineData("PUT /service/api/v1/me HTTP/1.1\r\nHost: hub\r\nContent-Length: many\r\n\r\n", 400)]
    [InlineData("PUT /service/api/v1/me HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400)]
    [InlineData("PUT /service/api/v1/me HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: nonsense\r\n\r\n", 400)]
    [InlineData("PUT /service/api/v1/me HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/9.9\r\nHost: hub\r\n\r\n", 505)]
    [InlineData("GET hub:80 HTTP/1.1\r\nHost: hub\r\n\r\n", 405)]
    [InlineData("GET /service/%00 HTTP/1.1\r\nHost: hub\r\n\r\n", 400)]
    [InlineData("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400)]
    public async Task What_is_no_request_at_all_is_answered_in_json_too(string request, int status)
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(Encoding.Latin1.GetBytes(request));
        var answer = await AssertProblemAsync(client, status);
        Assert.Contains("Connection: close", answer);
        Assert.Contains("nosniff", answer);
        Assert.Equal("", await client.HeadersAsync());
    }

    [Fact]
    public async Task An_address_or_headers_that_are_too_long_are_refused_in_json()
    {
        using (var address = new RawClient(_hub.Address))
        {
            await address.TrySendAsync($"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: hub\r\n\r\n");
            await AssertProblemAsync(address, 414);
        }

        using var headers = new RawClient(_hub.Address);
        await headers.TrySendAsync($"GET /health HTTP/1.1\r\nHost: hub\r\nX-Long: {new string('a', 40_000)}\r\n\r\n");
        await AssertProblemAsync(headers, 431);
    }

    [Fact]
    public async Task A_request_that_breaks_behind_a_good_one_is_answered_in_json_behind_its_answer()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync("GET /health HTTP/1.1\r\nHost: hub\r\n\r\n");
        var good = await client.HeadersAsync();
        Assert.StartsWith("HTTP/1.1 200", good);
        await client.BodyAsync(Length(good));
        await client.SendAsync("nonsense\r\n\r\n");
        await AssertProblemAsync(client, 400);
    }

    [Fact]
    public async Task Over_tls_it_is_the_same()
    {
        using var key = RSA.Create(2048);
        var folder = Directory.CreateTempSubdirectory("novahub-tls-");
        try
        {
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            var file = Path.Combine(folder.FullName, "hub.pfx");
            await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pfx, "secret"), HubHost.Stop);
            await using var hub = await HubHost.StartAsync(
                "Kestrel:Endpoints:Tls:Url=https://127.0.0.1:0", $"Kestrel:Endpoints:Tls:Certificate:Path={file}", "Kestrel:Endpoints:Tls:Certificate:Password=secret");
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(hub.Address.Host, hub.Address.Port, HubHost.Stop);
            await using var tls = new SslStream(tcp.GetStream(), false, (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, HubHost.Stop);
            await tls.WriteAsync("GET /health HTTP/1.1\r\nHost: hub\r\n\r\n"u8.ToArray(), HubHost.Stop);
            var buffer = new byte[4096];
            Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer, HubHost.Stop)));
            await tls.WriteAsync("nonsense\r\n\r\n"u8.ToArray(), HubHost.Stop);
            using var reader = new StreamReader(tls);
            var text = await reader.ReadToEndAsync(HubHost.Stop);
            Assert.Contains("HTTP/1.1 400", text);
            Assert.Equal(400, JsonDocument.Parse(text[text.LastIndexOf("\r\n\r\n", StringComparison.Ordinal)..]).RootElement.GetProperty("status").GetInt32());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("//service/api/v1/me")]
    [InlineData("/service//api/v1/me")]
    [InlineData("/service/api/v1//me")]
    [InlineData("/service/api/v1/me//")]
    [InlineData("//service/api/v1/auth/token")]
    [InlineData("//health")]
    [InlineData("///service")]
    [InlineData("/service/api/v1/leagues//packets")]
    [InlineData("/service/api/v1/leagues/555B/packets//555B0201.001")]
    public async Task An_address_with_a_doubled_slash_is_404_in_json_and_says_why(string path)
    {
        using var client = new RawClient(_hub.Address);
        foreach (var method in new[] { "GET", "POST", "PUT", "HEAD", "DELETE" })
        {
            await client.SendAsync($"{method} {path} HTTP/1.1\r\nHost: hub\r\nContent-Length: 0\r\n\r\n");
            var answer = await client.HeadersAsync();
            Assert.StartsWith("HTTP/1.1 404", answer);
            Assert.Contains("application/problem+json", answer);
            if (method != "HEAD")
            {
                var problem = JsonDocument.Parse(await client.BodyAsync(Length(answer))).RootElement;
                Assert.Contains("two slashes", problem.Text("detail"));
            }
        }
    }

    private string Head(string method, string path, string header, int length)
    {
        List<string> lines = [$"{method} {path} HTTP/1.1", "Host: hub"];
        if (header != "")
        {
            lines.Add(header);
        }

        if (!header.StartsWith("Authorization", StringComparison.Ordinal))
        {
            lines.Add($"Authorization: Bearer {_two}");
        }

        if (!header.StartsWith("Content-Length", StringComparison.Ordinal) && !header.StartsWith("Transfer", StringComparison.Ordinal))
        {
            lines.Add($"Content-Length: {length}");
        }

        return string.Join("\r\n", lines) + "\r\n\r\n";
    }

    private static int Length(string headers) =>
        int.Parse(headers.Split("\r\n").Single(h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))[15..]);

    private static async Task<string> AssertProblemAsync(RawClient client, int status)
    {
        var headers = await client.HeadersAsync();
        Assert.StartsWith($"HTTP/1.1 {status}", headers);
        Assert.Contains("Content-Type: application/problem+json", headers);
        var problem = JsonDocument.Parse(await client.BodyAsync(Length(headers))).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.Text("detail"));
        return headers;
    }
}
