using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

public class QueueTests
{
    [Fact]
    public async Task Of_two_packets_with_one_name_the_older_is_read_first_and_the_other_by_the_next_pass()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var (older, newer) = (await hub.SendAsync(league, 2, 7), await hub.SendAsync(league, 2, 7));
        Assert.NotEqual(older, newer);

        var first = await hub.RunAsync(league);

        Assert.True(first.Run is { Outcome: RunOutcome.Good, Staged: 2, Consumed: 2, Passes: 2 }, RunTests.Show(first));
        Assert.True((await hub.PacketAsync(older)).ConsumedAt < (await hub.PacketAsync(newer)).ConsumedAt);
    }

    [Fact]
    public async Task A_file_of_another_in_INBOUND_is_not_overwritten_and_the_packet_waits()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED NOREAD");
        var packet = await hub.SendAsync(league, 2, 1);
        var file = Path.Combine(hub.InboundOf(league), "900b0201.001");
        var other = hub.Packet(2, 1);
        await File.WriteAllBytesAsync(file, other);

        var report = await hub.RunAsync(league);

        Assert.Equal((RunOutcome.Incomplete, 0), (report.Run.Outcome, report.Run.Staged));
        VerdictTests.Bad(report, VerdictKind.Consumption, "a file of its own named 900B0201.001");
        Assert.Equal(other, await File.ReadAllBytesAsync(file));
        await VerdictTests.IsQueuedAsync(hub, packet);
    }

    [Fact]
    public async Task Leagues_run_side_by_side()
    {
        await using var hub = await TestHub.StartAsync();
        var (one, two) = (await hub.AddSandboxLeagueAsync("900"), await hub.AddSandboxLeagueAsync("901"));

        var runs = await Task.WhenAll(hub.RunAsync(one), hub.RunAsync(two));

        Assert.All(runs, r => Assert.Equal(RunOutcome.Good, r.Run.Outcome));
        Assert.True(runs[0].Run.PlayStartedAt < runs[1].Run.PlayEndedAt && runs[1].Run.PlayStartedAt < runs[0].Run.PlayEndedAt, "They did not overlap.");
    }

    [Fact]
    public async Task One_league_never_runs_twice_at_once_here_or_in_another_process()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:PlayerWait"] = "00:01:00" });
        var league = await hub.AddSandboxLeagueAsync();
        await using var other = await TestHub.StartAsync(folder: hub.Folder);
        await File.WriteAllTextAsync(hub.LockOf(league), "x");
        var run = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);

        foreach (var control in new[] { hub.Runs, other.Runs })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => control.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None));
            Assert.Equal($"League 900B runs already (run {run}).", refused.Message);
        }

        Assert.Single(await hub.RunsOfAsync(league));
        File.Delete(hub.LockOf(league));
        Assert.Equal(RunOutcome.Good, (await hub.ReportAsync(run)).Run.Outcome);
    }

    [Fact]
    public async Task Of_many_who_start_one_league_at_once_one_succeeds()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:PlayerWait"] = "00:01:00" });
        var league = await hub.AddSandboxLeagueAsync();
        await using var other = await TestHub.StartAsync(folder: hub.Folder);
        await File.WriteAllTextAsync(hub.LockOf(league), "x");

        var tries = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            try
            {
                return (long?)await (i % 2 == 0 ? hub : other).Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
            }
            catch (RefusedException)
            {
                return null;
            }
        })));

        var run = Assert.Single(tries, t => t is not null)!.Value;
        await hub.Runs.CancelAsync(run, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await hub.RunsOfAsync(league)).All(r => r.EndedAt is not null), "The run's end");
    }

    [Fact]
    public async Task The_lease_of_a_process_that_died_is_free_at_once_and_that_of_a_living_one_is_not()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        using var stranger = System.Diagnostics.Process.Start("sleep", "60");
        try
        {
            var start = (await File.ReadAllTextAsync($"/proc/{stranger.Id}/stat")).Split(") ")[1].Split(' ')[19];
            var machine = hub.Get<RunLeases>().Holder.Split('/')[0];
            await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
            db.Add(new RunLease { LeagueId = league, Holder = $"{machine}/{stranger.Id}/{start}/abc", RunId = 77, HeartbeatAt = DateTime.UtcNow });
            await db.SaveChangesAsync();

            await Assert.ThrowsAsync<RefusedException>(() => hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None));
        }
        finally
        {
            stranger.Kill();
        }

        await stranger.WaitForExitAsync();
        Assert.Equal(RunOutcome.Good, (await hub.RunAsync(league)).Run.Outcome);
    }

    [Fact]
    public async Task A_start_waits_for_a_moment_while_OUTBOUND_is_taken_in()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var entry = (await hub.Get<LeagueAdmin>().ListAsync(CancellationToken.None)).Single();
        var release = new TaskCompletionSource();
        var held = hub.Runs.HoldAsync(entry, () => release.Task);

        var starting = hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        Assert.False(await hub.Runs.HoldAsync(entry, () => throw new InvalidOperationException("Two hold it.")));
        Assert.False(starting.IsCompleted);
        release.SetResult();

        Assert.True(await held);
        Assert.Equal(RunOutcome.Good, (await hub.ReportAsync(await starting)).Run.Outcome);
    }
}
