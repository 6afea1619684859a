using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Pages.Schedules;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class ScheduleListTests
{
    [Fact]
    public async Task Heads_sort_what_never_comes_stands_last_and_columns_can_be_left_out()
    {
        await using var console = await StartAsync();
        await console.Hub.AddLeagueAsync("100", withGame: false);
        await console.Hub.AddLeagueAsync("200");
        await console.Hub.AddLeagueAsync("300");
        foreach (var (league, cron) in new[] { ("200B", "0 0 4 1 1 ?"), ("300B", "0 * * * * ?") })
        {
            await console.Hub.Get<LeagueAdmin>().ChangeAsync(NovaHub.Engine.Games.LeagueId.Parse(league), l => l.Cron = cron, default);
        }

        var page = console.Show<ScheduleList>();
        Eventually(page, "300B");
        Assert.Equal(["100B", "200B", "300B"], Leagues(page));
        var navigation = console.Bunit.Services.GetRequiredService<BunitNavigationManager>();
        navigation.NavigateTo(page.FindAll("th .sort").Single(a => a.TextContent == "Next by cron").GetAttribute("href")!);
        Assert.EndsWith("/schedules?sort=next", navigation.Uri);
        page.WaitForAssertion(() => Assert.Equal(["300B", "200B", "100B"], Leagues(page)), TimeSpan.FromSeconds(10));
        navigation.NavigateTo("/schedules?sort=-state");
        page.WaitForAssertion(() => Assert.Equal("100B", Leagues(page)[0]), TimeSpan.FromSeconds(5));
        await page.InvokeAsync(() => page.FindAll(".menu-body input")[2].Change(false));
        page.WaitForAssertion(() => Assert.Contains("hide-4", page.Find("table").ClassName));
    }

    private static List<string> Leagues(IRenderedComponent<ScheduleList> page) => [.. page.FindAll("tbody td:first-child a").Select(a => a.TextContent)];
}
