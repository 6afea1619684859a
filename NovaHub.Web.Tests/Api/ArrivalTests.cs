using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;
using NovaHub.Web.Api.Arrival;

namespace NovaHub.Web.Tests.Api;

/// <summary>How it is known that a plain download arrived: told by the system's counters, ended at a proxy, or not to be told at all.</summary>
public sealed class ArrivalTests
{
    private const string Name = "555B0203.001";

    [Theory]
    [InlineData(0)]
    [InlineData(104)]
    [InlineData(135)]
    public void Counters_that_are_too_short_tell_nothing(int length) => Assert.Null(TcpCounters.Parse(Filled(length)));

    [Fact]
    public void Counters_of_zeros_tell_nothing()
    {
        Assert.Null(TcpCounters.Parse(new byte[136]));
        Assert.NotNull(TcpCounters.Parse(Filled(136)));
    }

    [Fact]
    public void A_closed_socket_has_no_second_descriptor()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (var open = TcpCounters.Duplicate(socket))
        {
            Assert.NotNull(open);
        }

        socket.Dispose();
        Assert.Null(TcpCounters.Duplicate(socket));
    }

    [Fact]
    public async Task A_download_over_a_connection_that_the_system_does_not_count_is_sent_and_not_called_acknowledged()
    {
        var path = Path.Combine(Path.GetTempPath(), $"novahub-{Guid.NewGuid():N}.sock");
        await using var hub = await StartAsync($"Urls=http://127.0.0.1:0;http://unix:{path}");
        using var handler = new SocketsHttpHandler { ConnectCallback = async (_, stop) => await ConnectAsync(path, stop) };
        using var board = new HttpClient(handler) { BaseAddress = hub.Three.BaseAddress };
        board.DefaultRequestHeaders.Authorization = hub.Three.DefaultRequestHeaders.Authorization;
        Assert.Equal(3000, (await board.FetchAsync(Name)).Length);
        Assert.Equal(DeliveryProof.SentOnly, (await hub.DeliveredAsync()).DeliveryProof);
    }

    [Theory]
    [InlineData("", "", DeliveryProof.Acknowledged)]
    [InlineData("", "X-Forwarded-For: 192.0.2.7", DeliveryProof.HandedToProxy)]
    [InlineData("", "Forwarded: for=192.0.2.7", DeliveryProof.HandedToProxy)]
    [InlineData("", "Via: 1.1 somewhere", DeliveryProof.HandedToProxy)]
    [InlineData("", "X-Real-IP: 192.0.2.7", DeliveryProof.HandedToProxy)]
    [InlineData("Proxies:0=127.0.0.1", "", DeliveryProof.HandedToProxy)]
    [InlineData("Proxies:0=127.0.0.0/8", "X-Forwarded-For: 192.0.2.7", DeliveryProof.HandedToProxy)]
    [InlineData("Proxies:0=192.0.2.1", "", DeliveryProof.Acknowledged)]
    public async Task Through_a_proxy_a_download_is_handed_to_the_proxy_and_without_one_acknowledged(string setting, string header, DeliveryProof proof)
    {
        await using var hub = await StartAsync(setting is "" ? [] : [setting]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"leagues/555B/packets/{Name}");
        if (header.Split(": ") is [var name, var value])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await hub.Three.SendAsync(request, HubHost.Stop);
        Assert.Equal(3000, (await response.Content.ReadAsByteArrayAsync(HubHost.Stop)).Length);
        Assert.Equal("no", Assert.Single(response.Headers.GetValues("X-Accel-Buffering")));
        Assert.Equal(proof, (await hub.DeliveredAsync()).DeliveryProof);
    }

    [Fact]
    public async Task A_hub_that_ends_still_writes_down_what_arrived_the_moment_before()
    {
        var folder = "";
        await using (var hub = await StartAsync("ServiceApi:DeliveryWatch=00:00:00.5"))
        {
            await hub.Three.FetchAsync(Name);
            folder = Directory.CreateTempSubdirectory("novahub-ended-").FullName;
            await hub.Host.App.StopAsync(HubHost.Stop);
            File.Copy(Path.Combine(hub.Host.Folder, "novahub.db"), Path.Combine(folder, "novahub.db"));
            if (File.Exists(Path.Combine(hub.Host.Folder, "novahub.db-wal")))
            {
                File.Copy(Path.Combine(hub.Host.Folder, "novahub.db-wal"), Path.Combine(folder, "novahub.db-wal"));
            }
        }

        try
        {
            await using var again = await HubHost.StartInAsync(folder);
            Assert.NotNull((await again.Get<LedgerReader>().LatestAsync(null, 1, HubHost.Stop))[0].DeliveredAt);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task With_TLS_in_the_hub_itself_what_was_read_whole_is_delivered_and_nothing_else(SslProtocols version)
    {
        var certificate = Certificate();
        await using var hub = await StartAsync(
            "Urls=http://127.0.0.1:0;https://127.0.0.1:0", $"Kestrel:Certificates:Default:Path={certificate}", "Kestrel:Certificates:Default:Password=secret", "ServiceApi:DeliveryWatch=00:00:02");
        File.Delete(certificate);
        var secure = new Uri(hub.Host.Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(a => a.StartsWith("https:", StringComparison.Ordinal)));
        var whole = new List<string>();
        var random = new Random(5);
        for (var i = 2; i <= 60; i++)
        {
            var name = $"555B0203.{i:D3}";
            var size = (i % 10) switch { 0 or 9 => 5_000_000, 1 => 150_000, _ => random.Next(1, 6000) };
            await hub.Two.UploadedAsync(name, RandomNumberGenerator.GetBytes(size));
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, secure.Port, HubHost.Stop);
            var stream = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: true, (_, shown, _, _) => shown!.Subject == "CN=hub");
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "hub", EnabledSslProtocols = version }, HubHost.Stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /service/api/v1/leagues/555B/packets/{name} HTTP/1.1\r\nHost: hub\r\nAuthorization: {hub.Three.DefaultRequestHeaders.Authorization}\r\n\r\n"), HubHost.Stop);
            if (i % 2 == 0)
            {
                await ReadAsync(stream, size);
                whole.Add(name);
                await stream.ShutdownAsync();
            }
            else if (size > 16 * 1024)
            {
                // A record of TLS is taken whole, so only larger bodies can be read in part
                await stream.ReadExactlyAsync(new byte[100], HubHost.Stop);
            }

            tcp.Client.Dispose();
        }

        await hub.SettledAsync();
        var delivered = (await hub.Host.Get<LedgerReader>().LatestAsync(null, 100, HubHost.Stop)).Where(p => p.DeliveredAt is not null).ToList();
        Assert.Equal(whole.Order(), delivered.Select(p => p.Name.ToString()).Order());
        Assert.All(delivered, p => Assert.Equal(DeliveryProof.Acknowledged, p.DeliveryProof));
    }

    private static async Task ReadAsync(SslStream stream, int size)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!Encoding.ASCII.GetString([.. head]).EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, HubHost.Stop);
            head.Add(one[0]);
        }

        await stream.ReadExactlyAsync(new byte[size], HubHost.Stop);
    }

    private static string Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=hub", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(Path.GetTempPath(), $"novahub-{Guid.NewGuid():N}.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, "secret"));
        return path;
    }

    private static async Task<Stream> ConnectAsync(string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static byte[] Filled(int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)1);
        return bytes;
    }

    private static async Task<Hub> StartAsync(params string[] settings)
    {
        var host = await HubHost.StartAsync(settings);
        await host.AddLeagueAsync("555B");
        var two = await host.SignInAsync(await host.AddBoardAsync("Two", "555B:2"));
        var three = await host.SignInAsync(await host.AddBoardAsync("Three", "555B:3"));
        await two.UploadedAsync(Name, new byte[3000]);
        return new Hub(host, two, three);
    }

    private sealed record Hub(HubHost Host, HttpClient Two, HttpClient Three) : IAsyncDisposable
    {
        public async Task SettledAsync()
        {
            await HubHost.UntilAsync(() => Task.FromResult(Host.Get<DeliveriesUnderWay>().IsEmpty), "the last verdicts");
            await Host.Get<GroupCommit>().WriteAsync(_ => true, HubHost.Stop);
        }

        public async Task<Packet> DeliveredAsync()
        {
            await SettledAsync();
            await using var db = await Host.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
            var packet = await db.Set<Packet>().AsNoTracking().SingleAsync(HubHost.Stop);
            Assert.NotNull(packet.DeliveredAt);
            return packet;
        }

        public async ValueTask DisposeAsync()
        {
            Two.Dispose();
            Three.Dispose();
            await Host.DisposeAsync();
        }
    }
}
