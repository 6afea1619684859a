using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Leagues;
using NovaHub.Web.Components.Pages.Runs;
using NovaHub.Web.Components.Pages.Schedules;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class LeaguePageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_league_s_page_shows_members_routes_nodelist_and_game_folder()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0302.001", new byte[10]);
        var page = Show(console);
        Eventually(page, "900B Sandbox Realms");
        Assert.Contains("The game folder is as it must be", page.Markup);
        Assert.Contains("1 HOST 2 3", page.Find(".dos-text").TextContent);
        Assert.Contains("Node 3 is new: Last Resort, 13:900/3.", page.Markup);
        Assert.Equal("1 waiting", page.Find(".matrix .matrix-wait").TextContent);
        Assert.Contains("No run yet", page.Markup);

        await console.Hub.UploadAsync("900B0302.002", new byte[10]);
        page.WaitForAssertion(() => Assert.Equal("2 waiting", page.Find(".matrix .matrix-wait").TextContent), Patience);
        await console.StoreAsync(EndedRun(LeagueId.Parse("900B"), 1, RunOutcome.Good, "All was read."));
        console.Runs.Feed.Publish(Glance(LeagueId.Parse("900B"), 1, RunStep.Play));
        Eventually(page, "All was read.");
    }

    [Fact]
    public async Task Members_are_sorted_by_their_heads_and_turned_page_by_page()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = new League { Id = LeagueId.Parse("900B"), Name = "Many" };
        league.Memberships.AddRange(Enumerable.Range(2, 40).Select(i => new Membership
        {
            Id = i, LeagueId = league.Id, BbsId = i, BbsIndex = i,
            Bbs = new Bbs { Id = i, Name = $"Board {42 - i:D2}", ClientId = $"bbs_{i}", CredentialStamp = "", LastSeenAt = i == 7 ? DateTime.UtcNow : null },
        }));
        RouteTraffic[] routes = [new(1, 9, 5, new PacketName(league.Id, 1, 9, 3), DateTime.UtcNow, 5, 5)];
        List<string> Shown(string? sort, int? page) =>
        [
            .. console.Show<LeagueMembers>(p => p.Add(m => m.League, league).Add(m => m.Routes, routes).Add(m => m.SortText, sort).Add(m => m.PageNumber, page))
                .FindAll("tbody tr td:first-child a").Select(a => a.TextContent),
        ];

        Assert.Equal((30, "Board 40"), (Shown(null, null).Count, Shown(null, null)[0]));
        Assert.Equal((10, "Board 10"), (Shown(null, 2).Count, Shown(null, 2)[0]));
        Assert.Equal("Board 01", Shown("name", null)[0]);
        Assert.Equal("Board 35", Shown("-seen", null)[0]);
        Assert.Equal("Board 33", Shown("-waiting", null)[0]);
        Assert.Equal(Shown(null, 2), Shown("nonsense", 99));
        var view = console.Show<LeagueMembers>(p => p.Add(m => m.League, league).Add(m => m.Routes, routes).Add(m => m.SortText, "-seen"));
        Assert.Equal("descending", view.Find("th:nth-child(4)").GetAttribute("aria-sort"));
        Assert.Equal("/leagues/900B?members=seen", view.Find("th:nth-child(4) a").GetAttribute("href"));
        Assert.Equal("/leagues/900B?members=-seen&page=2", view.Find("a[rel=next]").GetAttribute("href"));
    }

    [Fact]
    public async Task The_matrix_counts_seven_days_colours_them_and_leads_to_the_packets()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync([.. Enumerable.Range(1, 12).Select(i => (object)new Packet
        {
            LeagueId = league, Source = 2, Dest = 3, Sequence = i, RouteOrdinal = i, Sha256 = new byte[32], Size = 5, ReceivedAt = DateTime.UtcNow.AddDays(i <= 3 ? -8 : -1), DeliveredAt = DateTime.UtcNow,
        })]);
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        var page = Show(console);
        Eventually(page, "heat-5");
        var cells = page.FindAll(".matrix td[class^=heat-]").ToDictionary(c => c.QuerySelector("a")!.GetAttribute("href")!, c => (c.QuerySelector("a")!.TextContent, c.ClassName));
        Assert.Equal(("9", "heat-5"), cells["/packets?league=900B&from=2&to=3"]);
        Assert.Equal(("1", "heat-2"), cells["/packets?league=900B&from=2&to=1"]);
        Assert.Equal("9 packets in 7 days from 2 The Dive to 3 Last Resort: show them", page.Find("a[href='/packets?league=900B&from=2&to=3']").GetAttribute("aria-label"));
        Assert.NotEmpty(page.FindAll(".heat-legend li"));

        await console.Hub.UploadAsync("900B0203.099", new byte[10]);
        page.WaitForAssertion(() => Assert.Equal("10", page.Find("a[href='/packets?league=900B&from=2&to=3']").TextContent), Patience);
    }

    [Theory]
    [InlineData(new long[] { }, new long[] { })]
    [InlineData(new long[] { 0, 0 }, new long[] { })]
    [InlineData(new long[] { 1 }, new long[] { 1 })]
    [InlineData(new long[] { 3, 100_000 }, new long[] { 10, 100, 1000, 10_000, 100_000 })]
    public void Each_level_of_the_heat_reaches_further_than_the_one_before(long[] counts, long[] limits)
    {
        var scale = HeatScale.Of(counts);
        Assert.Equal(limits, scale.Limits);
        Assert.Equal(0, scale.Level(0));
        Assert.All(scale.Ranges(), r => Assert.Equal((r.Level, r.Level), (scale.Level(r.From), scale.Level(r.To))));
        Assert.True(limits.Length == 0 || scale.Level(limits[^1]) == HeatScale.MostLevels);
    }

    [Fact]
    public async Task Leagues_are_sorted_by_their_heads_and_paged()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.StoreAsync([.. Enumerable.Range(100, 60).Select(i => (object)new League { Id = LeagueId.Parse($"{i}B"), Name = $"League {200 - i:D3}", CreatedAt = DateTime.UtcNow })]);
        await console.Hub.Get<HubDirectory>().RefreshAsync();
        var navigation = console.Bunit.Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>();
        var page = console.Show<LeagueList>();
        Eventually(page, "Page 1 of 2");
        Assert.Equal(("100B", 50), (page.Find("tbody a.strong").TextContent, page.FindAll("tbody tr").Count));
        Assert.Equal("/leagues?page=2", page.Find("a[rel=next]").GetAttribute("href"));
        navigation.NavigateTo("/leagues?sort=name&page=2");
        page = console.Show<LeagueList>();
        Eventually(page, "Page 2 of 2");
        Assert.Equal(("109B", 10), (page.Find("tbody a.strong").TextContent, page.FindAll("tbody tr").Count));
        Assert.Equal("/leagues?sort=-name", page.Find("th[aria-sort=ascending] a").GetAttribute("href"));
    }

    [Theory]
    [InlineData("901B")]
    [InlineData("nonsense")]
    public async Task A_league_that_is_none_is_said(string text)
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = console.Show<LeaguePage>(p => p.Add(x => x.Text, text));
        Eventually(page, $"There is no league {text}");
    }

    [Fact]
    public async Task What_is_wrong_with_the_game_folder_is_said_with_what_to_do()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var folder = console.Hub.Get<HubDirectory>().Current.Leagues[league].GameFolder!;
        await File.WriteAllTextAsync(Path.Combine(folder, "BBS.CFG"), string.Join("\r\n", "Sysop", "BBS", "13:10/1", "C:\\WRONG\\", "", "901", ""));
        var page = Show(console);
        Eventually(page, "Set line 4 to");
        Assert.Contains("and this is league 900", page.Markup);
        Assert.DoesNotContain("as it must be", page.Markup);
    }

    [Fact]
    public async Task The_hub_s_part_is_changed_on_the_page_and_a_refusal_stands_beside_it()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var page = Show(console);
        Eventually(page, "The hub's part");
        await page.InvokeAsync(() => page.Find("button[aria-label='Change the league']").Click());
        await page.InvokeAsync(() => page.Find("#set-index").Input("3"));
        await page.InvokeAsync(() => page.Find("form[aria-label='The league']").Submit());
        Eventually(page, "Node 3 of 900B is Last Resort.");
        await page.InvokeAsync(() => page.Find("#set-index").Input("1"));
        await page.InvokeAsync(() => page.Find("#set-folder").Input("games/B900N01"));
        await page.InvokeAsync(() => page.Find("form[aria-label='The league']").Submit());
        Eventually(page, "is no whole path");
        await page.InvokeAsync(() => page.Find("#set-folder").Input(""));
        await page.InvokeAsync(() => page.Find("#set-name").Input("Renamed"));
        await page.InvokeAsync(() => page.Find("form[aria-label='The league']").Submit());
        Eventually(page, "900B Renamed");
        Assert.Contains("No game folder: mail for the hub waits", page.Markup);
        Assert.Null(console.Hub.Get<HubDirectory>().Current.Leagues[league].GameFolder);
    }

    [Fact]
    public async Task A_schedule_shows_its_next_five_times_before_it_is_saved()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        console.Bunit.Services.GetRequiredService<Viewer>().Apply(new ViewerSettings("dark", true, "Europe/Berlin"));
        var page = Show(console);
        Eventually(page, "Schedule");
        await page.InvokeAsync(() => page.Find("button[aria-label='Change the schedule']").Click());
        await page.InvokeAsync(() => page.Find("#cron-900B").Input("every day"));
        Assert.Contains("is no cron expression", page.Find(".cron-refusal").TextContent);
        await page.InvokeAsync(() => page.FindAll(".example").Single(b => b.TextContent.Contains("04:00")).Click());
        await page.InvokeAsync(() => page.Find("#zone-900B").Input("Mars/Base"));
        Assert.Contains("“Mars/Base” is no time zone", page.Find(".cron-refusal").TextContent);
        Assert.True(page.Find("form[aria-label='Schedule of 900B'] button[type='submit']").HasAttribute("disabled"));
        await page.InvokeAsync(() => page.Find("#zone-900B").Input("Asia/Tokyo"));
        Assert.Contains("Asia/Tokyo", page.FindAll("#zones-900B option").Select(o => o.GetAttribute("value")));
        var times = page.FindAll(".cron-times li").Select(l => l.TextContent).ToList();
        Assert.Equal(5, times.Count);
        Assert.All(times, t => Assert.Matches(@"04:00 Asia/Tokyo · .* 2[01]:00 for you \(Europe/Berlin\)", t));
        Assert.Empty(page.FindAll(".odd-night"));
        await page.InvokeAsync(() => page.Find("form[aria-label='Schedule of 900B']").Submit());
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("button[aria-label='Change the schedule']")), Patience);
        // The next time comes from the scheduler, which follows a moment later
        page.WaitForAssertion(() => Assert.Contains(page.FindAll(".facts time"), t => t.GetAttribute("title")!.Contains("19:00:00 UTC")), Patience);
        Assert.Matches("04:00 Asia/Tokyo", page.Find(".next-there").TextContent);
    }

    [Fact]
    public async Task A_schedule_marks_the_nights_on_which_its_clock_changes()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = Show(console);
        Eventually(page, "Schedule");
        await page.InvokeAsync(() => page.Find("button[aria-label='Change the schedule']").Click());
        await page.InvokeAsync(() => page.Find("#zone-900B").Input("Europe/Berlin"));
        await page.InvokeAsync(() => page.Find("#cron-900B").Input("0 30 2 ? 3 1L"));
        Assert.Equal(5, page.FindAll(".odd-night").Count);
        Assert.All(page.FindAll(".cron-times li"), t => Assert.Contains("03:00 Europe/Berlin", t.TextContent));
        Assert.All(page.FindAll(".odd-night"), t => Assert.Contains("never shows 02:30: it comes at 03:00", t.TextContent));
    }

    [Fact]
    public async Task A_schedule_that_has_run_out_says_so_and_lets_the_rest_be_changed()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await using (var db = await console.Hub.Get<IDbContextFactory<NovaHub.Engine.Storage.HubDb>>().CreateDbContextAsync())
        {
            await db.Set<League>().Where(l => l.Id == league).ExecuteUpdateAsync(s => s.SetProperty(l => l.Cron, "0 0 12 1 1 ? 2020"));
        }

        await console.Hub.Get<HubDirectory>().RefreshAsync();
        var page = Show(console);
        Eventually(page, "has no further time");
        await page.InvokeAsync(() => page.Find("button[aria-label='Change the schedule']").Click());
        Assert.Contains("never comes", page.Find(".cron-refusal").TextContent);
        await page.InvokeAsync(() => page.Find(".fields input[type='checkbox']").Change(false));
        await page.InvokeAsync(() => page.Find("form[aria-label='Schedule of 900B']").Submit());
        page.WaitForAssertion(() => Assert.False(console.Hub.Get<HubDirectory>().Current.Leagues[league].RunsOnArrival), Patience);
        var list = console.Show<ScheduleList>();
        Eventually(list, "has no further time");
    }

    [Fact]
    public async Task A_nodelist_is_made_anew_only_where_something_changes()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = Show(console);
        var dialogs = console.Bunit.Render<MudBlazor.MudDialogProvider>();
        Eventually(page, "Make it anew");
        var click = page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Make it anew")).ClickAsync(new()));
        dialogs.WaitForAssertion(() => Assert.Contains("It would be the same, byte for byte", dialogs.Markup), Patience);
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("Close")).ClickAsync(new()));
        await click;
    }

    [Fact]
    public async Task Schedules_follow_what_is_paused_and_resumed()
    {
        await using var console = await ConsoleContext.StartAsync();
        var page = console.Show<ScheduleList>();
        Eventually(page, "Nothing to schedule yet");
        var league = await console.AddLeagueAsync();
        Eventually(page, "not since the hub started");
        await console.Hub.Get<LeagueAdmin>().ChangeAsync(league, l => (l.Cron, l.TimeZone) = ("0 0 4 * * ?", "UTC"), default);
        page.WaitForAssertion(() => Assert.Contains("04:00:00 UTC", page.Find("td[data-label='Next by cron'] time").GetAttribute("title")), Patience);

        await page.InvokeAsync(() => page.Find("button[aria-label='Pause: league 900B']").ClickAsync(new()));
        Eventually(page, "Paused");
        page.WaitForAssertion(() => Assert.Equal("none", page.Find("td[data-label='Next by cron']").TextContent), Patience);
        await page.InvokeAsync(() => page.Find("button[aria-label='Resume: league 900B']").ClickAsync(new()));
        EventuallyNot(page, "Paused");
        await page.InvokeAsync(() => page.Find("button[aria-label='Change the schedule of 900B']").Click());
        Assert.Equal("0 0 4 * * ?", page.Find("#cron-900B").GetAttribute("value"));
    }

    [Fact]
    public async Task A_sysop_pauses_and_only_an_admin_changes()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var actions = console.Bunit.Services.GetRequiredService<LeagueActions>();
        console.BeSysop();
        var page = Show(console);
        Eventually(page, "900B Sandbox Realms");
        Assert.Empty(page.FindAll("button[aria-label^='Change']"));
        Assert.DoesNotContain("Make it anew", page.Markup);
        Assert.Equal(RunActions.NotAllowed, (await actions.AddAsync(new LeagueForm { Number = "555", Name = "New" })).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.ChangeAsync(league, new LeagueForm { Name = "New" })).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.ScheduleAsync(league, "", "UTC", false)).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.RegenerateAsync(league)).Refusal);
        Assert.Null((await actions.PauseAsync(league, true)).Refusal);
        Eventually(page, "Paused");
        console.BeNobody();
        Assert.Equal(RunActions.NotAllowed, (await actions.PauseAsync(league, false)).Refusal);
        Assert.True(console.Hub.Get<HubDirectory>().Current.Leagues[league].IsPaused);
    }

    [Fact]
    public async Task A_league_is_added_in_a_dialog()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = console.Show<LeagueList>();
        var dialogs = console.Bunit.Render<MudBlazor.MudDialogProvider>();
        Eventually(page, "Add a league");
        var click = page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Add a league")).ClickAsync(new()));
        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.FindAll("#league-number")), Patience);
        await dialogs.InvokeAsync(() => dialogs.Find("#league-number").Input("9"));
        await dialogs.InvokeAsync(() => dialogs.Find("#add-league").SubmitAsync());
        dialogs.WaitForAssertion(() => Assert.Contains("“9” is no league number", dialogs.Markup), Patience);
        await dialogs.InvokeAsync(() => dialogs.Find("#league-number").Input("015"));
        await dialogs.InvokeAsync(() => dialogs.Find("#league-game").Change("F"));
        await dialogs.InvokeAsync(() => dialogs.Find("#league-name").Input("Falcons"));
        await dialogs.InvokeAsync(() => dialogs.Find("#add-league").SubmitAsync());
        await click;
        Assert.Equal("Falcons", console.Hub.Get<HubDirectory>().Current.Leagues[LeagueId.Parse("015F")].Name);
        Assert.EndsWith("/leagues/015F", console.Bunit.Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().Uri);
    }

    [Theory]
    [InlineData(0.5, "now")]
    [InlineData(12, "in 12 s")]
    [InlineData(180, "in 3 min")]
    [InlineData(7260, "in 2 h 1 min")]
    [InlineData(172800, "3 Jul 14:00")]
    public void A_moment_to_come_is_told_as_people_tell_it(double seconds, string text)
    {
        var now = new DateTime(2026, 7, 1, 12, 0, 0, DateTimeKind.Utc);
        Assert.Equal(text, Words.Until(now.AddSeconds(seconds), now, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));
    }

    private static IRenderedComponent<LeaguePage> Show(ConsoleContext console) => console.Show<LeaguePage>(p => p.Add(x => x.Text, "900B"));
}
