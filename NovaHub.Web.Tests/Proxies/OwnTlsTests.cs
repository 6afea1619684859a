using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using NovaHub.Web.Tests.Api;

namespace NovaHub.Web.Tests.Proxies;

/// <summary>TLS in the hub itself, configured as the operating guide says.</summary>
public sealed class OwnTlsTests
{
    [Fact]
    public async Task The_guides_configuration_makes_the_hub_speak_TLS_itself()
    {
        var folder = Directory.CreateTempSubdirectory("novahub-tls-").FullName;
        try
        {
            var (certificate, key) = FrontProxy.WriteCertificate(folder);
            var text = OperatingGuide.Block("json", "Certificates").With(
                ("https://0.0.0.0:443", "http://127.0.0.1:0;https://127.0.0.1:0"),
                ("/etc/letsencrypt/live/hub.example/fullchain.pem", certificate), ("/etc/letsencrypt/live/hub.example/privkey.pem", key));
            await using var hub = await HubHost.StartAsync([.. Settings("", JsonDocument.Parse(text).RootElement)]);
            await hub.AddLeagueAsync("555B");
            using var two = await hub.SignInAsync(await hub.AddBoardAsync("Two", "555B:2"));
            var secure = hub.Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(a => a.StartsWith("https:", StringComparison.Ordinal));
            using var board = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = FrontProxy.IsOurs } })
            {
                BaseAddress = new Uri(new Uri(secure), "/service/api/v1/"),
            };
            board.DefaultRequestHeaders.Authorization = two.DefaultRequestHeaders.Authorization;
            Assert.Equal(["BRNODES.555"], await board.UnreadAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Settings(string prefix, JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(p => Settings(prefix.Length == 0 ? p.Name : $"{prefix}:{p.Name}", p.Value))
        : [$"{prefix}={element.GetString()}"];
}
