using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Settings;
using NovaHub.Web.Api;

namespace NovaHub.Web.Tests.Api;

/// <summary>Uploads that are larger together than the memory for them.</summary>
public sealed class UploadRoomTests : IAsyncLifetime
{
    private const int Mega = 1024 * 1024;

    private readonly FakeTimeProvider _clock = new();
    private HubHost _hub = null!;
    private HttpClient _two = null!;
    private HttpClient _three = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartInAsync(
            null,
            app => app.Services.AddSingleton(s => new BodyBudget(() => s.GetRequiredService<CurrentOptions<ServiceApiOptions>>().Value, _clock)),
            $"ServiceApi:MaxPacketBytes={Mega}",
            $"ServiceApi:BodiesInFlight={2 * Mega}");
        await _hub.AddLeagueAsync("555B");
        _two = await _hub.SignInAsync(await _hub.AddBoardAsync("Two", "555B:2"));
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_board_that_takes_all_it_may_holds_up_itself_only_and_is_told_so_in_the_end()
    {
        var budget = _hub.Get<BodyBudget>();
        using var first = await BeginAsync(_two, 1, Mega);
        await HubHost.UntilAsync(() => Task.FromResult(budget.InUse == Mega), "the first upload has its place");
        var waiting = new List<RawClient>();
        try
        {
            for (var i = 2; i < 66; i++)
            {
                waiting.Add(await BeginAsync(_two, i, Mega));
            }

            await HubHost.UntilAsync(() => Task.FromResult(budget.Waiting == 64), "as many wait as may");
            using var more = await BeginAsync(_two, 99, Mega);
            var answer = await more.HeadersAsync();
            Assert.StartsWith("HTTP/1.1 503", answer);
            Assert.Contains("Retry-After: 10", answer);
            var length = int.Parse(answer.Split("\r\n").Single(h => h.StartsWith("Content-Length:", StringComparison.Ordinal))[15..]);
            Assert.Contains("try again", JsonDocument.Parse(await more.BodyAsync(length)).RootElement.Text("detail"));

            // Others notice nothing, small or large, and so does the board with what is small
            await _three.UploadedAsync("555B0302.001", [1]);
            await _three.UploadedAsync("555B0302.002", new byte[Mega]);
            await _two.UploadedAsync("555B0203.999", [1]);
        }
        finally
        {
            waiting.ForEach(w => w.Dispose());
        }

        await first.SendAsync(new byte[Mega]);
        Assert.StartsWith("HTTP/1.1 200", await first.HeadersAsync());
        await HubHost.UntilAsync(() => Task.FromResult(budget.InUse == 0), "all places are given back");
        Assert.Equal(["555B0203.999", "555B0203.001"], (await _three.UnreadAsync()).Where(n => n.StartsWith("555B", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Many_large_uploads_at_once_all_get_through_in_the_memory_of_a_few()
    {
        var budget = _hub.Get<BodyBudget>();
        long most = 0;
        var uploads = Enumerable.Range(0, 24).Select(i => UploadAsync(i % 2 == 0 ? _two : _three, i)).ToList();
        await Task.WhenAll(uploads);
        Assert.InRange(most, Mega, (2 * Mega) + (Mega / 4));
        await HubHost.UntilAsync(() => Task.FromResult(budget.InUse == 0), "all places are given back");

        async Task UploadAsync(HttpClient board, int i)
        {
            var bytes = new byte[Mega];
            bytes[0] = (byte)i;
            await board.UploadedAsync(board == _two ? $"555B0203.{i:D3}" : $"555B0302.{i:D3}", bytes);
            InterlockedMax(ref most, budget.InUse);
        }
    }

    [Fact]
    public async Task A_body_of_middle_size_passes_large_slow_ones_and_one_that_hardly_comes_makes_room_for_another()
    {
        var budget = _hub.Get<BodyBudget>();
        using var four = await _hub.SignInAsync(await _hub.AddBoardAsync("Four", "555B:4"));
        using var first = await BeginAsync(_two, 1, Mega);
        await first.SendAsync(new byte[Mega - 1000]);
        using var second = await BeginAsync(_three, 2, Mega, from: "03", to: "02");
        await second.SendAsync(new byte[Mega - 1000]);
        await HubHost.UntilAsync(() => Task.FromResult(budget.InUse == 2 * Mega), "two large ones have their places");
        var large = four.UploadedAsync("555B0402.001", new byte[Mega]);
        await HubHost.UntilAsync(() => Task.FromResult(budget.Waiting == 1), "the third waits");
        await four.UploadedAsync("555B0402.002", new byte[Mega / 4]);
        Assert.False(large.IsCompleted);
        var began = _clock.GetTimestamp();
        await HubHost.UntilAsync(
            () =>
            {
                if (_clock.GetElapsedTime(began) < BodyBudget.Patience - TimeSpan.FromSeconds(5))
                {
                    _clock.Advance(TimeSpan.FromSeconds(2));
                }

                return Task.FromResult(large.IsCompleted);
            },
            "the third has the place of one that does not come");
        await large;
        var gone = await Task.WhenAny(first.HeadersAsync(), second.HeadersAsync());
        Assert.StartsWith("HTTP/1.1 503", await gone);
        Assert.Contains("Retry-After: 10", await gone);
    }

    [Fact]
    public async Task A_chunked_upload_takes_its_memory_too()
    {
        using var client = new RawClient(_hub.Address);
        await client.SendAsync(
            $"PUT /service/api/v1/leagues/555B/packets/555B0203.001 HTTP/1.1\r\nHost: hub\r\nAuthorization: {_two.DefaultRequestHeaders.Authorization}\r\nTransfer-Encoding: chunked\r\n\r\n");
        var chunk = System.Text.Encoding.ASCII.GetBytes("10000\r\n" + new string('x', 0x10000) + "\r\n");
        await client.SendAsync(chunk);
        await client.SendAsync(chunk);
        await HubHost.UntilAsync(() => Task.FromResult(_hub.Get<BodyBudget>().InUse == Mega + BodyBudget.Small), "it has a place for the largest packet");
        await client.SendAsync("0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.HeadersAsync());
        await HubHost.UntilAsync(() => Task.FromResult(_hub.Get<BodyBudget>().InUse == 0), "its place is given back");
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private async Task<RawClient> BeginAsync(HttpClient board, int sequence, int length, string from = "02", string to = "03")
    {
        var client = new RawClient(_hub.Address);
        await client.SendAsync(
            $"PUT /service/api/v1/leagues/555B/packets/555B{from}{to}.{sequence:D3} HTTP/1.1\r\nHost: hub\r\nAuthorization: {board.DefaultRequestHeaders.Authorization}\r\nContent-Length: {length}\r\n\r\n");
        return client;
    }
}
