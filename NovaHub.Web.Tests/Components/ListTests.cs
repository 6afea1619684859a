using Bunit;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Layout;
using NovaHub.Web.Components.Pages.Bbses;
using NovaHub.Web.Components.Pages.Leagues;
using NovaHub.Web.Components.Shared;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class ListTests
{
    [Fact]
    public async Task Leagues_show_their_members_and_what_waits()
    {
        await using var console = await ConsoleContext.StartAsync();
        var page = console.Show<LeagueList>();
        Eventually(page, "./novahub league add 555B");
        await console.AddLeagueAsync();
        Eventually(page, "2 The Dive, 3 Last Resort");
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        await console.Hub.UploadAsync("900B0203.001", new byte[10]);
        await console.Hub.UploadAsync("900B0203.002", new byte[10]);
        page.WaitForAssertion(() => Assert.Equal(["1", "2"], page.FindAll("td.num").Select(c => c.TextContent)), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Boards_show_their_seats_and_whether_they_are_locked_out()
    {
        await using var console = await ConsoleContext.StartAsync();
        var page = console.Show<BbsList>();
        Eventually(page, "No BBS yet");
        await console.AddLeagueAsync();
        Eventually(page, "900B:2");
        Assert.Contains("never", page.Markup);
        await console.Hub.UploadAsync("900B0302.001", new byte[10]);
        page.WaitForAssertion(() => Assert.Equal("1", page.FindAll("tr").Single(r => r.TextContent.Contains("The Dive")).QuerySelector(".num")!.TextContent), TimeSpan.FromSeconds(5));
        var dive = console.Hub.Get<HubDirectory>().Current.BoardsByClientId.Values.Single(b => b.Name == "The Dive");
        await console.Hub.Get<BbsAdmin>().SetActiveAsync(dive.ClientId, false, default);
        Eventually(page, "Disabled");
    }

    [Fact]
    public async Task A_page_that_breaks_says_so_in_plain_words_and_can_be_tried_again()
    {
        await using var console = await ConsoleContext.StartAsync();
        var again = 0;
        var page = console.Show<PageFailed>(p => p.Add(x => x.Failure, new InvalidOperationException("The database is locked")).Add(x => x.Again, () => again++));
        Assert.Contains("This page could not be shown", page.Markup);
        Assert.Contains("The database is locked", page.Markup);
        await page.InvokeAsync(() => page.Find("button").Click());
        Assert.Equal(1, again);
    }

    [Theory]
    [InlineData(1, "Page 1 of 4", null, "?4=2")]
    [InlineData(2, "Page 2 of 4", "?4=1", "?4=3")]
    [InlineData(4, "Page 4 of 4", "?4=3", null)]
    public async Task A_pager_leads_both_ways_where_there_is_a_way(int page, string text, string? newer, string? older)
    {
        await using var context = new BunitContext();
        var pager = context.Render<Pager>(p => p.Add(x => x.Page, page).Add(x => x.Total, 76).Add(x => x.Size, 25).Add(x => x.Link, n => $"?4={n}"));
        Assert.Contains(text, pager.Markup);
        Assert.Equal(newer, pager.FindAll("a").SingleOrDefault(a => a.GetAttribute("rel") == "prev")?.GetAttribute("href"));
        Assert.Equal(older, pager.FindAll("a").SingleOrDefault(a => a.GetAttribute("rel") == "next")?.GetAttribute("href"));
    }
}
