using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Schedules;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Schedules;

/// <summary>Runs by the clock: none is lost and none is doubled, whatever happens to the hub, its schedules and its clock.</summary>
public class ClockScheduleTests
{
    private const string EverySecond = "* * * * * ?";
    private const string NewYear = "0 0 0 1 1 ?";

    [Fact]
    public async Task A_schedule_that_never_comes_or_can_not_be_read_stops_neither_the_hub_nor_another_league()
    {
        await using var before = await TestHub.StartAsync(keep: true);
        var leagues = new List<LeagueId>();
        foreach (var number in new[] { "900", "901", "902", "903", "904" })
        {
            leagues.Add(await before.AddSandboxLeagueAsync(number));
        }

        await SetAsync(before, leagues[0], l => l.Cron = "0 0 12 31 2 ?");
        await SetAsync(before, leagues[1], l => l.Cron = "0 0 12 1 1 ? 2020");
        await SetAsync(before, leagues[2], l => l.Cron = "every day");
        await SetAsync(before, leagues[3], l => (l.Cron, l.TimeZone) = ("0 0 4 * * ?", "Mars/Base"));
        await SetAsync(before, leagues[4], l => l.Cron = EverySecond);
        await before.DisposeAsync();

        await using var hub = await TestHub.StartAsync(folder: before.Folder, schedules: true);
        hub.RemoveFolder();
        await RunsAsync(hub, leagues[4], 1);

        var plans = hub.Get<ClockSchedule>().Plans;
        Assert.All(leagues.Take(4), l => Assert.Null(plans[l].Next));
        Assert.Contains("no further time", plans[leagues[0]].Notice);
        Assert.Contains("no further time", plans[leagues[1]].Notice);
        Assert.Contains("Illegal characters", plans[leagues[2]].Notice);
        Assert.Contains("Mars/Base", plans[leagues[3]].Notice);
        Assert.Null(plans[leagues[4]].Notice);
        foreach (var league in leagues.Take(4))
        {
            Assert.Empty(await hub.RunsOfAsync(league));
        }

        // A schedule that has run out does not stand in the way of other changes
        await hub.Get<LeagueAdmin>().ChangeAsync(leagues[1], l => l.Name = "Renamed", CancellationToken.None);
        await Assert.ThrowsAsync<RefusedException>(() => hub.Get<LeagueAdmin>().ChangeAsync(leagues[1], l => l.Cron = "0 0 12 30 2 ?", CancellationToken.None));
        await Assert.ThrowsAsync<RefusedException>(() => hub.Get<LeagueAdmin>().ChangeAsync(leagues[1], l => l.TimeZone = "Mars/Base", CancellationToken.None));
        await hub.Get<LeagueAdmin>().ChangeAsync(leagues[4], l => l.PausedAt = DateTime.UtcNow, CancellationToken.None);
    }

    [Fact]
    public async Task A_time_that_came_while_the_hub_was_off_is_made_up_once()
    {
        await using var before = await TestHub.StartAsync(keep: true);
        var league = await before.AddSandboxLeagueAsync();
        var now = DateTime.UtcNow;
        // Three times came meanwhile, the latest an hour ago
        await SetAsync(before, league, l => (l.Cron, l.ClockedUntil) = ($"0 {now.Minute} {now.AddHours(-1).Hour} * * ?", now.AddDays(-3).AddHours(-2)));
        await before.DisposeAsync();

        await using (var hub = await TestHub.StartAsync(folder: before.Folder, schedules: true, keep: true))
        {
            Assert.Equal(RunTrigger.Schedule, Assert.Single(await RunsAsync(hub, league, 1)).Trigger);
            await Eventually.TrueAsync(() => Task.FromResult(hub.Get<ClockSchedule>().Plans[league].Next > now), "The plan after the run");
        }

        await using var again = await TestHub.StartAsync(folder: before.Folder, schedules: true);
        again.RemoveFolder();
        await Eventually.TrueAsync(() => Task.FromResult(again.Get<ClockSchedule>().Plans.ContainsKey(league)), "The second start's look");
        Assert.Single(await again.RunsOfAsync(league));
    }

