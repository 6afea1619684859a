using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Tests.Alerts;

namespace NovaHub.Engine.Tests.Leagues;

public class BoardHabitsTests
{
    private static readonly IEnumerable<int> EveryHourBut4 = Enumerable.Range(4, 24 * 27);

    [Fact]
    public async Task Boards_that_may_sign_in_and_have_a_seat_are_held_against_their_own_habit()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var (alpha, beta) = Boards(bench);
        await bench.SpokeAsync(alpha.Id, TimeSpan.FromHours(4), EveryHourBut4);
        await bench.SpokeAsync(beta.Id, TimeSpan.FromHours(2), Enumerable.Range(2, 24 * 27));
        var quiet = Assert.Single(await bench.Habits.ReadAsync(default));
        Assert.Equal((alpha.Id, "Alpha 900 usually speaks every hour; silent for 4 hours."), (quiet.BbsId, quiet.Sentence));

        await bench.Hub.Get<BbsAdmin>().SetActiveAsync(alpha.ClientId, false, default);
        Assert.Empty(await bench.Habits.ReadAsync(default));
        await bench.Hub.Get<BbsAdmin>().SetActiveAsync(alpha.ClientId, true, default);
        Assert.Single(await bench.Habits.ReadAsync(default));
        await bench.Hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.RetiredAt = bench.Now, default);
        Assert.Empty(await bench.Habits.ReadAsync(default));
    }

    [Fact]
    public async Task A_board_that_never_spoke_is_quiet_three_days_after_it_was_added()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        await using (var db = await bench.Databases.CreateDbContextAsync())
        {
            // Added long ago, and given a seat just now
            await db.Set<Bbs>().Where(b => b.Name == "Beta 900").ExecuteUpdateAsync(b => b.SetProperty(x => x.CreatedAt, bench.Now.AddDays(-30)));
        }

        bench.Clock.Advance(TimeSpan.FromDays(2.9));
        Assert.Empty(await bench.Habits.ReadAsync(default));
        bench.Clock.Advance(TimeSpan.FromHours(4));
        var quiet = await bench.Habits.ReadAsync(default);
        Assert.Equal(["Alpha 900 has never spoken; it was added 3 days ago.", "Beta 900 has never spoken; it was added 3 days ago."], quiet.Select(q => q.Sentence).Order());
    }

    [Fact]
    public async Task A_hub_that_was_off_for_a_night_calls_no_board_quiet_when_it_is_back_and_those_that_were_stay_it()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var (alpha, beta) = Boards(bench);
        await bench.SpokeAsync(alpha.Id, TimeSpan.FromMinutes(5), Enumerable.Range(0, 24 * 27));
        await bench.SpokeAsync(beta.Id, TimeSpan.FromHours(5), Enumerable.Range(5, 24 * 27));
        bench.Clock.Advance(TimeSpan.FromHours(10));
        var restarted = bench.Restarted();
        Assert.Equal(["Beta 900"], (await restarted.ReadAsync(default)).Select(q => q.Name));
        bench.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Single(await restarted.ReadAsync(default));
        // Back for longer than its patience, and it has not spoken
        bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["Alpha 900", "Beta 900"], (await restarted.ReadAsync(default)).Select(q => q.Name).Order());
    }

    [Fact]
    public async Task A_quiet_board_of_which_an_alert_was_raised_stays_quiet_over_a_restart_though_nothing_else_lived()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var (alpha, beta) = Boards(bench);
        await bench.SpokeAsync(alpha.Id, TimeSpan.FromHours(4), EveryHourBut4);
        await bench.SpokeAsync(beta.Id, TimeSpan.FromHours(4), EveryHourBut4);
        await using (var db = await bench.Databases.CreateDbContextAsync())
        {
            await db.Set<NovaHub.Engine.Activities.Activity>().ExecuteDeleteAsync();
        }

        var raised = bench.Now;
        bench.Clock.Advance(TimeSpan.FromHours(2));
        var restarted = bench.Restarted();
        await restarted.BeginAsync(raised, default);
        Assert.Equal(2, (await restarted.ReadAsync(default)).Count);
        Assert.Empty(await bench.Restarted().ReadAsync(default));
    }

    [Fact]
    public async Task Pages_see_who_is_quiet_without_a_reading_of_their_own()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var habits = bench.Habits;
        Assert.Null(habits.Feed.State);
        await habits.ReadAsync(default);
        Assert.Empty(habits.Feed.State!);
        await bench.SpokeAsync(Boards(bench).Alpha.Id, TimeSpan.FromHours(4), EveryHourBut4);
        await habits.ReadAsync(default);
        Assert.Single(habits.Feed.State!);
    }

    [Fact]
    public async Task Hours_are_kept_for_60_days()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        await bench.SpokeAsync(Boards(bench).Alpha.Id, TimeSpan.Zero, [0, 24 * 59, 24 * 61, 24 * 90]);
        Assert.Equal(2, await bench.Habits.ForgetAsync(default));
        await using var db = await bench.Databases.CreateDbContextAsync();
        Assert.Equal(2, await db.Set<BbsHour>().CountAsync());
    }

    private static (BoardEntry Alpha, BoardEntry Beta) Boards(AlertBench bench)
    {
        var members = bench.Hub.Get<HubDirectory>().Current.Leagues.Values.Single().Members;
        return (members[2], members[3]);
    }
}
