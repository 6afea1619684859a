using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace NovaHub.Web.Tests.Api;

/// <summary>Programs at addresses that are people's or nobody's: no answer without words, and no body is left on the connection.</summary>
public sealed class StrayRequestTests : IAsyncLifetime
{
    private const string Prefix = "/service/api/v1";

    private readonly LogKeeper _log = new();
    private HubHost _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartInAsync(null, b => b.Host.UseSerilog(new LoggerConfiguration().MinimumLevel.Warning().WriteTo.Sink(_log).CreateLogger()));
        _log.Entries.Clear();
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static IReadOnlyList<(string Method, string Path, int Status)> Strays { get; } =
    [
        ("PUT", "/leagues/555B/packets/555B0203.001", 404),
        ("PUT", "/api/v1/leagues/555B/packets/555B0203.001", 404),
        ("POST", "/api/v1/auth/token", 404),
        ("GET", "/api/v1/me", 404),
        ("GET", "/healthz", 404),
        ("POST", "/healthz", 404),
        ("POST", "/not/here?a=b", 404),
        ("PUT", "/", 405),
        ("DELETE", "/leagues", 405),
        ("PUT", "/login", 405),
        ("PUT", "/console.css", 405),
        ("POST", "/logout", 400),
        ("POST", "/login", 400),
        ("POST", "/runs", 401),
        ("POST", "/_blazor/negotiate", 401),
        ("OPTIONS", "/", 405),
        ("OPTIONS", "*", 405),
        ("CONNECT", "hub:1", 405),
        ("TRACE", "/", 405),
        ("FOO", "/", 405),
        ("FOO", "/nowhere", 404),
        ("HEAD", "/", 405),
        ("HEAD", "/nowhere", 404),
    ];

    [Fact]
    public async Task A_refused_body_that_never_comes_is_no_event_for_the_log()
    {
        (string Path, int Status)[] refusals = [(Prefix + "/leagues/555B/packets/foo", 401), (Prefix + "/nothing", 404), ("/leagues/555B/packets/foo", 404)];
        await Task.WhenAll(refusals.SelectMany(r => new[] { "Content-Length: 100", "Transfer-Encoding: chunked" }.Select(length => TryAsync(r.Path, length, r.Status))));
        await _hub.App.StopAsync(HubHost.Stop);
        Assert.Empty(_log.Entries.Select(e => e.RenderMessage() + e.Exception));

        async Task TryAsync(string path, string length, int status)
        {
            using var client = new RawClient(_hub.Address);
            await client.SendAsync($"PUT {path} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n");
            Assert.Contains("Connection: close", await AssertProblemAsync(client, "PUT", path, status));
            // The server has ended the connection, and with it all that it has to say about it
            Assert.Equal("", await client.HeadersAsync());
        }
    }

    [Fact]
    public Task A_stray_request_gets_words_and_its_missing_body_swallows_nothing()
    {
        return Task.WhenAll(Strays.Select(TryAsync));

        async Task TryAsync((string Method, string Path, int Status) stray)
        {
            using var client = new RawClient(_hub.Address);
            await client.SendAsync($"{stray.Method} {stray.Path} HTTP/1.1\r\nHost: {HostOf(stray.Path)}\r\nContent-Length: 100\r\n\r\n");
            Assert.Contains("Connection: close", await AssertProblemAsync(client, stray.Method, stray.Path, stray.Status));
        }
    }

    [Fact]
    public Task A_stray_request_with_its_body_leaves_the_connection_in_order()
    {
        return Task.WhenAll(Strays.Select(TryAsync));

        async Task TryAsync((string Method, string Path, int Status) stray)
        {
            using var client = new RawClient(_hub.Address);
            // More than a page takes, and no more than a packet may have
            foreach (var length in new[] { 0, 1000, 2_000_000, 0 })
            {
                await client.SendAsync($"{stray.Method} {stray.Path} HTTP/1.1\r\nHost: {HostOf(stray.Path)}\r\nContent-Length: {length}\r\n\r\n{new string('x', length)}");
                Assert.DoesNotContain("Connection: close", await AssertProblemAsync(client, stray.Method, stray.Path, stray.Status));
            }

            await client.SendAsync("GET /health HTTP/1.1\r\nHost: hub\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200", await client.HeadersAsync());
        }
    }

    [Fact]
    public async Task A_page_that_is_asked_for_with_a_body_that_never_comes_swallows_nothing_either()
    {
        foreach (var (path, status) in new[] { ("/login", 200), ("/runs", 302), ("/nowhere", 302), ("/console.css", 200) })
        {
            using var client = new RawClient(_hub.Address);
            await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: hub\r\nAccept: text/html\r\nContent-Length: 100\r\n\r\n");
            var headers = await client.HeadersAsync();
            Assert.True(headers.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), $"{path}: {headers}");
            Assert.Contains("Connection: close", headers);
        }
    }

    [Fact]
    public async Task A_program_at_an_unknown_address_is_told_where_the_service_is()
    {
        foreach (var (method, path) in new[] { ("PUT", "/leagues/555B/packets/555B0203.001"), ("GET", "/api/v1/me"), ("DELETE", "/runs") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("*/*") } } };
            using var answer = await _hub.Client.SendAsync(request, HubHost.Stop);
            var problem = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(HubHost.Stop)).RootElement;
            Assert.Contains(Prefix, problem.Text("detail"));
        }
    }

    [Fact]
    public async Task A_program_that_takes_no_page_is_not_sent_to_one()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/runs") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("application/json") } } };
        await (await _hub.Client.SendAsync(request, HubHost.Stop)).ProblemAsync(HttpStatusCode.Unauthorized);
    }

    // The server compares the two
    private static string HostOf(string path) => path == "hub:1" ? path : "hub";

    private static async Task<string> AssertProblemAsync(RawClient client, string method, string path, int status)
    {
        var headers = await client.HeadersAsync();
        Assert.True(headers.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), $"{method} {path}: {headers}");
        Assert.Contains("Content-Type: application/problem+json", headers);
        if (method != "HEAD")
        {
            var length = headers.Split("\r\n").Single(h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))[15..];
            var problem = JsonDocument.Parse(await client.BodyAsync(int.Parse(length))).RootElement;
            Assert.Equal(status, problem.GetProperty("status").GetInt32());
            Assert.NotEmpty(problem.Text("detail"));
        }

        return headers;
    }

    private sealed class LogKeeper : ILogEventSink
    {
        public ConcurrentQueue<LogEvent> Entries { get; } = new();

        public void Emit(LogEvent logEvent) => Entries.Enqueue(logEvent);
    }
}