    [Fact]
    public async Task The_run_and_the_mark_are_there_together_and_a_league_that_is_busy_gets_its_run_afterwards()
    {
        await using var hub = await TestHub.StartAsync(schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        var found = (await hub.Get<LeagueAdmin>().FindAsync(league, CancellationToken.None))!;
        var release = new TaskCompletionSource();
        var holding = hub.Runs.HoldAsync(found, () => release.Task);
        var mark = DateTime.UtcNow.AddDays(-2);
        await SetAsync(hub, league, l => (l.Cron, l.ClockedUntil) = ("0 0 0 * * ?", mark));
        await hub.Get<HubDirectory>().RefreshAsync();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => hub.Runs.StartAsync(
            league, new RunRequest(RunTrigger.Schedule, null) { Clock = new ClockMark(mark, null, DateTime.UtcNow) }, CancellationToken.None));
        Assert.Contains("busy", refused.Message);
        Assert.Empty(await hub.RunsOfAsync(league));
        Assert.Equal(mark, (await hub.Get<LeagueAdmin>().FindAsync(league, CancellationToken.None))!.ClockedUntil);

        release.SetResult();
        await holding;
        var began = Assert.Single(await RunsAsync(hub, league, 1)).StartedAt;
        Assert.InRange((await hub.Get<LeagueAdmin>().FindAsync(league, CancellationToken.None))!.ClockedUntil!.Value, mark.AddDays(1), began);
        // Who asks for the same time with the old mark is too late
        await Assert.ThrowsAsync<ClockMovedException>(() => hub.Runs.StartAsync(
            league, new RunRequest(RunTrigger.Schedule, null) { Clock = new ClockMark(mark, null, DateTime.UtcNow) }, CancellationToken.None));
        Assert.Single(await hub.RunsOfAsync(league));
    }

    [Fact]
    public async Task Another_spelling_of_a_schedule_changes_nothing_and_another_schedule_keeps_the_run_that_is_owed()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var admin = hub.Get<LeagueAdmin>();
        await admin.ChangeAsync(league, l => (l.Cron, l.TimeZone) = ("0 0 4 ? * MON-SUN", "Europe/Berlin"), CancellationToken.None);
        var mark = DateTime.UtcNow.AddDays(-2);
        await SetAsync(hub, league, l => l.ClockedUntil = mark);

        await admin.ChangeAsync(league, l => (l.Cron, l.TimeZone) = ("0  0 4 ? * mon-sun ", "europe/berlin"), CancellationToken.None);
        var same = (await admin.FindAsync(league, CancellationToken.None))!;
        Assert.Equal(("0 0 4 ? * MON-SUN", "Europe/Berlin", mark, null), (same.Cron, same.TimeZone, same.ClockedUntil, same.ClockOwed));

        var now = DateTime.UtcNow;
        await admin.ChangeAsync(league, l => l.TimeZone = "America/New_York", CancellationToken.None);
        var other = (await admin.FindAsync(league, CancellationToken.None))!;
        Assert.True(other.ClockedUntil >= now);
        Assert.InRange(other.ClockOwed!.Value, mark, mark.AddDays(1));

