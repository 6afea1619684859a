using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>Who may touch a game folder: holders that live, sleep, die, are elsewhere, and clocks that jump.</summary>
public class LeaseTests
{
    private static readonly Dictionary<string, string?> s_quick = new()
    {
        ["Runs:Heartbeat"] = "00:00:00.100",
        ["Runs:PlayerWait"] = "01:00:00",
    };

    [Fact]
    public async Task A_hub_that_slept_longer_than_a_lease_lives_goes_on_with_its_run_which_gets_one_verdict()
    {
        await using var hub = await TestHub.StartAsync(s_quick);
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        var run = await StartAndWaitForPlayerAsync(hub, league);

        // As after a sleep: the row is an hour old, and the hub's own look at interrupted runs comes before its next beat
        for (var i = 0; i < 20; i++)
        {
            await SetLeaseAsync(hub, s => s.SetProperty(l => l.HeartbeatAt, DateTime.UtcNow.AddHours(-1)));
            await hub.Runs.RecoverAsync(CancellationToken.None);
            Assert.False(await hub.Runs.HoldAsync(await LeagueAsync(hub), () => throw new InvalidOperationException("Two hold it.")));
        }

        File.Delete(hub.LockOf(league));
        var report = await hub.ReportAsync(run);

        Assert.True(report.Run is { Outcome: RunOutcome.Good, Consumed: 1 }, RunTests.Show(report));
        Assert.Single(report.Verdicts, v => v.Kind == VerdictKind.Completion);
        Assert.DoesNotContain(report.Verdicts, v => v.Kind == VerdictKind.Recovery || v.Weight == VerdictWeight.Bad);
        Assert.NotNull((await hub.PacketAsync(packet)).ConsumedAt);
        Assert.Single(await hub.RunsOfAsync(league));
    }

