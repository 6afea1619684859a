using System.Collections.Frozen;
using Bunit;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Dashboard;
using NovaHub.Web.Components.Pages.Leagues;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class TrafficTests
{
    private static readonly DateTime Now = new(2026, 7, 1, 12, 20, 0, DateTimeKind.Utc);
    private static readonly LeagueId Bre = LeagueId.Parse("900B");
    private static readonly LeagueId Fe = LeagueId.Parse("015F");

    [Fact]
    public void A_day_has_a_bar_for_each_hour_and_the_last_one_is_the_hour_that_goes_on()
    {
        var chart = TrafficChart.Of(TrafficSpan.Of("24h"), [Hour(0, Bre, 3, 2), Hour(1, Bre, 1, 0), Hour(23, Fe, 7, 0), Hour(24, Fe, 100, 0), Hour(-8760, Bre, 50, 0)], Now, TimeZoneInfo.Utc);
        Assert.Equal([Fe, Bre], chart.Series.Select(s => s.League));
        Assert.Equal((5, 1), (chart.Series[1].Bars[^1], chart.Series[1].Bars[^2]));
        Assert.Equal(7, chart.Series[0].Bars[0]);
        Assert.Equal(13, chart.Total);
        Assert.Equal(24, chart.Labels.Count);
        Assert.Equal("12:00", chart.Labels[^1]);
        Assert.InRange(chart.Labels.Count(l => l.Length > 0), 3, 7);
        Assert.Equal("13 packets in the last 24 hours, 015F: 7, 900B: 6; most per hour: 7, at 13:00.", chart.Summary);
    }

    [Theory]
    [InlineData("7d", 28, 6)]
    [InlineData("30d", 30, 24)]
    public void A_longer_span_gathers_hours(string key, int bars, int hours)
    {
        var span = TrafficSpan.Of(key);
        var rows = Enumerable.Range(0, bars * hours).Select(i => Hour(i, Bre, 1, 0)).ToList();
        var chart = TrafficChart.Of(span, rows, Now, TimeZoneInfo.Utc);
        Assert.Equal(bars, chart.Series.Single().Bars.Count);
        Assert.All(chart.Series.Single().Bars.Skip(1).SkipLast(1), b => Assert.Equal(hours, b));
    }

    [Fact]
    public void Labels_are_in_the_viewer_s_zone_and_an_unknown_span_is_a_day()
    {
        var chart = TrafficChart.Of(TrafficSpan.Of("nonsense"), [], Now, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.Equal("14:00", chart.Labels[^1]);
        Assert.Equal("No packet in the last 24 hours.", chart.Summary);
    }

    [Fact]
    public void All_is_well_where_nothing_stands_in_the_way() =>
        Assert.Equal(new HubPulse("All is well: mail moves in 1 league.", Tone.Good, []).Sentence, Pulse([], [], false).Sentence);

    [Fact]
    public void A_paused_league_is_worth_a_look_and_says_what_waits()
    {
        var pulse = Pulse([], [], paused: true, waiting: 2);
        Assert.Equal((Tone.Notice, "Mail moves; one thing is worth a look."), (pulse.Tone, pulse.Sentence));
        Assert.Equal("900B is paused, and 2 packets wait for its game.", pulse.Reasons.Single().Sentence);
        Assert.Equal("/leagues/900B", pulse.Reasons.Single().Link);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 1)]
    [InlineData(7, 2)]
    [InlineData(30, 5)]
    [InlineData(31, 10)]
    [InlineData(100, 20)]
    [InlineData(301, 100)]
    public void The_scale_has_a_handful_of_lines_at_round_numbers(int most, int tick) =>
        Assert.Equal(tick, TrafficChart.Of(TrafficSpan.All[0], [Hour(1, Bre, most, 0)], Now, TimeZoneInfo.Utc).Tick);

    [Theory]
    [InlineData(0, Tone.Notice)]
    [InlineData(1, Tone.Bad)]
    public void A_league_that_can_not_run_is_wrong_once_mail_waits_for_it(int waiting, Tone tone) =>
        Assert.Equal(tone, Pulse([], [new LeagueGap("No game folder.", null, true)], false, waiting).Tone);

    [Fact]
    public void The_worst_comes_first_and_a_run_that_was_not_good_is_linked()
    {
        var failed = EndedRun(Bre, 7, RunOutcome.Incomplete, "2 packets were left unread.");
        var pulse = Pulse(["The data folder's disk has 3 MiB left."], [], true, runs: failed);
        Assert.Equal("Mail does not move as it should: one thing is wrong.", pulse.Sentence);
        Assert.Equal([Tone.Bad, Tone.Notice, Tone.Notice], pulse.Reasons.Select(r => r.Tone));
        Assert.Contains(pulse.Reasons, r => r is { Link: "/runs/7", Sentence: "900B, run 7: Incomplete. 2 packets were left unread." });
        Assert.Equal(Tone.Good, Pulse([], [], false, runs: EndedRun(Bre, 8, RunOutcome.Cancelled, "Cancelled.")).Tone);
    }

    [Fact]
    public async Task The_dashboard_says_that_all_is_well_and_draws_what_came_in()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "All is well: mail moves in 1 league.");
        Assert.Contains("No packet in the last 24 hours", page.Markup);
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        page.WaitForAssertion(() => Assert.StartsWith("1 packet in the last 24 hours, 900B: 1", page.Find(".chart").GetAttribute("aria-label")), TimeSpan.FromSeconds(15));
        Assert.NotEmpty(page.FindAll(".chart svg"));
        Assert.Equal("/?span=7d", page.FindAll(".spans a")[1].GetAttribute("href"));
    }

    [Fact]
    public async Task A_run_that_failed_turns_the_sentence_while_the_page_is_open()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "All is well");
        console.Runs.Feed.Publish(Glance(league, 7, RunStep.Play));
        Eventually(page, "Running now");
        await console.StoreAsync(EndedRun(league, 7, RunOutcome.Failed, "No completion line."));
        console.Runs.Feed.Publish(Glance(league, 7, RunStep.Ended, outcome: RunOutcome.Failed));
        Eventually(page, "900B, run 7: Failed. No completion line.");
        EventuallyNot(page, "All is well");
    }

    private static HubPulse Pulse(IReadOnlyList<string> faults, IReadOnlyList<LeagueGap> gaps, bool paused, int waiting = 0, params Run[] runs) => HubPulse.Of(
        faults,
        [(new LeagueEntry(Bre, "Test", 1, FrozenDictionary<int, BoardEntry>.Empty, null, true, paused), gaps)],
        runs,
        waiting == 0 ? [] : [new WaitingCount(Bre, 1, waiting), new WaitingCount(Bre, 2, 50)],
        []);

    [Fact]
    public void A_board_that_is_silent_against_its_habit_is_worth_a_look()
    {
        var quiet = new QuietBoard(7, "The Dive", Now.AddHours(-9), Now.AddHours(-9), TimeSpan.FromHours(9), new BoardHabit(TimeSpan.FromHours(1), TimeSpan.FromHours(3)));
        var pulse = HubPulse.Of([], [], [], [], [quiet]);
        Assert.Equal(("Mail moves; one thing is worth a look.", Tone.Notice), (pulse.Sentence, pulse.Tone));
        Assert.Equal([new PulseReason("The Dive usually speaks every hour; silent for 9 hours.", "/bbses/7", Tone.Notice)], pulse.Reasons);
        // It never hides what is worse
        Assert.Equal(Tone.Bad, HubPulse.Of(["The disk is full."], [], [], [], [quiet]).Tone);
    }


    private static TrafficHour Hour(int ago, LeagueId league, int received, int written) =>
        new() { Hour = Now.Date.AddHours(Now.Hour - ago), LeagueId = league, Received = received, Written = written };
}
