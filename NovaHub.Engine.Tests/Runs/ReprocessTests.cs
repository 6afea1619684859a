using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

public class ReprocessTests
{
    [Fact]
    public async Task A_runs_packets_are_read_again_and_both_readings_stay_on_record()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var packets = new[] { await hub.SendAsync(league, 2, 1), await hub.SendAsync(league, 3, 1) };
        var first = await hub.RunAsync(league);
        Assert.Equal(2, first.Run.Consumed);

        var plan = await hub.Runs.PlanReprocessAsync(first.Run.Id, CancellationToken.None);
        Assert.Equal((2, null), (plan.Packets, plan.Refusal));
        Assert.StartsWith($"2 packets that run {first.Run.Id} read go back into the queue: 900B0201.001, 900B0301.001.", plan.Sentences[0], StringComparison.Ordinal);
        Assert.Contains(plan.Sentences, s => s.Contains("happens twice", StringComparison.Ordinal));
        Assert.NotNull((await hub.PacketAsync(packets[0])).ConsumedAt);

        var second = await hub.ReportAsync(await hub.Runs.ReprocessAsync(first.Run.Id, "sysop", CancellationToken.None));

        Assert.True(second.Run.Outcome == RunOutcome.Good, RunTests.Show(second));
        Assert.Equal((RunTrigger.Reprocess, "sysop", first.Run.Id, 2), (second.Run.Trigger, second.Run.RequestedBy, second.Run.ReprocessOf, second.Run.Consumed));
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        Assert.Equal(
            [(first.Run.Id, true), (second.Run.Id, true)],
            (await db.Set<RunPacket>().Where(p => p.PacketId == packets[0]).OrderBy(p => p.RunId).ToListAsync()).Select(p => (p.RunId, p.Consumed == true)));
    }

    [Fact]
    public async Task What_can_not_be_read_again_is_refused_with_the_reason_and_nothing_is_queued()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:PlayerWait"] = "00:01:00" });
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        var read = await hub.RunAsync(league);
        var empty = await hub.RunAsync(league);
        await File.WriteAllTextAsync(hub.LockOf(league), "x");
        var open = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);

        Assert.Equal("There is no run 4711.", (await hub.Runs.PlanReprocessAsync(4711, CancellationToken.None)).Refusal);
        Assert.Equal($"Run {open} still goes on.", (await hub.Runs.PlanReprocessAsync(open, CancellationToken.None)).Refusal);
        Assert.Equal($"Run {empty.Run.Id} read no packets that could be read again.", (await hub.Runs.PlanReprocessAsync(empty.Run.Id, CancellationToken.None)).Refusal);
        // The league runs: refused as a whole, the packets are not put back meanwhile
        await Assert.ThrowsAsync<RefusedException>(() => hub.Runs.ReprocessAsync(read.Run.Id, null, CancellationToken.None));
        Assert.NotNull((await hub.PacketAsync(packet)).ConsumedAt);

        await hub.Runs.CancelAsync(open, CancellationToken.None);
        await hub.ReportAsync(open);
    }
}
