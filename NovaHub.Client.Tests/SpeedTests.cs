using System.Diagnostics;

namespace NovaHub.Client.Tests;

/// <summary>Measured while no other test runs.</summary>
[Collection(nameof(Alone))]
public sealed class SpeedTests
{
    private const int Wanted = 300;

    private readonly Random _random = new(1);

    [Fact]
    public async Task A_thousand_waiting_packets_come_at_300_a_second_or_more()
    {
        await ClientProgram.PathAsync();
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        var rates = new List<double>();
        // Somebody else's work on this machine can only make it slower, so the best of three counts
        for (var round = 0; round < 3 && rates.All(r => r < Wanted); round++)
        {
            var all = new List<(string, byte[])>();
            for (var i = 0; i < 1000; i++)
            {
                all.Add(await hub.QueueAsync($"555B0302.{i:D3}", Some.Bytes(_random, 4000)));
            }

            var clock = Stopwatch.StartNew();
            await board.SyncAsync();
            rates.Add(1000 / clock.Elapsed.TotalSeconds);
            Some.AssertSame(all, board.Consume());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Packets a second: {string.Join(", ", rates.Select(r => r.ToString("F0")))}");
        Assert.True(rates.Max() >= Wanted, $"At best {rates.Max():F0} packets a second came.");
    }

    [Fact]
    public async Task The_program_is_small_and_starts_at_once()
    {
        var path = await ClientProgram.PathAsync();
        Assert.InRange(new FileInfo(path).Length, 1, 15 * 1024 * 1024);
        var times = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            var clock = Stopwatch.StartNew();
            await using var client = await RunningClient.StartAsync(["--version"], "/");
            await client.EndAsync();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        Assert.True(times.Min() < 50, $"Starting takes {times.Min():F0} ms at best.");
    }
}

[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
