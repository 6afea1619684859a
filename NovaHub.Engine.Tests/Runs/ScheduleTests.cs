using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>Runs that nobody asks for: by the clock, by arriving mail, and again after one that was not good.</summary>
public class ScheduleTests
{
    [Fact]
    public async Task Mail_for_the_hub_starts_a_run_and_what_it_could_not_take_starts_another()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:MostPasses"] = "1" }, schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        await hub.SendAsync(league, 2, 7);
        await hub.SendAsync(league, 2, 7);

        var runs = await EndedAsync(hub, league, 2);

        Assert.All(runs, r => Assert.Equal((RunTrigger.Arrival, RunOutcome.Good, 1), (r.Trigger, r.Outcome!.Value, r.Consumed)));
    }

    [Fact]
    public async Task Mail_that_waited_while_the_hub_was_off_starts_a_run_and_mail_for_boards_does_not()
    {
        await using var before = await TestHub.StartAsync(keep: true);
        var (league, quiet) = (await before.AddSandboxLeagueAsync("900"), await before.AddSandboxLeagueAsync("901"));
        await before.SendAsync(league, 2, 1);
        await before.SendAsync(quiet, 2, 1, dest: 3);
        await before.DisposeAsync();

        await using var hub = await TestHub.StartAsync(folder: before.Folder, schedules: true);

        Assert.Equal(1, Assert.Single(await EndedAsync(hub, league, 1)).Consumed);
        Assert.Empty(await hub.RunsOfAsync(quiet));
        hub.RemoveFolder();
    }

    [Fact]
    public async Task Mail_that_never_ceases_puts_a_run_off_only_so_long()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:QuietTime"] = "00:00:00.300" }, schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        using var enough = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i = (i + 1) % 1000)
            {
                await hub.SendAsync(league, 2, i);
                await Task.Delay(50);
            }
        });
        var began = TimeProvider.System.GetTimestamp();

        await Eventually.GetAsync(async () => await hub.RunsOfAsync(league) is [var one, ..] ? one : null, "A run");

        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 2, 10);
        await enough.CancelAsync();
        await sending;
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.PausedAt = DateTime.UtcNow, CancellationToken.None);
    }

    [Fact]
    public async Task A_cron_expression_starts_runs_and_a_pause_prevents_them()
    {
        await using var hub = await TestHub.StartAsync(schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.Cron = "* * * * * ?", CancellationToken.None);
        Assert.Equal(RunTrigger.Schedule, (await EndedAsync(hub, league, 1))[0].Trigger);

        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.PausedAt = DateTime.UtcNow, CancellationToken.None);
        // A run whose moment had come just before the pause still begins
        await Eventually.TrueAsync(
            async () =>
            {
                var before = (await hub.RunsOfAsync(league)).Count;
                await Task.Delay(500);
                var after = await hub.RunsOfAsync(league);
                return after.Count == before && after.All(r => r.EndedAt is not null);
            },
            "The last run's end");
        var count = (await hub.RunsOfAsync(league)).Count;
        var packet = await hub.SendAsync(league, 2, 1);
        // Longer than the quiet time and than the cron's second
        await Task.Delay(1500);
        Assert.Equal(count, (await hub.RunsOfAsync(league)).Count);
        await VerdictTests.IsQueuedAsync(hub, packet);

        // By hand it runs all the same, and without the pause the mail starts a run by itself
        await hub.SendAsync(league, 2, 2);
        Assert.Equal(2, (await hub.RunAsync(league)).Run.Consumed);
        await hub.SendAsync(league, 2, 3);
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => (l.PausedAt, l.Cron) = (null, null), CancellationToken.None);
        Assert.Equal(RunTrigger.Arrival, (await EndedAsync(hub, league, count + 2))[^1].Trigger);
    }

    [Fact]
    public async Task A_ledger_that_can_not_be_read_for_a_moment_does_not_end_the_hubs_look_for_interrupted_runs()
    {
        var clock = new CountingClock(TimeSpan.FromMilliseconds(110));
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:Heartbeat"] = "00:00:00.110" }, schedules: true, clock: clock);
        await ExecuteAsync(hub, """ALTER TABLE "Runs" RENAME TO "Elsewhere" """);
        var before = clock.Ticks;

        await Eventually.TrueAsync(() => Task.FromResult(clock.Ticks >= before + 5), "More looks");

        await ExecuteAsync(hub, """ALTER TABLE "Elsewhere" RENAME TO "Runs" """);
        Assert.False(hub.Get<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_start_that_fails_is_tried_again_without_more_mail()
    {
        await using var hub = await TestHub.StartAsync(schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        await ExecuteAsync(hub, """CREATE TRIGGER "Trouble" BEFORE INSERT ON "Runs" BEGIN SELECT RAISE(ABORT, 'trouble'); END""");
        var plan = hub.Get<MailPlan>();
        var tries = 0;
        // A time is taken away when its start begins, and another is set when that failed
        plan.Changed += () => tries += plan.NextOf(league) is null && tries % 2 == 0 ? 1 : plan.NextOf(league) is not null && tries % 2 == 1 ? 1 : 0;
        await hub.SendAsync(league, 2, 1);

        await Eventually.TrueAsync(() => Task.FromResult(tries >= 2), "A time for the next try");
        Assert.Empty(await hub.RunsOfAsync(league));
        await ExecuteAsync(hub, """DROP TRIGGER "Trouble" """);

        Assert.Equal((RunTrigger.Arrival, RunOutcome.Good, 1), (await EndedAsync(hub, league, 1))[0] is var run ? (run.Trigger, run.Outcome!.Value, run.Consumed) : default);
    }

    [Fact]
    public async Task Mail_of_a_run_that_is_closed_late_starts_another_without_more_mail()
    {
        await using var hub = await TestHub.StartAsync(
            new Dictionary<string, string?> { ["Runs:Heartbeat"] = "00:00:00.100", ["Runs:Sweep"] = "01:00:00", ["Runs:RetryAfter"] = "00:00:00.200" }, schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.RunsOnArrival = false, CancellationToken.None);
        var packet = await hub.SendAsync(league, 2, 1);
        // Another machine's run that had not come to its game
        await using (var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync())
        {
            var run = new Run { LeagueId = league, GameFolder = hub.GameOf(league), StartedAt = DateTime.UtcNow };
            // At once: an open run without a lease would be closed on the spot
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Add(run);
            await db.SaveChangesAsync();
            db.Add(new RunPacket { RunId = run.Id, PacketId = packet });
            db.Add(new RunLease { LeagueId = league, Holder = "elsewhere/1/1/x", RunId = run.Id, HeartbeatAt = DateTime.UtcNow });
            await db.SaveChangesAsync();
            await db.Set<Packet>().ExecuteUpdateAsync(s => s.SetProperty(p => p.StagedInRunId, run.Id));
            await transaction.CommitAsync();
        }

        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.RunsOnArrival = true, CancellationToken.None);

        var runs = await EndedAsync(hub, league, 2);
        Assert.Equal([RunOutcome.Interrupted, RunOutcome.Good], runs.Select(r => r.Outcome!.Value));
        Assert.Equal((RunTrigger.Arrival, 1), (runs[1].Trigger, runs[1].Consumed));
    }

    [Fact]
    public async Task Mail_that_lost_its_run_on_the_way_is_found_by_the_sweep()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:Sweep"] = "00:00:01" }, schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        await using var other = await TestHub.StartAsync(folder: hub.Folder);
        await other.Get<HubDirectory>().RefreshAsync();

        // Entered by another process: nobody tells this one
        await other.SendAsync(league, 2, 1);

        Assert.Equal((RunTrigger.Arrival, 1), (await EndedAsync(hub, league, 1))[0] is var run ? (run.Trigger, run.Consumed) : default);
    }

    [Fact]
    public async Task A_name_that_is_taken_in_INBOUND_causes_no_endless_runs()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:RetryAfter"] = "00:10:00" }, schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        Directory.CreateDirectory(Path.Combine(hub.InboundOf(league), "900b0201.001"));
        var (blocked, free) = (await hub.SendAsync(league, 2, 1), await hub.SendAsync(league, 3, 1));

        var run = (await EndedAsync(hub, league, 1))[0];

        Assert.Equal((RunOutcome.Incomplete, 1), (run.Outcome!.Value, run.Consumed));
        await VerdictTests.IsQueuedAsync(hub, blocked);
        Assert.NotNull((await hub.PacketAsync(free)).ConsumedAt);
        // Not before the whole pause went by
        await Eventually.TrueAsync(() => Task.FromResult(hub.Get<MailPlan>().NextOf(league) >= run.EndedAt!.Value.AddMinutes(10)), "A time for the next try");
        Assert.Single(await hub.RunsOfAsync(league));
    }

    [Fact]
    public async Task A_clock_that_is_put_back_holds_no_mail_up()
    {
        var clock = new SetClock();
        await using var hub = await TestHub.StartAsync(schedules: true, clock: clock);
        var league = await hub.AddSandboxLeagueAsync();
        await hub.SendAsync(league, 2, 1);
        clock.Ahead = TimeSpan.FromDays(-1);
        await hub.SendAsync(league, 2, 2);

        await Eventually.TrueAsync(async () => (await hub.RunsOfAsync(league)).Sum(r => r.Consumed) == 2, "Reading the packets");
    }

    [Fact]
    public async Task A_run_that_left_packets_is_tried_again_less_often_each_time()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:RetryAfter"] = "00:00:00.400" }, schedules: true);
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED NOREAD");
        await hub.SendAsync(league, 2, 1);

        var runs = await EndedAsync(hub, league, 3);
        await hub.WordsAsync(league, "");

        Assert.All(runs, r => Assert.Equal((RunOutcome.Incomplete, 1), (r.Outcome!.Value, r.Unconsumed)));
        var (first, second) = (runs[1].StartedAt - runs[0].EndedAt!.Value, runs[2].StartedAt - runs[1].EndedAt!.Value);
        Assert.True(first >= TimeSpan.FromMilliseconds(350) && second >= TimeSpan.FromMilliseconds(750), $"Tried again after {first} and {second}.");
        await Eventually.TrueAsync(async () => (await hub.RunsOfAsync(league))[^1] is { Outcome: RunOutcome.Good, Consumed: 1 }, "The good run");
    }

    [Fact]
    public async Task What_local_play_writes_is_collected_without_a_run_and_a_file_in_the_making_only_once_it_rested()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:SettleTime"] = "00:00:01" }, schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        var bytes = hub.Packet(1, 2);
        var file = Path.Combine(hub.OutboundOf(league), "900b0102.001");
        await File.WriteAllTextAsync(Path.Combine(hub.OutboundOf(league), "README.TXT"), "not a packet");
        var began = TimeProvider.System.GetTimestamp();
        var lastWrite = began;

        // Written bit by bit for longer than a file must rest
        await using (var writing = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            foreach (var part in bytes.Chunk(bytes.Length / 6 + 1))
            {
                await writing.WriteAsync(part);
                await writing.FlushAsync();
                lastWrite = TimeProvider.System.GetTimestamp();
                await Task.Delay(300);
                Assert.Empty(await hub.PacketsAsync());
            }
        }

        await Eventually.TrueAsync(async () => (await hub.PacketsAsync()).Count == 1 && !File.Exists(file), "Collecting the packet");
        Assert.InRange(TimeProvider.System.GetElapsedTime(lastWrite).TotalSeconds, 0.9, 10);
        var packet = Assert.Single(await hub.PacketsAsync());
        Assert.Equal(("900B0102.001", bytes.Length, null), (packet.Name.ToString(), packet.Size, packet.WrittenInRunId));
        Assert.Empty(await hub.RunsOfAsync(league));
        Assert.True(File.Exists(Path.Combine(hub.OutboundOf(league), "README.TXT")));
    }

    [Fact]
    public async Task Nothing_is_collected_while_a_player_is_inside()
    {
        await using var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:Sweep"] = "00:00:01" }, schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        await File.WriteAllTextAsync(hub.LockOf(league), "x");
        await File.WriteAllBytesAsync(Path.Combine(hub.OutboundOf(league), "900b0102.001"), hub.Packet(1, 2));

        await Task.Delay(1500);
        Assert.Empty(await hub.PacketsAsync());

        // No notice comes for this: the sweep finds it
        File.Delete(hub.LockOf(league));
        await Eventually.TrueAsync(async () => (await hub.PacketsAsync()).Count == 1, "Collecting the packet");
    }

    private static async Task ExecuteAsync(TestHub hub, string sql)
    {
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        await db.Database.ExecuteSqlRawAsync(sql);
    }

    // Counts how often the timers of one period ring: one that was given up rings no more
    private sealed class CountingClock(TimeSpan counted) : TimeProvider
    {
        private int _ticks;

        public int Ticks => Volatile.Read(ref _ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
            period == counted
                ? s =>
                {
                    Interlocked.Increment(ref _ticks);
                    callback(s);
                }
                : callback,
            state, dueTime, period);
    }

    private static Task<IReadOnlyList<Run>> EndedAsync(TestHub hub, LeagueId league, int count) => Eventually.GetAsync(
        async () => await hub.RunsOfAsync(league) is var runs && runs.Count(r => r.EndedAt is not null) >= count ? runs.Where(r => r.EndedAt is not null).ToList() as IReadOnlyList<Run> : null,
        $"Run {count} of {league}");
}
