using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>Is the hub well, what moved, and how its machine does, in a real browser.</summary>
public sealed class DashboardJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task From_the_sentence_on_the_dashboard_to_its_cause_and_to_the_machine()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(withGame: false);
        await hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        await hub.UploadAsync("900B0203.001", new byte[300]);
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await Expect(page.Locator(".pulse-line")).ToHaveTextAsync("Mail moves; one thing is worth a look.");
        await hub.UploadAsync("900B0201.001", new byte[300]);
        await Expect(page.Locator(".pulse-line")).ToHaveTextAsync("Mail does not move as it should: one thing is wrong.");

        var chart = page.Locator(".chart");
        await Expect(chart.Locator("svg").First).ToBeVisibleAsync();
        await Expect(page.Locator(".chart[aria-label^='2 packets in the last 24 hours, 900B: 2']")).ToBeVisibleAsync();
        // It fills its panel: the hour that goes on stands at the right end
        await page.WaitForFunctionAsync("() => { const c = document.querySelector('.chart').getBoundingClientRect(); return [...document.querySelectorAll('.chart text')].some(t => t.getBoundingClientRect().right > c.right - 90); }");
        Assert.True(await page.EvaluateAsync<bool>("() => { const panel = document.querySelector('.chart').closest('.panel').getBoundingClientRect(); return document.querySelector('.chart svg').getBoundingClientRect().bottom < panel.bottom; }"));
        await page.GetByRole(AriaRole.Link, new() { Name = "7 days" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Packets per 6 hours" })).ToBeVisibleAsync();
        Assert.EndsWith("/?span=7d", page.Url);

        await page.GetByRole(AriaRole.Link, new() { Name = "Look", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Set the folder of the hub's own copy of the game.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "System" }).ClickAsync();
        await Expect(page.GetByText("All is well")).ToBeVisibleAsync();
        await Expect(page.Locator("dt", new() { HasText = "Open consoles" }).Locator("+ dd")).ToHaveTextAsync("1");
        await page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).First.ClickAsync();
        await page.GetByLabel("Also those nobody set").CheckAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Runs:TimeLimit 00:10:00 default at once" })).ToBeVisibleAsync();
        Assert.Empty(window.Faults);
    }
}
