using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Journeys;

public class JourneyTests
{
    [Fact]
    public async Task A_packet_that_the_game_read_is_put_back_and_read_by_the_next_run()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var id = await hub.SendAsync(league, 2, 1);
        var first = await hub.RunAsync(league);
        var requeue = hub.Get<PacketRequeue>();
        var plan = await requeue.PlanAsync(id, default);
        Assert.Null(plan.Refusal);
        Assert.True(plan.ToGame);
        Assert.Contains("a second time", plan.Sentences[0]);
        await requeue.RequeueAsync(id, "test", default);
        Assert.Equal(PacketState.WaitingForGame, (await hub.PacketAsync(id)).StateAt(1));
        Assert.Contains(hub.Get<LedgerEvents>().Feed.State.Latest, e => e.Kind == LedgerEventKind.Requeued && e.PacketId == id);
        Assert.Contains("waits already", (await Assert.ThrowsAsync<RefusedException>(() => requeue.RequeueAsync(id, "test", default))).Message);

        var second = await hub.RunAsync(league);
        var journey = (await hub.Get<PacketJourneys>().FindAsync(id, default))!;
        Assert.Equal(
            [(StationKind.Received, null), (StationKind.Staged, first.Run.Id), (StationKind.Consumed, first.Run.Id), (StationKind.Staged, second.Run.Id), (StationKind.Consumed, second.Run.Id)],
            journey.Stations.Select(s => (s.Kind, s.RunId)));
        Assert.Equal(journey.Stations.Select(s => s.At).Order(), journey.Stations.Select(s => s.At));
        Assert.Equal(PacketState.Consumed, journey.State);

        var written = (await hub.PacketsAsync()).First(p => p.WrittenInRunId is not null);
        Assert.Equal([(StationKind.Written, written.WrittenInRunId)], (await hub.Get<PacketJourneys>().FindAsync(written.Id, default))!.Stations.Select(s => (s.Kind, s.RunId)));
    }

    [Fact]
    public async Task A_packet_that_a_board_had_is_put_back_once_and_waits_in_its_mailbox_again()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var id = await hub.SendAsync(league, 2, 1, dest: 3);
        var mailbox = hub.Get<Mailbox>();
        var name = (await hub.PacketAsync(id)).Name;
        Assert.Contains("waits already", (await hub.Get<PacketRequeue>().PlanAsync(id, default)).Refusal);
        await mailbox.DeliveredAsync(mailbox.Find(name)!);
        Assert.False(mailbox.Find(name)!.Unread);

        var refusals = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await hub.Get<PacketRequeue>().RequeueAsync(id, "test", default);
                return null;
            }
            catch (RefusedException refused)
            {
                return refused.Message;
            }
        }));
        Assert.Single(refusals, r => r is null);
        Assert.True(mailbox.Find(name)!.Unread);
    }

    [Fact]
    public async Task What_nobody_would_fetch_or_read_is_not_put_back()
    {
        await using var hub = await TestHub.StartAsync();
        var requeue = hub.Get<PacketRequeue>();
        Assert.Equal("There is no packet 5.", (await requeue.PlanAsync(5, default)).Refusal);
        Assert.Null(await hub.Get<PacketJourneys>().FindAsync(5, default));
        Assert.Null(await hub.Get<PacketJourneys>().BytesAsync(5, default));
    }
}
