using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Schedules;
using NovaHub.Web.Components.Pages.Dashboard;

namespace NovaHub.Web.Tests.Components;

public sealed class UsualDayTests
{
    // A Wednesday
    private static readonly DateTime Now = new(2026, 7, 15, 12, 30, 0, DateTimeKind.Utc);
    private static readonly LeagueId Bre = LeagueId.Parse("900B");
    private static readonly LeagueId Fe = LeagueId.Parse("015F");

    [Fact]
    public void Usual_is_the_median_by_this_time_of_day_on_days_like_this_one()
    {
        // 4 an hour on workdays, in two leagues; nothing at weekends, and one wild day
        var hours = Enumerable.Range(1, 28).Select(d => Now.Date.AddDays(-d)).Where(d => d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            .SelectMany(d => Enumerable.Range(0, 24).SelectMany(h => new[] { Hour(d.AddHours(h), Bre, d == Now.Date.AddDays(-1) ? 900 : 3), Hour(d.AddHours(h), Fe, 1) })).ToList();
        var day = UsualDay.Of(hours, 55, Now);
        Assert.Equal(new UsualDay(55, 50, 20, false), day);
        Assert.Equal("usually 50 by now", day.Words);
        Assert.Equal("55 so far today (UTC), usually 50 by now: the median of 20 days like this one in the last 28.", day.Sentence);
        // Nothing comes on a Saturday, and that is usual
        Assert.Equal(0, UsualDay.Of(hours, 0, Now.AddDays(3)).Usual);
    }

    [Fact]
    public void The_hour_that_goes_on_counts_as_far_as_it_is_over()
    {
        var hours = Enumerable.Range(1, 5).Select(d => Hour(Now.Date.AddDays(-d).AddHours(12), Bre, 60)).Append(Hour(Now.Date.AddDays(-5), Bre, 0)).ToList();
        hours.Add(Hour(Now.Date.AddDays(-6), Bre, 1));
        Assert.Equal(30, UsualDay.Of(hours, 1, Now).Usual);
        Assert.Equal(0, UsualDay.Of(hours, 1, Now.Date.AddHours(12)).Usual);
        Assert.Equal(60, UsualDay.Of(hours, 1, Now.Date.AddHours(13)).Usual);
    }

    [Theory]
    [InlineData(0, "usual not known yet")]
    [InlineData(2, "usual known after 3 days")]
    public void Too_little_history_is_said(int days, string words)
    {
        var day = UsualDay.Of([.. Enumerable.Range(1, days).Select(d => Hour(Now.Date.AddDays(-d), Bre, 5))], 7, Now);
        Assert.Null(day.Usual);
        Assert.False(day.IsLow);
        Assert.Equal(words, day.Words);
    }

    [Fact]
    public void The_day_on_which_the_hub_began_is_no_whole_day()
    {
        var hours = Enumerable.Range(1, 3).Select(d => Hour(Now.Date.AddDays(-d).AddHours(d == 3 ? 22 : 0), Bre, 5)).ToList();
        Assert.Null(UsualDay.Of(hours, 0, Now).Usual);
        Assert.Equal(5, UsualDay.Of([.. hours, Hour(Now.Date.AddDays(-3), Bre, 5)], 0, Now).Usual);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(30, false)]
    public void Far_fewer_than_ever_is_worth_a_look(int today, bool low)
    {
        var hours = Enumerable.Range(1, 10).Select(d => Hour(Now.Date.AddDays(-d), Bre, 40 + d)).ToList();
        Assert.Equal(low, UsualDay.Of(hours, today, Now).IsLow);
        // A handful comes and goes by chance
        Assert.False(UsualDay.Of([.. hours.Select(h => Hour(h.Hour, Bre, 6))], 0, Now).IsLow);
    }

    [Fact]
    public void The_soonest_runs_come_first_whatever_starts_them()
    {
        var next = NextRun.Of(
            new Dictionary<LeagueId, LeagueTimes>
            {
                [Bre] = new(Now.AddHours(2), null, Now.AddMinutes(1)),
                [Fe] = new(Now.AddHours(1), null, null),
                [LeagueId.Parse("555B")] = new(null, null, null),
            },
            2);
        Assert.Equal([new NextRun(Bre, Now.AddMinutes(1), true), new NextRun(Fe, Now.AddHours(1), false)], next);
    }

    private static TrafficHour Hour(DateTime at, LeagueId league, int received) => new() { Hour = at, LeagueId = league, Received = received };
}
