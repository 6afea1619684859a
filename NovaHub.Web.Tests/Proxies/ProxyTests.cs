using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;
using NovaHub.Web.Api.Arrival;
using NovaHub.Web.Tests.Api;

namespace NovaHub.Web.Tests.Proxies;

/// <summary>Debian's nginx and Caddy in front of a hub, configured as the operating guide says.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private HubHost _hub = null!;
    private HttpClient _two = null!;
    private HttpClient _three = null!;

    public async ValueTask InitializeAsync()
    {
        // As the guide has it: the proxy's own address is trusted
        Assert.Contains("\"Proxies\": [ \"127.0.0.1\" ]", OperatingGuide.Block("json", "Proxies"));
        _hub = await HubHost.StartAsync("Proxies:0=127.0.0.1");
        await _hub.AddLeagueAsync("555B");
        _two = await _hub.SignInAsync(await _hub.AddBoardAsync("Two", "555B:2"));
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
        await _three.FetchAsync("BRNODES.555");
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(FrontProxy.Nginx)]
    [InlineData(FrontProxy.Caddy)]
    public async Task A_board_that_confirms_loses_nothing_and_reads_nothing_twice_wherever_the_line_breaks(string kind)
    {
        await using var proxy = await FrontProxy.StartAsync(kind, _hub.Address);
        var random = new Random(kind.Length);
        var board = new CutBoard(proxy.Address, _three.DefaultRequestHeaders.Authorization!.ToString(), random);
        var sent = new Dictionary<long, string>();
        Break[] breaks = [.. Enumerable.Repeat(Break.InTheAnswer, 30), .. Enumerable.Repeat(Break.BeforeTheDisk, 5), .. Enumerable.Repeat(Break.BeforeTheReceipt, 5), .. Enumerable.Repeat(Break.BeforeTheReceiptsAnswer, 10)];
        random.Shuffle(breaks);
        foreach (var at in breaks)
        {
            do
            {
                // Until there is something to break off
                foreach (var size in (await _three.UnreadAsync()).Count == 0 ? random.GetItems([300, 5_000_000], 2) : [])
                {
                    var bytes = RandomNumberGenerator.GetBytes(size);
                    sent.Add(await _two.UploadedAsync($"555B0203.{sent.Count:D3}", bytes), Convert.ToHexStringLower(SHA256.HashData(bytes)));
                }
            }
            while (await board.SyncAsync(at));
        }

        Assert.True(await board.SyncAsync(Break.Never));
        Assert.Equal(sent.Select(s => (s.Key, s.Value)).Order(), board.Read.Order());
        Assert.Empty(await _three.UnreadAsync());
        Assert.All(await PacketsAsync(), p => Assert.Equal(DeliveryProof.Confirmed, p.DeliveryProof));
    }

    [Theory]
    [InlineData(FrontProxy.Nginx)]
    [InlineData(FrontProxy.Caddy)]
    public async Task Packets_of_any_size_that_the_hub_takes_get_through_and_larger_ones_are_refused(string kind)
    {
        await using var proxy = await FrontProxy.StartAsync(kind, _hub.Address);
        using var two = Through(proxy, _two);
        using var three = Through(proxy, _three);
        foreach (var (name, size) in new[] { ("555B0203.001", 300), ("555B0203.002", 5_000_000), ("555B0203.003", 10 * 1024 * 1024) })
        {
            var bytes = RandomNumberGenerator.GetBytes(size);
            await two.UploadedAsync(name, bytes);
            Assert.Equal(bytes, await three.FetchAsync(name));
        }

        try
        {
            await (await two.UploadAsync("555B0203.004", new byte[(10 * 1024 * 1024) + 1])).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        }
        catch (HttpRequestException reset) when (kind == FrontProxy.Caddy)
        {
            // Caddy hands the refusal on and closes while the body still comes: which of the two a board sees is chance
            Assert.IsAssignableFrom<IOException>(reset.InnerException);
        }

        // And the line to the hub is in order afterwards
        await two.UploadedAsync("555B0203.005", [1]);
        Assert.DoesNotContain(await PacketsAsync(), p => p.Name.Sequence == 4);
    }

    [Theory]
    [InlineData(FrontProxy.Nginx)]
    [InlineData(FrontProxy.Caddy)]
    public async Task A_plain_download_through_it_is_handed_to_the_proxy_and_the_boards_own_address_is_seen(string kind)
    {
        await using var proxy = await FrontProxy.StartAsync(kind, _hub.Address);
        using var three = Through(proxy, _three);
        await _two.UploadedAsync("555B0203.001", new byte[4000]);
        Assert.Equal(4000, (await three.FetchAsync("555B0203.001")).Length);
        await SettledAsync();
        Assert.Equal(DeliveryProof.HandedToProxy, Assert.Single(await PacketsAsync()).DeliveryProof);

        // What a board claims about its address is not believed: failures are counted at the one that the proxy saw
        using var stranger = Through(proxy, null);
        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "auth/token") { Content = HubHost.TokenForm("nobody", "wrong") };
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", $"192.0.2.{i}");
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync(request, HubHost.Stop)).StatusCode);
        }

        using var last = new HttpRequestMessage(HttpMethod.Post, "auth/token") { Content = HubHost.TokenForm("nobody", "wrong") };
        last.Headers.TryAddWithoutValidation("X-Forwarded-For", "192.0.2.99");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await stranger.SendAsync(last, HubHost.Stop)).StatusCode);
    }

    private static HttpClient Through(FrontProxy proxy, HttpClient? board)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, SslOptions = { RemoteCertificateValidationCallback = FrontProxy.IsOurs } })
        {
            BaseAddress = new Uri(proxy.Address, "/service/api/v1/"),
        };
        client.DefaultRequestHeaders.Authorization = board?.DefaultRequestHeaders.Authorization is { } token ? new AuthenticationHeaderValue(token.Scheme, token.Parameter) : null;
        return client;
    }

    private async Task SettledAsync()
    {
        await HubHost.UntilAsync(() => Task.FromResult(_hub.Get<DeliveriesUnderWay>().IsEmpty), "the last verdicts");
        await _hub.Get<GroupCommit>().WriteAsync(_ => true, HubHost.Stop);
    }

    private Task<IReadOnlyList<Packet>> PacketsAsync() => _hub.Get<LedgerReader>().LatestAsync(null, 200, HubHost.Stop);
}
