using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;
using NovaHub.Web.Api.Arrival;

namespace NovaHub.Web.Tests.Api;

/// <summary>
/// Plain downloads of a busy hub that break off at random moments on connections that were used before: what was not
/// read whole is never counted as delivered.
/// </summary>
public sealed class BrokenDownloadTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Boards = 12;
    private static readonly LeagueId s_league = LeagueId.Parse("555B");
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(3);

    private HubHost _hub = null!;
    private HttpClient _three = null!;
    private string _token = "";

    public async ValueTask InitializeAsync()
    {
        // The reader of a kept connection goes within this time, however busy this machine is
        _hub = await HubHost.StartAsync($"ServiceApi:DeliveryWatch={s_watch}");
        await _hub.AddLeagueAsync("555B");
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
        _token = _three.DefaultRequestHeaders.Authorization!.ToString();
        for (var i = 0; i < Boards; i++)
        {
            await _hub.AddBoardAsync($"Board {i}", $"555B:{10 + i}");
        }
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("closed before a byte was read", 700)]
    [InlineData("reset before a byte was read", 300)]
    [InlineData("half read", 500)]
    [InlineData("half read, then reset", 300)]
    [InlineData("half read, then shut down and closed", 300)]
    [InlineData("pipelined", 500)]
    [InlineData("pipelined a piece at a time", 300)]
    [InlineData("said to send no more, then reset within 20 ms", 300)]
    [InlineData("said to send no more, then closed within 20 ms", 300)]
    [InlineData("said to send no more, then reset within the watch", 200)]
    [InlineData("said to send no more, then closed within the watch", 200)]
    [InlineData("answered, then said to send no more, then reset within 20 ms", 200)]
    [InlineData("answered, then said to send no more, then closed within the watch", 200)]
    [InlineData("one answer asked for, answered, then said to send no more, then closed within the watch", 200)]
    public async Task A_download_that_was_not_read_whole_is_never_counted(string manner, int tries)
    {
        var packets = await UploadAsync(tries);
        var whole = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, tries, new ParallelOptions { MaxDegreeOfParallelism = 40, CancellationToken = HubHost.Stop }, async (i, _) =>
        {
            var random = new Random((manner.Length * 10_000) + i);
            try
            {
                using var client = await WarmAsync();
                await TryAsync(client, manner, packets[i], random, whole.Add);
            }
            catch (Exception failure) when (failure is SocketException or IOException)
            {
                // The hub was quicker to close: nothing more was read
            }
        });

        await SettledAsync();
        var delivered = (await _hub.Get<LedgerReader>().LatestAsync(s_league, 10_000, HubHost.Stop)).Where(p => p.DeliveredAt is not null).Select(p => p.Name.ToString()).ToHashSet();
        var wrong = delivered.Except(whole).ToList();
        output.WriteLine($"{manner}: {tries} tries, {whole.Count} read whole, {delivered.Count} counted, {wrong.Count} of them not read whole");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {tries} counted although they were not read whole: {string.Join(", ", wrong.Take(5))}");
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("told of no more requests")]
    [InlineData("asked for one answer only")]
    public async Task What_was_read_whole_is_counted_whether_the_connection_is_closed_or_used_on(string end)
    {
        var packets = await UploadAsync(100);
        await Parallel.ForAsync(0, packets.Length, new ParallelOptions { MaxDegreeOfParallelism = packets.Length, CancellationToken = HubHost.Stop }, async (i, _) =>
        {
            using var client = await WarmAsync();
            for (var k = 0; k < 3; k++)
            {
                await client.SendAsync(Get(packets[i][k].Name, k == 2 && end.StartsWith("asked", StringComparison.Ordinal) ? "Connection: close\r\n" : ""));
                Assert.True(await ReadAnswerAsync(client));
            }

            if (end != "closed")
            {
                if (end.StartsWith("told", StringComparison.Ordinal))
                {
                    client.Socket.Shutdown(SocketShutdown.Send);
                }

                // The hub ends its half, too, when it knows what became of its answers
                Assert.Equal(0, await client.Stream.ReadAsync(new byte[1], HubHost.Stop));
            }
        });
        await SettledAsync();
        Assert.DoesNotContain(await _hub.Get<LedgerReader>().LatestAsync(s_league, 10_000, HubHost.Stop), p => p.DeliveredAt is null);
    }

    private async Task TryAsync(RawClient client, string manner, IReadOnlyList<Sent> packets, Random random, Action<string> whole)
    {
        if (manner.StartsWith("pipelined", StringComparison.Ordinal))
        {
            var all = string.Concat(packets.Select(p => Get(p.Name)));
            if (manner == "pipelined")
            {
                await client.SendAsync(all);
            }
            else
            {
                // Cut in the middle of later requests, too
                for (var at = 0; at < all.Length;)
                {
                    var length = Math.Min(all.Length - at, random.Next(1, 400));
                    await client.SendAsync(all.Substring(at, length));
                    at += length;
                    Pause(random);
                }
            }

            foreach (var packet in packets.Take(random.Next(packets.Count)))
            {
                if (await ReadAnswerAsync(client))
                {
                    whole(packet.Name);
                }
            }

            Pause(random);
        }
        else if (manner.Contains("send no more", StringComparison.Ordinal))
        {
            await SayNoMoreAsync(client, manner, packets[0], random);
        }
        else
        {
            await client.SendAsync(Get(packets[0].Name));
            Pause(random);
            if (manner.StartsWith("half", StringComparison.Ordinal))
            {
                // Part of what its machine has is read; the rest goes with the reader
                await client.Stream.ReadExactlyAsync(new byte[random.Next(1, packets[0].Size)], HubHost.Stop);
                Pause(random);
            }
        }

        if (manner.Contains("reset", StringComparison.Ordinal) || (manner.StartsWith("pipelined", StringComparison.Ordinal) && random.Next(2) == 0))
        {
            client.Socket.LingerState = new LingerOption(true, 0);
        }

        if (!manner.Contains("shut down", StringComparison.Ordinal))
        {
            // As a process that ends does it; .NET's own stream shuts the connection down first
            client.Socket.Dispose();
        }
    }

    // Half of a connection ends, and the client lives on for a while: its end says nothing of what it read
    private async Task SayNoMoreAsync(RawClient client, string manner, Sent packet, Random random)
    {
        await client.SendAsync(Get(packet.Name, manner.StartsWith("one answer", StringComparison.Ordinal) ? "Connection: close\r\n" : ""));
        if (manner.Contains("answered", StringComparison.Ordinal))
        {
            await HubHost.UntilAsync(() => Task.FromResult(client.Socket.Available >= Math.Min(packet.Size, 2000)), "the answer in this machine");
        }

        client.Socket.Shutdown(SocketShutdown.Send);
        await Task.Delay(random.Next(1, manner.EndsWith("20 ms", StringComparison.Ordinal) ? 20 : (int)s_watch.TotalMilliseconds * 2 / 5), HubHost.Stop);
    }

    // Of no length that a timer knows
    private static void Pause(Random random)
    {
        var until = System.Diagnostics.Stopwatch.GetTimestamp() + random.Next((int)(System.Diagnostics.Stopwatch.Frequency / 300));
        while (random.Next(4) != 0 && System.Diagnostics.Stopwatch.GetTimestamp() < until)
        {
            Thread.Yield();
        }
    }

    private async Task<RawClient> WarmAsync()
    {
        var client = new RawClient(_hub.Address);
        await client.SendAsync($"GET /service/api/v1/me HTTP/1.1\r\nHost: hub\r\nAuthorization: {_token}\r\n\r\n");
        Assert.True(await ReadAnswerAsync(client));
        return client;
    }

    private string Get(string name, string header = "") => $"GET /service/api/v1/leagues/555B/packets/{name} HTTP/1.1\r\nHost: hub\r\nAuthorization: {_token}\r\n{header}\r\n";

    // Takes not a byte more from the connection than the answer has
    private static async Task<bool> ReadAnswerAsync(RawClient client)
    {
        var headers = new StringBuilder();
        var one = new byte[1];
        while (!headers.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client.Stream.ReadExactlyAsync(one, HubHost.Stop);
            headers.Append((char)one[0]);
        }

        var lines = headers.ToString();
        if (!lines.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            return false;
        }

        await client.Stream.ReadExactlyAsync(new byte[int.Parse(lines.Split('\n').Single(h => h.StartsWith("Content-Length:", StringComparison.Ordinal))[15..])], HubHost.Stop);
        return true;
    }

    // Three packets of different boards for each try
    private async Task<IReadOnlyList<Sent>[]> UploadAsync(int tries)
    {
        var (intake, directory) = (_hub.Get<PacketIntake>(), _hub.Get<HubDirectory>());
        var random = new Random(7);
        var packets = Enumerable.Range(0, tries * 3)
            .Select(i => (Name: new PacketName(s_league, 10 + (i % Boards), 3, i / Boards), Size: random.Next(10) == 0 ? 150_000 : random.Next(2, 8000))).ToList();
        await Task.WhenAll(packets.Select(p => intake.ReceiveAsync(
            intake.Judge(directory.Current.Leagues[s_league].Members[p.Name.Source], "555B", p.Name.ToString()), RandomNumberGenerator.GetBytes(p.Size), HubHost.Stop)));
        return [.. packets.Select(p => new Sent(p.Name.ToString(), p.Size)).Chunk(3)];
    }

    private async Task SettledAsync()
    {
        var underWay = _hub.Get<DeliveriesUnderWay>();
        await HubHost.UntilAsync(() => Task.FromResult(underWay.IsEmpty), "the last verdicts");
        // And what they came to is on disk: it was in the queue before this
        await _hub.Get<GroupCommit>().WriteAsync(_ => true, HubHost.Stop);
    }

    private sealed record Sent(string Name, int Size);
}
