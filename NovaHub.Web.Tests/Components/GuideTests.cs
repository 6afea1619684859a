using System.Collections.Frozen;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using NovaHub.Engine.Games;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Dashboard;
using NovaHub.Web.Components.Pages.Guide;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class GuideTests
{
    private static readonly BoardEntry Seated = new(1, "The Dive", "id", "stamp", true, new Dictionary<LeagueId, Seat> { [LeagueId.Parse("555B")] = new(LeagueId.Parse("555B"), "Test", 2, null) }.ToFrozenDictionary());

    [Fact]
    public void The_first_step_that_is_not_done_is_the_next_one()
    {
        Assert.Equal("Next Open Done Open Open Open Open", Marks(FirstRun.Of([], [], true, new(false, false, false), false)));
        Assert.Equal("Done Next Open Done Open Open Open", Marks(FirstRun.Of([false], [Seated], false, new(false, false, false), false)));
        Assert.Equal("Done Done Done Done Next Open Open", Marks(FirstRun.Of([false, true], [Seated], true, new(false, false, false), false)));
        Assert.Equal("Done Done Done Done Done Done Next", Marks(FirstRun.Of([true], [Seated], true, new(true, true, false), false)));
    }

    [Fact]
    public void A_board_without_a_seat_is_no_board_yet() =>
        Assert.Equal("Done Done Done Next Open Open Open", Marks(FirstRun.Of([true], [Seated with { Seats = FrozenDictionary<LeagueId, Seat>.Empty }], true, new(false, false, false), false)));

    [Fact]
    public void A_hub_that_runs_no_game_needs_neither_folder_nor_emulator_nor_run()
    {
        var guide = FirstRun.Of([false], [Seated], false, new(true, true, false), relays: true);
        Assert.Equal("Done NotNeeded NotNeeded Done Done Done NotNeeded", Marks(guide));
        Assert.True(guide.IsDone);
        Assert.Equal((4, 4), guide.Count);
    }

    [Fact]
    public async Task It_ticks_itself_off_and_goes_when_all_is_done()
    {
        await using var console = await StartAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "No league yet. This is how mail begins to move");
        Assert.Equal("Add a league", Next(page));
        var league = await console.Hub.AddLeagueAsync();
        page.WaitForAssertion(() => Assert.Equal("Add a board", Next(page)), TimeSpan.FromSeconds(10));
        Assert.Contains("On the way to the first mail", page.Markup);
        await console.Hub.AddBoardsAsync(league, "The Dive");
        page.WaitForAssertion(() => Assert.Equal("The board's program signs in", Next(page)), TimeSpan.FromSeconds(10));
        Assert.Contains("novahub-client init", page.Markup);
        await using (var db = await console.Hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync())
        {
            await db.Set<Bbs>().ExecuteUpdateAsync(s => s.SetProperty(b => b.LastSeenAt, DateTime.UtcNow));
        }

        page.WaitForAssertion(() => Assert.Equal("The first packet comes in", Next(page)), TimeSpan.FromSeconds(10));
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        page.WaitForAssertion(() => Assert.Equal("The first run is good", Next(page)), TimeSpan.FromSeconds(10));
        Assert.NotEmpty(page.FindAll(".guide button[aria-label='Run 900B now: league 900B']"));
        await console.StoreAsync(EndedRun(league, 1, RunOutcome.Good, "1 packet was read."));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".guide")), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_folder_that_is_wrong_is_said_and_a_hub_without_a_game_goes_on()
    {
        await using var console = await StartAsync();
        await console.Hub.AddLeagueAsync(withGame: false);
        var page = console.Show<DashboardPage>();
        Eventually(page, "900B has no game folder yet.");
        Assert.Equal("/leagues/900B", page.Find(".guide a").GetAttribute("href"));
        await page.InvokeAsync(() => page.FindAll(".guide button").Single(b => b.TextContent.Contains("This hub runs no game")).Click());
        page.WaitForAssertion(() => Assert.Equal("Add a board", Next(page)));
        Assert.Equal(2, page.FindAll(".guide-notneeded").Count);
        var invocation = console.Bunit.JSInterop.Invocations.Single(i => i.Identifier == "rememberGuide");
        Assert.Equal("relay", invocation.Arguments[0]);
        await page.InvokeAsync(() => page.FindAll(".guide button").Single(b => b.TextContent.Contains("It does run one")).Click());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".guide-notneeded")));
    }

    [Fact]
    public async Task It_can_be_put_away_and_opened_again()
    {
        await using var console = await StartAsync();
        await console.Hub.AddLeagueAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "On the way to the first mail");
        await page.InvokeAsync(() => page.FindAll(".guide button").Single(b => b.TextContent.Contains("Put it away")).Click());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".guide")));
        console.Bunit.Services.GetRequiredService<BunitNavigationManager>().NavigateTo("/?guide=1");
        Eventually(page, "On the way to the first mail");
    }

    [Fact]
    public async Task Who_may_not_do_a_step_reads_who_may()
    {
        await using var console = await StartAsync();
        console.BeSysop();
        var page = console.Show<DashboardPage>();
        Eventually(page, "An admin can do this.");
        Assert.Empty(page.FindAll(".guide button"));
    }

    [Fact]
    public async Task The_league_is_added_right_there()
    {
        await using var console = await StartAsync();
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var page = console.Show<DashboardPage>();
        Eventually(page, "Add a league");
        var adding = page.InvokeAsync(() => page.FindAll(".guide button").Single(b => b.TextContent == "Add a league").Click());
        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.FindAll("#league-number")));
        dialogs.Find("#league-number").Input("555");
        dialogs.Find("#league-name").Input("Realms");
        await dialogs.Find("#add-league").SubmitAsync();
        await adding;
        page.WaitForAssertion(() => Assert.Contains("555B has no game folder yet.", page.Markup), TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("away", GuideChoice.Away)]
    [InlineData("relay", GuideChoice.Relay)]
    [InlineData("nonsense", GuideChoice.Show)]
    [InlineData(null, GuideChoice.Show)]
    public void What_was_said_about_it_is_remembered_in_the_browser(string? cookie, GuideChoice choice)
    {
        var http = new DefaultHttpContext();
        if (cookie is not null)
        {
            http.Request.Headers.Cookie = $"{ViewerSettings.GuideCookie}={cookie}";
        }

        var viewer = new Viewer();
        viewer.Apply(ViewerSettings.From(http.Request.Cookies));
        Assert.Equal(choice, viewer.Guide);
    }

    private static string Next(IRenderedComponent<DashboardPage> page) => page.Find("[aria-current=step] strong").TextContent;

    private static string Marks(FirstRun guide) => string.Join(' ', guide.Marks.Select(m => m.Mark));
}
