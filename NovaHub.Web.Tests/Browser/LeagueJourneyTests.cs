using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>An admin looks a league through, gives it a schedule and pauses it, in a real browser.</summary>
public sealed class LeagueJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task A_league_is_scheduled_its_nodelist_compared_and_fetched_and_its_runs_paused()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        await hub.UploadAsync("900B0203.001", new byte[300]);
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "900B", Exact = true }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "900B Sandbox Realms", Level = 1 })).ToBeVisibleAsync();
        await Expect(page.Locator(".matrix .matrix-wait")).ToContainTextAsync("1 waiting");
        await Expect(page.GetByText("The game folder is as it must be")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Change the schedule" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "daily at 04:00" }).ClickAsync();
        await page.GetByLabel("Time zone of these times").FillAsync("America/New_York");
        await Expect(page.Locator(".cron-times li")).ToHaveCountAsync(5);
        await Expect(page.Locator(".cron-times li").First).ToContainTextAsync("04:00 America/New_York ·");
        await Expect(page.Locator(".cron-times li").First).ToContainTextAsync("for you (Europe/Berlin)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Change the schedule" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Navigation, new() { Name = "Versions of the nodelist" }).GetByRole(AriaRole.Link, new() { Name = "2", Exact = true }).ClickAsync();
        await Expect(page.Locator(".nodelist-line")).ToContainTextAsync("Version 2, made");
        Assert.EndsWith("/leagues/900B?version=2", page.Url);
        await Expect(page.Locator(".differences")).ToContainTextAsync("Node 2 is new: The Dive, 13:900/2.");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());
        Assert.Equal("BRNODES.900", download.SuggestedFilename);
        Assert.StartsWith("1 HOST 2\r\n", await File.ReadAllTextAsync(await download.PathAsync()));

        foreach (var theme in new[] { "dark", "light" })
        {
            await window.Context.AddCookiesAsync([new Cookie { Name = "novahub.theme", Value = theme, Url = hub.Address }]);
            foreach (var (path, heading) in new[] { ("/leagues/900B", "900B Sandbox Realms"), ("/schedules", "Schedules") })
            {
                await window.GoAsync(path, heading);
                await Expect(page.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(0);
                Assert.Empty((await page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{theme} {path} {v.Id}: {v.Nodes[0].Html}"));
            }
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause: league 900B" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Paused" })).ToBeVisibleAsync();
        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"));
        await window.GoAsync("/leagues/900B", "900B Sandbox Realms");
        await Expect(page.Locator(".dos-text")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"));
        Assert.Empty(window.Faults);
    }
}
