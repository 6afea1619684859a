using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NovaHub.Engine.Leagues;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>An admin adds a board, moves its seat and locks it out, in a real browser.</summary>
public sealed class BoardJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task A_board_is_added_moved_and_locked_out_and_its_secret_is_seen_once()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(withGame: false);
        await hub.AddBoardsAsync(league, "The Dive");
        await using var window = await chromium.OpenAsync(hub.Address);
        await window.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = window.Page;
        await window.SignInAsync();
        await window.GoAsync("/bbses", "BBSes");

        // Enter in a field is as good as the button
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a BBS" }).ClickAsync();
        await page.GetByLabel("Name, as it stands in nodelists").FillAsync("Last Resort");
        await page.GetByLabel("FTN address there").FillAsync("13:900/3");
        await Expect(page.GetByLabel("Node there")).ToHaveValueAsync("3");
        await page.GetByLabel("FTN address there").PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("This is the only time");
        var secret = await page.Locator(".secret-text").TextContentAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy the secret" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "the secret copied" })).ToBeVisibleAsync();
        Assert.Equal(secret, await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".secret-text")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Last Resort", Level = 1 })).ToBeVisibleAsync();
        Assert.DoesNotContain(secret!, await page.ContentAsync());

        await page.GetByRole(AriaRole.Button, new() { Name = "Change the seat in 900B" }).ClickAsync();
        await page.GetByLabel("Node in 900B").FillAsync("2");
        await page.GetByLabel("Node in 900B").PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Node 2 of 900B is The Dive.");
        await page.GetByLabel("Node in 900B").FillAsync("12");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByLabel("Node in 900B")).ToHaveCountAsync(0);
        Assert.Equal("Last Resort", hub.Get<HubDirectory>().Current.Leagues[league].Members[12].Name);

        await page.GetByRole(AriaRole.Button, new() { Name = "Disable" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Disable the board" }).ClickAsync();
        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Disabled");

        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        var serious = (await page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{v.Id}: {v.Nodes[0].Html}");
        Assert.Empty(serious);
        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"));
        Assert.Empty(window.Faults);
    }
}
