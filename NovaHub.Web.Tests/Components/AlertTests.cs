using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.Configuration;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MudBlazor;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Web.Components.Layout;
using NovaHub.Web.Components.Pages.Alerts;
using NovaHub.Web.Components.Pages.Bbses;
using NovaHub.Web.Components.Pages.Dashboard;
using NovaHub.Web.Components.Search;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Tests.Browser;
using static NovaHub.Web.Tests.Components.ConsoleContext;
using AlertPageView = NovaHub.Web.Components.Pages.Alerts.AlertPage;

namespace NovaHub.Web.Tests.Components;

public sealed class AlertTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_run_that_fails_appears_on_the_open_list_in_the_menu_and_on_the_dashboard_and_ends_by_itself()
    {
        await using var console = await StartAsync();
        var league = await console.AddLeagueAsync();
        var (list, menu, panel) = (console.Show<AlertList>(), console.Show<NavMenu>(), console.Show<OpenAlertsPanel>());
        Eventually(list, "No alert is open");
        Assert.Contains("It ends by itself when it is over.", list.Markup);
        Eventually(panel, "Nothing needs you.");
        Assert.Empty(menu.FindAll(".nav-count"));

        await StoreRunAsync(console, EndedRun(league, 7, RunOutcome.Failed, "No completion line."));
        Eventually(list, "Run 7 of 900B was not good. No completion line.");
        Eventually(panel, "Run not good: 900B");
        menu.WaitForAssertion(() => Assert.Equal("Alerts1, 1 not acknowledged", menu.Find("a[href='/alerts']").TextContent.Trim()), Patience);
        Assert.Equal(["/leagues/900B", "/runs/7"], list.FindAll("a.about").Select(a => a.GetAttribute("href")));

        await StoreRunAsync(console, EndedRun(league, 8, RunOutcome.Good, "All was read."));
        Eventually(list, "No alert is open");
        Eventually(panel, "Nothing needs you.");
        menu.WaitForAssertion(() => Assert.Empty(menu.FindAll(".nav-count")), Patience);
    }

    [Fact]
    public async Task Chosen_alerts_are_acknowledged_together_and_closed_after_a_question()
    {
        await using var console = await StartAsync();
        await PutAsync(console, 3);
        var dialogs = console.Show<MudDialogProvider>();
        var list = console.Show<AlertList>();
        list.WaitForAssertion(() => Assert.Equal(3, list.FindAll("tbody tr").Count), Patience);
        Assert.True(Button(list, "Acknowledge").HasAttribute("disabled"));
        await list.InvokeAsync(() => list.FindAll("tbody input[type=checkbox]")[1].Change(true));
        Assert.Equal("1 chosen", list.Find(".chosen [role=status]").TextContent);
        await list.InvokeAsync(() => list.Find(".chosen input").Change(true));
        Assert.Equal("3 chosen", list.Find(".chosen [role=status]").TextContent);
        await list.InvokeAsync(() => Button(list, "Acknowledge").Click());
        list.WaitForAssertion(() => Assert.Equal(3, list.FindAll("td[data-label='Acknowledged by']").Count(c => c.TextContent == "Ada")), Patience);

        await list.InvokeAsync(() => list.Find(".chosen input").Change(true));
        var resolving = list.InvokeAsync(() => Button(list, "Resolve").Click());
        Eventually(dialogs, "3 alerts are closed in your name");
        await dialogs.InvokeAsync(() => Button(dialogs, "Leave it").Click());
        await resolving;
        Assert.Equal(3, (await console.Hub.Get<AlertBook>().ListAsync(new AlertFilter(), AlertOrder.Raised, false, 0, 10, default)).Total);
        resolving = list.InvokeAsync(() => Button(list, "Resolve").Click());
        Eventually(dialogs, "3 alerts are closed in your name");
        await dialogs.InvokeAsync(() => Button(dialogs, "Resolve 3 alerts").Click());
        await resolving;
        Eventually(list, "No alert is open");
        Assert.Equal(["3 alerts were resolved: 1, 2, 3.", "3 alerts were acknowledged: 1, 2, 3."], (await ToldAsync(console)).Select(a => a.Sentence));
        Assert.All(await ToldAsync(console), a => Assert.Equal("Ada", a.Who));
    }

    [Fact]
    public async Task One_alert_alone_is_closed_without_a_question_and_what_is_over_cannot_be_chosen()
    {
        await using var console = await StartAsync();
        await PutAsync(console, 2);
        Go(console, "/alerts?state=all&sort=raised");
        var list = console.Show<AlertList>();
        list.WaitForAssertion(() => Assert.Equal(2, list.FindAll("tbody tr").Count), Patience);
        await list.InvokeAsync(() => list.FindAll("tbody input[type=checkbox]")[0].Change(true));
        await list.InvokeAsync(() => Button(list, "Resolve").Click());
        list.WaitForAssertion(() => Assert.Equal(["Over", "New"], list.FindAll("td[data-label=State]").Select(c => c.TextContent.Trim())), Patience);
        Assert.True(list.FindAll("tbody input[type=checkbox]")[0].HasAttribute("disabled"));
        await list.InvokeAsync(() => list.Find(".chosen input").Change(true));
        Assert.Equal("1 chosen", list.Find(".chosen [role=status]").TextContent);
    }

    [Fact]
    public async Task Who_may_only_look_gets_no_buttons_and_pressing_them_all_the_same_does_nothing()
    {
        await using var console = await StartAsync();
        await PutAsync(console, 1);
        var list = console.Show<AlertList>();
        list.WaitForAssertion(() => Assert.NotEmpty(list.FindAll(".chosen")), Patience);
        console.BeNobody();
        list.WaitForAssertion(() => Assert.Empty(list.FindAll(".chosen")), Patience);
        Assert.Empty(list.FindAll("tbody input[type=checkbox]"));
        var acts = console.Bunit.Services.GetRequiredService<AlertActs>();
        Assert.Equal("Your account may not do this. An admin can.", (await acts.ResolveAsync([1])).Refusal);
        Assert.NotNull((await acts.AcknowledgeAsync([1])).Refusal);
        Assert.NotNull((await acts.NoteAsync(1, "Hm.")).Refusal);
        var page = console.Show<AlertPageView>(p => p.Add(x => x.Id, 1));
        Eventually(page, "Notes are written by admins and sysops.");
        Assert.Empty(page.FindAll("button, form"));
        Assert.Equal(AlertState.New, (await console.Hub.Get<AlertBook>().FindAsync(1, default))!.Alert.State);
        Assert.Empty(await ToldAsync(console));

        console.BeSysop();
        Assert.Equal(1, (await acts.AcknowledgeAsync([1])).Value);
        Eventually(page, "Acknowledged by Sid");
    }

    [Fact]
    public async Task Filters_sorting_and_pages_stand_in_the_address_and_columns_can_be_left_out()
    {
        await using var console = await StartAsync();
        await PutAsync(console, 30);
        var list = console.Show<AlertList>();
        list.WaitForAssertion(() => Assert.Equal(25, list.FindAll("tbody tr").Count), Patience);
        // The worst first
        Assert.Equal("Bad", list.Find("td[data-label=Weight]").TextContent.Trim());
        Go(console, list.Find("a[rel=next]").GetAttribute("href")!);
        list.WaitForAssertion(() => Assert.Equal(5, list.FindAll("tbody tr").Count), Patience);
        Assert.EndsWith("/alerts?page=2", Address(console));
        await list.InvokeAsync(() => list.FindAll("form select")[2].Change("Bad"));
        await list.InvokeAsync(() => list.FindAll("form select")[0].Change("New"));
        Assert.EndsWith("/alerts?state=new&weight=bad", Address(console));
        list.WaitForAssertion(() => Assert.Equal(10, list.FindAll("tbody tr").Count), Patience);
        Go(console, list.FindAll("th a").Single(a => a.TextContent == "Raised").GetAttribute("href")!);
        Assert.EndsWith("/alerts?state=new&weight=bad&sort=-raised", Address(console));
        list.WaitForAssertion(() => Assert.Equal("/alerts/30", list.Find("tbody a.strong").GetAttribute("href")), Patience);
        await list.InvokeAsync(() => list.FindAll(".menu-body input")[0].Change(false));
        Assert.Contains("hide-2", list.Find("table").ClassName);
        Go(console, "/alerts?what=HubFault");
        Eventually(list, "No alert of that kind");
        Go(console, "/alerts");
        list.WaitForAssertion(() => Assert.Equal(25, list.FindAll("tbody tr").Count), Patience);
    }

    [Fact]
    public async Task An_alert_s_page_says_what_to_do_and_follows_what_others_do()
    {
        await using var console = await StartAsync();
        await PutAsync(console, 1);
        var page = console.Show<AlertPageView>(p => p.Add(x => x.Id, 1));
        Eventually(page, "Uploads refused: board 77");
        Assert.Contains("offers it with every call, until it is right or its sysop takes it out.", page.Markup);
        Assert.Contains("It ends by itself when the board calls and no longer offers what is refused, an hour later.", page.Markup);
        Assert.Equal("/activity?what=UploadRefused&bbs=77", page.FindAll("a").Single(a => a.TextContent == "Every refusal of this board").GetAttribute("href"));

        await page.InvokeAsync(() => Button(page, "Acknowledge").Click());
        Eventually(page, "Acknowledged by Ada");
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.Trim() == "Acknowledge");
        await page.InvokeAsync(() => page.Find("form").Submit());
        Eventually(page, "The note is empty.");
        await page.InvokeAsync(() => page.Find("textarea").Change("I wrote to its sysop."));
        await page.InvokeAsync(() => page.Find("form").Submit());
        Eventually(page, "Note by Ada");
        Assert.Equal("", page.Find("textarea").GetAttribute("value") ?? "");
        await console.Hub.Get<AlertDesk>().NoteAsync(1, "Sid", "It was <b>his</b> clock.", default);
        Eventually(page, "It was &lt;b&gt;his&lt;/b&gt; clock.");
        await console.Hub.Get<AlertDesk>().ResolveAsync([1], "Sid", default);
        Eventually(page, "Closed by Sid");
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.Trim() == "Resolve");
        Assert.Contains("when it comes back, there is a new alert", page.Markup);
    }

    [Fact]
    public async Task A_number_that_no_alert_has_says_so_and_the_next_page_is_another_alert()
    {
        await using var console = await StartAsync();
        await PutAsync(console, 1);
        var page = console.Show<AlertPageView>(p => p.Add(x => x.Id, 99));
        Eventually(page, "There is no alert 99");
        page.Render(p => p.Add(x => x.Id, 1));
        Eventually(page, "Uploads refused: board 77");
    }

    [Fact]
    public async Task A_database_that_cannot_be_read_is_said_on_the_page()
    {
        await using var console = await StartAsync();
        await using (var db = await console.Hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync())
        {
            await db.Database.ExecuteSqlRawAsync("""ALTER TABLE "Alerts" RENAME TO "Elsewhere" """);
        }

        var page = console.Bunit.Render<ErrorBoundary>(p => p
            .Add(x => x.ChildContent, b => { b.OpenComponent<AlertList>(0); b.CloseComponent(); })
            .Add(x => x.ErrorContent, failure => b => { b.OpenComponent<PageFailed>(0); b.AddComponentParameter(1, nameof(PageFailed.Failure), failure); b.CloseComponent(); }));
        page.WaitForAssertion(() => Assert.Contains("This page could not be shown", page.Markup), Patience);
    }

    [Fact]
    public async Task A_board_that_falls_silent_is_marked_and_told_and_all_of_it_goes_when_it_speaks()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        var dive = console.Hub.Get<HubDirectory>().Current.BoardsById.Values.Single(b => b.Name == "The Dive");
        await console.Hub.UploadAsync("900B0302.001", new byte[10]);
        var (list, panel, dashboard, mark) = (console.Show<BbsList>(), console.Show<QuietBoardsPanel>(), console.Show<DashboardPage>(), console.Show<QuietMark>(p => p.Add(x => x.BbsId, dive.Id)));
        Eventually(panel, "Every board speaks as it usually does.");
        Eventually(dashboard, "All is well");

        await console.Hub.SilenceAsync("The Dive", TimeSpan.FromHours(9));
        page(panel, "Usually speaks every hour; silent for 9 hours.");
        page(panel, "1 packet waits");
        page(mark, "The Dive usually speaks every hour; silent for 9 hours.");
        page(dashboard, "Mail moves; one thing is worth a look.");
        Assert.Contains($"/bbses/{dive.Id}", dashboard.Find(".pulse").InnerHtml);
        list.WaitForAssertion(() => Assert.Equal(["Quiet"], list.FindAll("tr").Where(r => r.TextContent.Contains("The Dive")).SelectMany(r => r.QuerySelectorAll(".chip.tone-notice")).Select(c => c.TextContent.Trim())), Patience);

        await console.Hub.SilenceAsync("The Dive", TimeSpan.Zero);
        page(panel, "Every board speaks as it usually does.");
        page(dashboard, "All is well");
        mark.WaitForAssertion(() => Assert.Empty(mark.FindAll(".chip")), Patience);

        static void page<T>(IRenderedComponent<T> shown, string text) where T : IComponent => Eventually(shown, text);
    }

    [Fact]
    public async Task The_panel_shows_the_six_worst_and_says_how_many_there_are()
    {
        await using var console = await StartAsync();
        await PutAsync(console, 9);
        var panel = console.Show<OpenAlertsPanel>();
        panel.WaitForAssertion(() => Assert.Equal(6, panel.FindAll("li").Count), Patience);
        Assert.Equal(3, panel.FindAll("li .tone-bad").Count);
        Assert.Contains("The first 6 of 9.", panel.Markup);
        Assert.Equal("Open alerts 9All alerts", panel.Find("h2").TextContent);
        Assert.Equal("/alerts", panel.Find("a.all").GetAttribute("href"));
    }

    [Fact]
    public async Task A_page_that_is_left_leaves_no_subscriber()
    {
        await using var console = await StartAsync();
        var feed = console.Hub.Get<AlertBook>().Feed;
        var before = feed.Subscribers;
        var list = console.Show<AlertList>();
        console.Show<OpenAlertsPanel>();
        console.Show<NavMenu>();
        list.WaitForAssertion(() => Assert.Equal(before + 3, feed.Subscribers), Patience);
        await console.Bunit.DisposeComponentsAsync();
        Assert.Equal(before, feed.Subscribers);
    }

    [Fact]
    public async Task A_disk_without_room_is_an_alert_of_the_hub_itself()
    {
        await using var hub = await ConsoleHub.StartAsync(adjust: b => b.Configuration.AddInMemoryCollection([new("Health:MinFreeMegabytes", "1000000")]));
        var book = hub.Get<AlertBook>();
        var limit = DateTime.UtcNow + Patience;
        while (book.Feed.State is not { Count: 1 } && DateTime.UtcNow < limit)
        {
            await Task.Delay(50);
        }

        var alert = Assert.Single(book.Feed.State!.Worst);
        Assert.Equal((AlertKind.HubFault, "hub:disk", AlertWeight.Bad), (alert.Kind, alert.Key, alert.Weight));
        Assert.EndsWith("at least 1000000 are needed.", alert.Sentence);
    }

    [Fact]
    public async Task The_search_leads_to_the_alerts()
    {
        await using var console = await StartAsync();
        Assert.Contains(await console.Bunit.Services.GetRequiredService<HubSearch>().FindAsync("aler", default), h => h is { Path: "/alerts", Title: "Alerts" });
    }

    [Fact]
    public void Every_kind_state_and_weight_has_words_of_its_own()
    {
        Assert.Equal(Enum.GetValues<AlertKind>().Length, Enum.GetValues<AlertKind>().Select(k => AlertWords.Of(k).Name).Distinct().Count());
        Assert.Equal(Enum.GetValues<AlertKind>().Length, Enum.GetValues<AlertKind>().Select(AlertWords.WhatToDo).Distinct().Count());
        Assert.Equal(Enum.GetValues<AlertKind>().Length, Enum.GetValues<AlertKind>().Select(AlertWords.WhatEnds).Distinct().Count());
        Assert.Equal(3, Enum.GetValues<AlertState>().Select(s => AlertWords.Of(s).Text).Distinct().Count());
        Assert.Equal(5, Enum.GetValues<AlertScope>().Select(AlertWords.Of).Distinct().Count());
    }

    [Theory]
    [InlineData("resolved", "BoardQuiet", "bad", "900b", "3", "-changed", "2", "/alerts?state=resolved&what=BoardQuiet&weight=bad&league=900B&bbs=3&sort=-changed&page=2")]
    [InlineData("open", null, null, null, null, "-weight", "1", "/alerts")]
    [InlineData("x", "7", "heavy", "hello", "-1", "name", "99999999", "/alerts")]
    public void An_address_is_read_as_far_as_it_can_be(string? state, string? what, string? weight, string? league, string? bbs, string? sort, string? page, string address) =>
        Assert.Equal(address, AlertAddress.Read(state, what, weight, league, bbs, sort, page).ToString());

    // The watch would end at once what no rule sees, so it stands still
    private static async Task PutAsync(ConsoleContext console, int count)
    {
        await console.Hub.App.Services.GetServices<IHostedService>().Single(s => s.GetType().Name == "AlertWatch").StopAsync(default);
        var now = DateTime.UtcNow;
        await console.StoreAsync([.. Enumerable.Range(1, count).Select(i => new Alert
        {
            Id = i, Kind = AlertKind.UploadsRefused, Key = $"refused:{i}", BbsId = 77, Weight = i % 3 == 0 ? AlertWeight.Bad : AlertWeight.Notice,
            Sentence = $"Alert number {i}.", RaisedAt = now.AddMinutes(-i), ChangedAt = now.AddMinutes(-i),
        })]);
        await RaiseAsync(console, "alerts");
    }

    private static async Task StoreRunAsync(ConsoleContext console, Run run)
    {
        await console.StoreAsync(run);
        await RaiseAsync(console, Signal.Runs);
    }

    private static async Task RaiseAsync(ConsoleContext console, string topic)
    {
        await using var db = await console.Hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        await SignalRows.RaiseAsync(db, topic, default);
    }

    private static void Go(ConsoleContext console, string address) => console.Bunit.Services.GetRequiredService<BunitNavigationManager>().NavigateTo(address);

    private static string Address(ConsoleContext console) => console.Bunit.Services.GetRequiredService<BunitNavigationManager>().Uri;

    private static AngleSharp.Dom.IElement Button<T>(IRenderedComponent<T> page, string text) where T : IComponent =>
        page.FindAll("button").Single(b => b.TextContent.Trim() == text);

    private static async Task<IReadOnlyList<Activity>> ToldAsync(ConsoleContext console) =>
        (await console.Hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.AlertHandled), null, false, 50, default)).Items;
}
