using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Packets;

/// <summary>Uploads that were taken for a retry of a packet that was gone long before, and entering them as new.</summary>
public sealed class LateRetryTests : IAsyncLifetime
{
    private static readonly LeagueId s_league = LeagueId.Parse("555B");
    private static readonly DateTimeOffset s_began = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(s_began);
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        await _hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(s_league, "League", "13:10/1"), Stop);
        foreach (var (index, name) in new[] { (2, "The Dive"), (3, "Last Resort") })
        {
            await _hub.Get<BbsAdmin>().AddAsync(name, [new SeatRequest(s_league, index, $"13:10/{index}")], Stop);
        }
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ConsumedAt", 1, "read by the hub's game")]
    [InlineData("DeliveredAt", 3, "delivered")]
    [InlineData("ExpiredAt", 3, "given up")]
    public async Task One_of_a_packet_that_was_gone_long_before_is_told_with_both_times(string gone, int dest, string did)
    {
        var id = await UploadAsync($"555B020{dest}.001", [1]);
        await GoneAsync(id, gone);
        await UploadAsync($"555B020{dest}.002", [2]);
        await UploadAsync($"555B020{dest}.003", [3]);
        _clock.Advance(TimeSpan.FromDays(3));

        Assert.Equal(id, await UploadAsync($"555B020{dest}.001", [1]));
        var told = Assert.Single(await ToldAsync());
        Assert.Equal(
            $"The Dive sent 555B020{dest}.001 on 2026-11-23 08:00 UTC with the same bytes as on 2026-11-20 08:00 UTC, and it was taken for a retry. That packet was {did} on 2026-11-20 08:00 UTC, "
            + "and 2 others of its route came in between. If the game there began anew, this is a new packet that nobody got.",
            told.Sentence);
        Assert.Equal((id, true, s_began.UtcDateTime.AddDays(3)), (told.PacketId, told.Notable, told.At));
    }

    [Theory]
    [InlineData("", 60, 1)]
    [InlineData("ConsumedAt", 14, 1)]
    [InlineData("ConsumedAt", 60, 0)]
    public async Task An_ordinary_retry_is_not_told(string gone, int minutes, int between)
    {
        var id = await UploadAsync("555B0201.001", [1]);
        if (gone.Length > 0)
        {
            await GoneAsync(id, gone);
        }

        for (var i = 0; i < between; i++)
        {
            await UploadAsync($"555B0201.{i + 2:D3}", [2]);
        }

        _clock.Advance(TimeSpan.FromMinutes(minutes));
        Assert.Equal(id, await UploadAsync("555B0201.001", [1]));
        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task A_board_that_offers_the_same_file_with_each_poll_is_told_of_once_a_day()
    {
        var id = await UploadAsync("555B0201.001", [1]);
        await GoneAsync(id, "ConsumedAt");
        await UploadAsync("555B0201.002", [2]);
        for (var i = 0; i < 30; i++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            await UploadAsync("555B0201.001", [1]);
        }

        Assert.Equal(2, (await ToldAsync()).Count);
    }

    [Fact]
    public async Task It_is_entered_as_new_once_however_many_press_and_waits_as_a_packet_of_its_own()
    {
        var id = await UploadAsync("555B0203.001", [1]);
        await GoneAsync(id, "DeliveredAt");
        await UploadAsync("555B0203.002", [2]);
        var reentry = _hub.Get<PacketReentry>();
        Assert.Contains("Nothing was taken for a retry", (await reentry.PlanAsync(id, Stop)).Refusal);
        await Assert.ThrowsAsync<RefusedException>(() => reentry.EnterAsync(id, "Ada", Stop));

        _clock.Advance(TimeSpan.FromHours(1));
        await UploadAsync("555B0203.001", [1]);
        Assert.Contains("waits for Last Resort", (await reentry.PlanAsync(id, Stop)).Sentences[0]);
        var before = await _hub.Get<LedgerReader>().TotalsAsync(Stop);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                return (await reentry.EnterAsync(id, "Ada", Stop)).Done;
            }
            catch (RefusedException refused)
            {
                Assert.Contains("was entered already", refused.Message);
                return 0;
            }
        }));
        Assert.Equal(1, answers.Sum());
        var packets = await _hub.PacketsAsync();
        var entered = packets[^1];
        Assert.Equal((3, "555B0203.001", 3L), (packets.Count, entered.Name.ToString(), entered.RouteOrdinal));
        Assert.Equal(packets[0].Sha256, entered.Sha256);
        Assert.Equal(packets[0].UploadedByBbsId, entered.UploadedByBbsId);
        Assert.Equal(before.Received + 1, (await _hub.Get<LedgerReader>().TotalsAsync(Stop)).Received);
        Assert.Equal(entered.Id, (await reentry.FindAsync(id, Stop))!.EnteredAs);
        Assert.Contains("was entered already", (await reentry.PlanAsync(id, Stop)).Refusal);

        Assert.True(PacketName.TryParse("555B0203.001", out var name));
        Assert.Equal((entered.Id, true), (_hub.Get<Mailbox>().Find(name)!.PacketId, _hub.Get<Mailbox>().Find(name)!.Unread));
        var activity = Assert.Single((await _hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.EnteredAsNew), null, false, 10, Stop)).Items);
        Assert.Equal(("Ada", entered.Id), (activity.Who, activity.PacketId));
        Assert.Equal("Ada", (await _hub.Get<PacketJourneys>().FindAsync(entered.Id, Stop))!.Stations[0].Who);
        // From now on the same bytes are a retry of that one
        Assert.Equal(entered.Id, await UploadAsync("555B0203.001", [1]));
    }

    private async Task<long> UploadAsync(string name, byte[] bytes)
    {
        var intake = new PacketIntake(_hub.Get<HubDirectory>(), _hub.Get<GroupCommit>(), _hub.Get<LedgerEvents>(), _hub.Get<RefusedUploads>(), _clock);
        var board = _hub.Get<HubDirectory>().Current.Leagues[s_league].Members[2];
        return (await intake.ReceiveAsync(intake.Judge(board, "555B", name), bytes, Stop)).PacketId;
    }

    private async Task GoneAsync(long id, string column)
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        var packet = await db.Set<Packet>().SingleAsync(p => p.Id == id, Stop);
        typeof(Packet).GetProperty(column)!.SetValue(packet, _clock.GetUtcNow().UtcDateTime);
        await db.SaveChangesAsync(Stop);
    }

    private async Task<IReadOnlyList<Activity>> ToldAsync() =>
        (await _hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.RetryTaken), null, false, 50, Stop)).Items;
}
