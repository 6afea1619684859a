using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>Bytes that were changed inside the ledger: no game gets them.</summary>
public class ChangedBytesTests
{
    [Fact]
    public async Task A_packet_whose_bytes_were_changed_in_the_ledger_is_held_and_not_put_before_the_game_until_they_are_right_again()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var (changed, good) = (await hub.SendAsync(league, 2, 1), await hub.SendAsync(league, 3, 1));
        var (bytes, wrong) = (await BytesAsync(hub, changed), await BytesAsync(hub, changed));
        wrong[^1] ^= 0xFF;
        await ChangeAsync(hub, changed, wrong);

        var report = await hub.RunAsync(league);
        Assert.Equal((RunOutcome.Incomplete, 1, 1, 1), (report.Run.Outcome!.Value, report.Run.Staged, report.Run.Consumed, report.Run.Doubtful));
        Assert.Contains(report.Verdicts, v => v.Weight == VerdictWeight.Bad && v.Sentence.StartsWith("1 packet was not put before the game, but held for your decision: 900B0201.001.", StringComparison.Ordinal));
        Assert.Equal(PacketState.Consumed, (await hub.PacketAsync(good)).StateAt(1));
        Assert.Equal((PacketState.Held, HeldReason.OtherBytes), ((await hub.PacketAsync(changed)).StateAt(1), (await hub.PacketAsync(changed)).HeldReason!.Value));

        var held = hub.Get<HeldPackets>();
        Assert.Contains("still not those that came in", Assert.Single((await held.DecideAsync(HeldDecision.Again, [changed], "Ada", default)).Refusals), StringComparison.Ordinal);
        Assert.Equal(changed, await hub.UploadAsync("900B0201.001", bytes));
        Assert.Equal(1, (await held.DecideAsync(HeldDecision.Again, [changed], "Ada", default)).Done);
        Assert.Equal((RunOutcome.Good, 1), ((await hub.RunAsync(league)).Run.Outcome!.Value, (await hub.PacketsAsync()).Count(p => p.Id == changed && p.ConsumedAt is not null)));
    }

    private static async Task<byte[]> BytesAsync(TestHub hub, long id)
    {
        var sha = (await hub.PacketAsync(id)).Sha256;
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        return (await db.Set<Content>().AsNoTracking().SingleAsync(c => c.Sha256 == sha)).Bytes;
    }

    private static async Task ChangeAsync(TestHub hub, long id, byte[] bytes)
    {
        var sha = (await hub.PacketAsync(id)).Sha256;
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        Assert.Equal(1, await db.Set<Content>().Where(c => c.Sha256 == sha).ExecuteUpdateAsync(s => s.SetProperty(c => c.Bytes, bytes)));
    }
}