    [Fact]
    public async Task A_living_process_of_this_machine_keeps_its_lease_however_old_its_heartbeat_is()
    {
        await using var hub = await TestHub.StartAsync(s_quick);
        var league = await hub.AddSandboxLeagueAsync();
        using var stranger = Process.Start("sleep", "60");
        try
        {
            var start = (await File.ReadAllTextAsync($"/proc/{stranger.Id}/stat")).Split(") ")[1].Split(' ')[19];
            await PutLeaseAsync(hub, league, $"{hub.Get<RunLeases>().Holder.Split('/')[0]}/{stranger.Id}/{start}/abc", DateTime.UtcNow.AddHours(-1));

            var refused = await Assert.ThrowsAsync<RefusedException>(() => hub.RunAsync(league));
            Assert.Equal("League 900B runs already (run 77).", refused.Message);
        }
        finally
        {
            stranger.Kill();
        }

        await stranger.WaitForExitAsync();
        Assert.Equal(RunOutcome.Good, (await hub.RunAsync(league)).Run.Outcome);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public async Task A_holder_elsewhere_that_beats_keeps_its_lease_whatever_its_clock_says(int minutes)
    {
        await using var hub = await TestHub.StartAsync(s_quick);
        var league = await hub.AddSandboxLeagueAsync();
        var clock = DateTime.UtcNow.AddMinutes(minutes);
        await PutLeaseAsync(hub, league, "elsewhere/1/1/x", clock);
        using var enough = new CancellationTokenSource();
        var beating = Task.Run(async () =>
        {
            for (var i = 1; !enough.IsCancellationRequested; i++)
            {
                var at = clock.AddMilliseconds(i);
                await SetLeaseAsync(hub, s => s.SetProperty(l => l.HeartbeatAt, at));
                await Task.Delay(20);
            }
        });

        // It is watched for longer than a lease lives where it looks dead
        await Assert.ThrowsAsync<RefusedException>(() => hub.RunAsync(league));
        Assert.False(await hub.Runs.HoldAsync(await LeagueAsync(hub), () => throw new InvalidOperationException("Two hold it.")));

        await enough.CancelAsync();
        await beating;
        Assert.Empty(await hub.RunsOfAsync(league));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public async Task A_holder_elsewhere_that_beats_no_more_loses_its_lease_whatever_its_clock_said(int minutes)
    {
        await using var hub = await TestHub.StartAsync(s_quick);
        var league = await hub.AddSandboxLeagueAsync();
        await PutLeaseAsync(hub, league, "elsewhere/1/1/x", DateTime.UtcNow.AddMinutes(minutes));

        var held = await hub.Runs.HoldAsync(await LeagueAsync(hub), () => Task.CompletedTask);
        Assert.False(held, "It was not watched at all.");
        await Eventually.TrueAsync(async () => await hub.Runs.HoldAsync(await LeagueAsync(hub), () => Task.CompletedTask), "Taking the league over");

        Assert.Equal(RunOutcome.Good, (await hub.RunAsync(league)).Run.Outcome);
    }

    [Fact]
    public async Task A_command_that_comes_alone_takes_a_league_over_from_a_machine_that_died_long_ago()
    {
        await using var hub = await TestHub.StartAsync(s_quick);
        var league = await hub.AddSandboxLeagueAsync();
        await PutLeaseAsync(hub, league, "elsewhere/1/1/x", DateTime.UtcNow.AddHours(-1));

        Assert.Equal(RunOutcome.Good, (await hub.RunAsync(league)).Run.Outcome);
    }

    [Fact]
    public async Task What_this_process_could_not_give_back_is_free_for_it_and_given_back_later()
    {
        await using var hub = await TestHub.StartAsync(s_quick);
        var league = await hub.AddSandboxLeagueAsync();
        await PutLeaseAsync(hub, league, hub.Get<RunLeases>().Holder, DateTime.UtcNow);

        Assert.Equal(RunOutcome.Good, (await hub.RunAsync(league)).Run.Outcome);
    }

    [Fact]
    public async Task A_lease_is_fenced_by_its_run_also_within_one_process()
    {
        await using var hub = await TestHub.StartAsync(s_quick);
        var league = await hub.AddSandboxLeagueAsync();
        var packet = await hub.SendAsync(league, 2, 1);
        var run = await StartAndWaitForPlayerAsync(hub, league);

        // The same process, another run
        await SetLeaseAsync(hub, s => s.SetProperty(l => l.RunId, run + 1000));

        var lost = await Assert.ThrowsAsync<LeaseLostException>(() => hub.Runs.WaitAsync(run, new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token));
        Assert.Contains($"Run {run} lost the game folder of 900B", lost.Message, StringComparison.Ordinal);
        var report = (await hub.Get<RunHistory>().FindAsync(run, CancellationToken.None))!;
        Assert.Null(report.Run.EndedAt);
        Assert.Empty(report.Verdicts);

        // Whoever has the league closes it, once, and calls it what it is
        await hub.Runs.RecoverAsync(CancellationToken.None);
        await hub.Runs.RecoverAsync(CancellationToken.None);
        report = (await hub.Get<RunHistory>().FindAsync(run, CancellationToken.None))!;
        Assert.Equal(RunOutcome.Interrupted, report.Run.Outcome);
        Assert.Single(report.Verdicts);
        await VerdictTests.IsQueuedAsync(hub, packet);
    }

    [Fact]
    public async Task A_run_that_loses_the_league_while_its_game_plays_ends_its_game_and_judges_nothing()
    {
        await using var hub = await TestHub.StartAsync(s_quick);
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED HANG");
        await hub.SendAsync(league, 2, 1);
        var run = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        await hub.LiveAsync(run, s => s.Phases.Any(p => p.Name == "Processing Incoming Data"), "The game at work");

        await SetLeaseAsync(hub, s => s.SetProperty(l => l.Holder, "elsewhere/1/1/x"));

        await Assert.ThrowsAsync<LeaseLostException>(() => hub.Runs.WaitAsync(run, new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token));
        Assert.Empty(Emulators.Of(hub, run, "play"));
        var report = (await hub.Get<RunHistory>().FindAsync(run, CancellationToken.None))!;
        Assert.Equal((null, null, null), (report.Run.Outcome, report.Run.VerifiedAt, report.Run.CancelRequestedAt));
    }

    private static async Task<long> StartAndWaitForPlayerAsync(TestHub hub, LeagueId league)
    {
        await File.WriteAllTextAsync(hub.LockOf(league), "x");
        var run = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        await hub.LiveAsync(run, s => s.Glance.Phase == "Waiting for a player to leave", "Waiting for the player");
        return run;
    }

    private static async Task<League> LeagueAsync(TestHub hub) => (await hub.Get<LeagueAdmin>().ListAsync(CancellationToken.None)).Single();

    private static async Task PutLeaseAsync(TestHub hub, LeagueId league, string holder, DateTime heartbeatAt)
    {
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        db.Add(new RunLease { LeagueId = league, Holder = holder, RunId = 77, HeartbeatAt = heartbeatAt });
        await db.SaveChangesAsync();
    }

    private static async Task SetLeaseAsync(TestHub hub, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<RunLease>> change)
    {
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        await db.Set<RunLease>().ExecuteUpdateAsync(change);
    }
}