        // What is owed stays so through another change, and a pause is a decision against it
        await admin.ChangeAsync(league, l => l.Cron = NewYear, CancellationToken.None);
        Assert.Equal(other.ClockOwed, (await admin.FindAsync(league, CancellationToken.None))!.ClockOwed);
        await admin.ChangeAsync(league, l => l.PausedAt = DateTime.UtcNow, CancellationToken.None);
        Assert.Null((await admin.FindAsync(league, CancellationToken.None))!.ClockOwed);
    }

    [Fact]
    public async Task A_run_that_is_owed_starts_although_the_schedule_says_later_now()
    {
        await using var hub = await TestHub.StartAsync(schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        await SetAsync(hub, league, l => (l.Cron, l.ClockedUntil, l.ClockOwed) = (NewYear, DateTime.UtcNow, DateTime.UtcNow.AddHours(-1)));
        await hub.Get<HubDirectory>().RefreshAsync();

        Assert.Equal(RunTrigger.Schedule, Assert.Single(await RunsAsync(hub, league, 1)).Trigger);
        Assert.Null((await hub.Get<LeagueAdmin>().FindAsync(league, CancellationToken.None))!.ClockOwed);
    }

    [Fact]
    public async Task A_run_by_the_clock_in_which_the_hub_ended_is_made_up_at_the_next_start_and_only_then()
    {
        await using var before = await TestHub.StartAsync(keep: true);
        var league = await before.AddSandboxLeagueAsync();
        var at = DateTime.UtcNow.AddMinutes(-5);
        await SetAsync(before, league, l => (l.Cron, l.ClockedUntil) = (NewYear, at));
        await using (var db = await before.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync())
        {
            db.Add(new Run { LeagueId = league, Trigger = RunTrigger.Schedule, StartedAt = at, EndedAt = at.AddSeconds(2), Outcome = RunOutcome.Interrupted });
            await db.SaveChangesAsync();
        }

        await before.DisposeAsync();
        await using (var hub = await TestHub.StartAsync(folder: before.Folder, schedules: true, keep: true))
        {
            Assert.Equal((RunTrigger.Schedule, RunOutcome.Good), (await RunsAsync(hub, league, 2))[1] is var run ? (run.Trigger, run.Outcome) : default);
            Assert.Null((await hub.Get<LeagueAdmin>().FindAsync(league, CancellationToken.None))!.ClockOwed);
        }

        await using var again = await TestHub.StartAsync(folder: before.Folder, schedules: true);
        again.RemoveFolder();
        await Eventually.TrueAsync(() => Task.FromResult(again.Get<ClockSchedule>().Plans.ContainsKey(league)), "The second start's look");
        Assert.Equal(2, (await again.RunsOfAsync(league)).Count);
    }

    [Fact]
    public async Task A_clock_that_was_a_year_ahead_and_is_set_right_holds_no_schedule_up()
    {
        var clock = new SetClock();
        await using var hub = await TestHub.StartAsync(schedules: true, clock: clock);
        var league = await hub.AddSandboxLeagueAsync();
        clock.Ahead = TimeSpan.FromDays(366);
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.Cron = EverySecond, CancellationToken.None);
        await RunsAsync(hub, league, 1);
        Assert.True((await hub.RunsOfAsync(league))[0].StartedAt > DateTime.UtcNow.AddDays(300));

        clock.Ahead = TimeSpan.Zero;
        // The hub looks at its clock by itself; any change makes it look at once
        await hub.Get<HubDirectory>().RefreshAsync();
        await Eventually.TrueAsync(async () => (await hub.RunsOfAsync(league)).Any(r => r.StartedAt < DateTime.UtcNow.AddDays(1)), "A run after the clock was set right");
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.PausedAt = DateTime.UtcNow, CancellationToken.None);
    }

    [Fact]
    public async Task A_new_league_goes_by_the_machines_clock_and_one_of_an_earlier_version_by_utc()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        Assert.Equal(TimeZones.Here, (await hub.Get<LeagueAdmin>().FindAsync(league, CancellationToken.None))!.TimeZone);

        await SetAsync(hub, league, l => (l.TimeZone, l.Cron) = (null, "0 0 4 * * ?"));
        Assert.Equal(new ClockTerms("0 0 4 * * ?", "UTC", true), ClockTerms.Of((await hub.Get<LeagueAdmin>().FindAsync(league, CancellationToken.None))!));
    }

    private static async Task<IReadOnlyList<Run>> RunsAsync(TestHub hub, LeagueId league, int count) => await Eventually.GetAsync(
        async () => await hub.RunsOfAsync(league) is var runs && runs.Count(r => r.EndedAt is not null) >= count ? runs : null, $"Run {count} of {league}");

    // Past the rules of the console: as an earlier version, or another program, left the row
    private static async Task SetAsync(TestHub hub, LeagueId id, Action<League> set)
    {
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        set(await db.Set<League>().SingleAsync(l => l.Id == id));
        await db.SaveChangesAsync();
    }
}
