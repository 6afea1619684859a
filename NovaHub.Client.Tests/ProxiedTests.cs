using NovaHub.Engine.Packets;
using NovaHub.Web.Tests.Proxies;

namespace NovaHub.Client.Tests;

/// <summary>The boards' program with a real nginx or Caddy before the hub, TLS outside, and a line that breaks.</summary>
public sealed class ProxiedTests
{
    private const int Points = 50;

    [Theory]
    [InlineData(FrontProxy.Nginx)]
    [InlineData(FrontProxy.Caddy)]
    public async Task A_line_that_breaks_at_fifty_random_points_before_a_proxy_loses_nothing_and_gives_the_game_nothing_twice(string kind)
    {
        await using var hub = await LeagueHub.StartAsync("Proxies:0=127.0.0.1");
        await using var front = await FrontProxy.StartAsync(kind, hub.Host.Address);
        await using var line = new CuttingProxy(front.Address);
        var random = new Random(kind[0]);
        using var board = new Board(new Uri($"https://localhost:{line.Address.Port}"), hub.Credentials.ClientId, hub.Credentials.ClientSecret)
        {
            Sync = "max_retries = 0\nretry_delay = 0.01\ntimeout_seconds = 20",
        };
        board.WriteConfig();
        Assert.Equal(0, (await SyncAsync(board, front)).ExitCode);
        var queued = new List<(string, byte[])>();
        var consumed = new List<(string, byte[])>();
        for (var point = 0; point < Points; point++)
        {
            // Every fifth time one that is larger than all that a proxy keeps for itself
            foreach (var size in point % 5 == 0 ? new[] { 300, 5_000_000 } : [300, 300])
            {
                queued.Add(await hub.QueueAsync($"555B0302.{queued.Count:D3}", Some.Bytes(random, size)));
            }

            // Sign-in, /me, the list and the receipts are some 15 kB with TLS
            line.CutAfter(random.Next(0, point % 5 == 0 ? 5_020_000 : 15_000));
            var ran = await SyncAsync(board, front);
            Assert.True(ran.ExitCode is 0 or 1, ran.All);
            consumed.AddRange(board.Consume());
        }

        line.CutAfter(long.MaxValue);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(0, (await SyncAsync(board, front)).ExitCode);
            consumed.AddRange(board.Consume());
        }

        Assert.True(line.Cuts > Points / 2, $"Only {line.Cuts} of {Points} lines were broken.");
        Some.AssertSame(queued, consumed);
        await hub.NothingUnreadAsync(2);
        Assert.All(await hub.Host.Get<LedgerReader>().LatestAsync(null, 200, HubHost.Stop), p => Assert.Equal(DeliveryProof.Confirmed, p.DeliveryProof));
    }

    private static async Task<Ran> SyncAsync(Board board, FrontProxy front)
    {
        await using var client = await board.StartAsync(["--verbose"], new Dictionary<string, string?> { ["SSL_CERT_FILE"] = front.CertificatePath });
        return await client.EndAsync();
    }
}
