using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Pages.Bbses;
using NovaHub.Web.Components.Pages.Runs;
using NovaHub.Web.Tests.Browser;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class BbsPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_board_s_page_shows_its_seats_and_how_much_waits_and_follows_the_ledger()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0302.001", new byte[10]);
        var page = Show(console, Board(console, "The Dive").Id);
        Eventually(page, "13:900/2");
        Assert.Contains("1 packet", page.Find(".facts").TextContent);
        Eventually(page, "In the last 7 days it sent 0 packets, and 1 came in for it.");
        Assert.NotEmpty(page.FindAll(".chart svg"));

        await console.Hub.UploadAsync("900B0302.002", new byte[10]);
        page.WaitForAssertion(() => Assert.Contains("2 packets", page.Find(".facts").TextContent), Patience);
        Eventually(page, "and 2 came in for it.");
    }

    [Fact]
    public async Task A_board_without_traffic_says_so_and_a_month_is_a_place_of_its_own()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var id = Board(console, "The Dive").Id;
        Eventually(Show(console, id), "No packet in the last 7 days.");
        console.Bunit.Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo($"/bbses/{id}?span=30d");
        var page = Show(console, id);
        Eventually(page, "No packet in the last 30 days.");
        Assert.Equal([$"/bbses/{id}", $"/bbses/{id}?span=30d"], page.FindAll(".spans a").Select(a => a.GetAttribute("href")));
    }

    [Fact]
    public async Task How_a_sysop_is_reached_is_noted_and_seen_by_the_people_of_the_hub_only()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var id = Board(console, "The Dive").Id;
        var page = Show(console, id);
        Eventually(page, "Nobody noted how its sysop is reached.");
        await page.InvokeAsync(() => page.Find("button[aria-label='Change its entry']").Click());
        await page.InvokeAsync(() => page.Find("#place-contact").Input(new string('x', 201)));
        await page.InvokeAsync(() => page.Find("form.fields").Submit());
        Eventually(page, "one line of at most 200 characters");
        await page.InvokeAsync(() => page.Find("#place-contact").Input("Марія, maria@example.org"));
        await page.InvokeAsync(() => page.Find("form.fields").Submit());
        page.WaitForAssertion(() => Assert.Equal("Марія, maria@example.org", page.Find(".contact").TextContent), Patience);
        Assert.Contains("13:900/2 900B", string.Join(' ', page.Find(".ftn").TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)));
        console.BeSysop();
        Eventually(Show(console, id), "maria@example.org");
        console.BeNobody();
        var stranger = Show(console, id);
        Eventually(stranger, "13:900/2");
        Assert.DoesNotContain("maria@example.org", stranger.Markup);
        var told = (await console.Hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.BoardChanged), null, false, 10, default)).Items;
        Assert.Equal(("The entry of The Dive was changed: contact.", ConsoleHub.Admin), (told.Single().Sentence, told.Single().Who));
    }

    [Fact]
    public async Task A_number_without_a_board_is_said_and_another_number_is_another_board()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = Show(console, 4711);
        Eventually(page, "There is no such BBS");
        page.Render(p => p.Add(x => x.Id, Board(console, "Last Resort").Id));
        Eventually(page, "Last Resort");
        EventuallyNot(page, "There is no such BBS");
    }

    [Fact]
    public async Task A_seat_is_changed_in_place_and_a_refusal_stands_beside_it()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var page = Show(console, Board(console, "The Dive").Id);
        Eventually(page, "13:900/2");

        await page.InvokeAsync(() => page.Find("button[aria-label='Change the seat in 900B']").Click());
        await page.InvokeAsync(() => page.Find("input[aria-label='Node in 900B']").Input("3"));
        await page.InvokeAsync(() => page.Find("#edit-seat").Submit());
        Eventually(page, "Node 3 of 900B is Last Resort.");
        await page.InvokeAsync(() => page.Find("input[aria-label='Node in 900B']").Input("x"));
        await page.InvokeAsync(() => page.Find("#edit-seat").Submit());
        Eventually(page, "“x” is no BBS index");
        Assert.Equal(2, Board(console, "The Dive").Seats[league].BbsIndex);

        await page.InvokeAsync(() => page.Find("input[aria-label='Node in 900B']").Input(" 9"));
        await page.InvokeAsync(() => page.Find("input[aria-label='FTN address in 900B']").Input("13:900/9"));
        await page.InvokeAsync(() => page.Find("#edit-seat").Submit());
        page.WaitForAssertion(() => Assert.Contains("13:900/9", page.Find("table").TextContent), Patience);
        Assert.DoesNotContain("is no BBS index", page.Markup);
        Assert.Equal(9, Board(console, "The Dive").Seats[league].BbsIndex);

        // Without an address one is made up, and the page says where it goes
        await page.InvokeAsync(() => page.Find("button[aria-label='Change the seat in 900B']").Click());
        await page.InvokeAsync(() => page.Find("input[aria-label='FTN address in 900B']").Input(""));
        await page.InvokeAsync(() => page.Find("#edit-seat").Submit());
        page.WaitForAssertion(() => Assert.Contains("made up", page.Find("td[data-label='FTN address']").TextContent), Patience);
        Assert.Contains("line 3 of the board's BBS.CFG must be exactly", page.Markup);
        var members = console.Show<Web.Components.Pages.Leagues.LeaguePage>(p => p.Add(l => l.Text, "900B"));
        Eventually(members, "Made up: no FTN address was given");
    }

    [Fact]
    public async Task A_seat_is_given_with_the_lowest_free_node_and_taken_away_after_a_question()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var second = await console.Hub.AddLeagueAsync("555", "Second", withGame: false);
        var page = Show(console, Board(console, "The Dive").Id);
        var dialogs = console.Bunit.Render<MudBlazor.MudDialogProvider>();
        Eventually(page, "13:900/2");

        await page.InvokeAsync(() => page.Find("#join-league").Change("555B"));
        Assert.Equal("2", page.Find("#join-index").GetAttribute("value"));
        await page.InvokeAsync(() => page.Find("form[aria-label='Give it a seat']").Submit());
        Eventually(page, "Remove the seat in 555B");
        Assert.Equal(2, Board(console, "The Dive").Seats[second].BbsIndex);

        var click = page.InvokeAsync(() => page.Find("button[aria-label='Remove the seat in 555B']").ClickAsync(new()));
        dialogs.WaitForAssertion(() => Assert.Contains("The Dive leaves 555B", dialogs.Markup), Patience);
        await dialogs.InvokeAsync(() => Confirm(dialogs, "Remove the seat").ClickAsync(new()));
        await click;
        Eventually(page, "Played before:");
        Assert.DoesNotContain(second, Board(console, "The Dive").Seats.Keys);
    }

    [Fact]
    public async Task A_new_secret_is_shown_once_and_then_nowhere()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var before = Board(console, "The Dive").CredentialStamp;
        var page = Show(console, Board(console, "The Dive").Id);
        var dialogs = console.Bunit.Render<MudBlazor.MudDialogProvider>();
        Eventually(page, "New secret");

        var click = page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("New secret")).ClickAsync(new()));
        dialogs.WaitForAssertion(() => Assert.Contains("are dead at once", dialogs.Markup), Patience);
        await dialogs.InvokeAsync(() => Confirm(dialogs, "Make a new secret").ClickAsync(new()));
        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.FindAll(".secret-text")), Patience);
        var secret = dialogs.Find(".secret-text").TextContent;
        Assert.Equal(40, secret.Length);
        Assert.DoesNotContain(secret, page.Markup);
        await dialogs.InvokeAsync(() => Confirm(dialogs, "I have it").ClickAsync(new()));
        await click;
        dialogs.WaitForAssertion(() => Assert.DoesNotContain(secret, dialogs.Markup), Patience);
        Assert.NotEqual(before, Board(console, "The Dive").CredentialStamp);
    }

    [Fact]
    public async Task A_disabled_board_is_shown_as_such_and_let_in_again()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.Get<BbsAdmin>().SetActiveAsync(Board(console, "The Dive").ClientId, false, default);
        var page = Show(console, Board(console, "The Dive").Id);
        Eventually(page, "Locked out");
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Enable")).ClickAsync(new()));
        EventuallyNot(page, "Locked out");
        Assert.True(Board(console, "The Dive").IsActive);
    }

    [Fact]
    public async Task Its_entry_in_nodelists_is_changed_on_the_page()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = Show(console, Board(console, "The Dive").Id);
        Eventually(page, "Its entry");
        await page.InvokeAsync(() => page.Find("button[aria-label='Change its entry']").Click());
        await page.InvokeAsync(() => page.Find("#place-name").Input("Привет"));
        await page.InvokeAsync(() => page.Find("form.fields").Submit());
        Eventually(page, "that DOS text (CP437) can hold");
        await page.InvokeAsync(() => page.Find("#place-name").Input("The Deep Dive"));
        await page.InvokeAsync(() => page.Find("#place-city").Input("Zürich"));
        await page.InvokeAsync(() => page.Find("form.fields").Submit());
        page.WaitForAssertion(() => Assert.Equal("The Deep Dive", page.Find("h1").TextContent), Patience);
        Assert.Contains("Zürich", page.Markup);
    }

    [Fact]
    public async Task A_board_is_added_in_a_dialog_that_says_why_not()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = console.Show<BbsList>();
        var dialogs = console.Bunit.Render<MudBlazor.MudDialogProvider>();
        Eventually(page, "Last Resort");

        var click = page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Add a BBS")).ClickAsync(new()));
        dialogs.WaitForAssertion(() => Assert.Equal("4", dialogs.Find("#bbs-index").GetAttribute("value")), Patience);
        await dialogs.InvokeAsync(() => dialogs.Find("#bbs-name").Input("the dive"));
        await dialogs.InvokeAsync(() => dialogs.Find("#add-bbs").SubmitAsync());
        dialogs.WaitForAssertion(() => Assert.Contains("exists already", dialogs.Markup), Patience);
        await dialogs.InvokeAsync(() => dialogs.Find("#bbs-name").Input("Third Place"));
        await dialogs.InvokeAsync(() => dialogs.Find("#add-bbs").SubmitAsync());
        dialogs.WaitForAssertion(() => Assert.Contains("This is the only time", dialogs.Markup), Patience);
        await dialogs.InvokeAsync(() => Confirm(dialogs, "I have it").ClickAsync(new()));
        await click;

        var added = Board(console, "Third Place");
        Assert.EndsWith($"/bbses/{added.Id}", console.Bunit.Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().Uri);
        Assert.Equal(4, added.Seats[LeagueId.Parse("900B")].BbsIndex);
    }

    [Fact]
    public async Task Who_may_not_sees_no_buttons_and_is_refused_in_the_act()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        console.BeSysop();
        var board = Board(console, "The Dive");
        var page = Show(console, board.Id);
        Eventually(page, "13:900/2");
        Assert.Empty(page.FindAll("button"));
        Assert.Empty(page.FindAll("form"));

        var actions = console.Bunit.Services.GetRequiredService<BoardActions>();
        var seat = new SeatForm { League = "900B", Index = "9" };
        Assert.Equal(RunActions.NotAllowed, (await actions.AddAsync("New", null)).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.ChangeAsync(board.ClientId, new BbsEntry("New", "", "", ""))).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.JoinAsync(board.ClientId, seat)).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.ChangeSeatAsync(board.ClientId, seat)).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.LeaveAsync(board.ClientId, league)).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.RotateAsync(board.ClientId)).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.SetActiveAsync(board.ClientId, false)).Refusal);
        Assert.Equal(board.CredentialStamp, Board(console, "The Dive").CredentialStamp);
    }

    private static IRenderedComponent<BbsPage> Show(ConsoleContext console, int id) => console.Show<BbsPage>(p => p.Add(x => x.Id, id));

    private static BoardEntry Board(ConsoleContext console, string name) =>
        console.Hub.Get<HubDirectory>().Current.BoardsById.Values.Single(b => b.Name == name);

    private static IElement Confirm(IRenderedComponent<MudBlazor.MudDialogProvider> dialogs, string text) =>
        dialogs.FindAll("button").Last(b => b.TextContent.Contains(text));
}
