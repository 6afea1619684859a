using Microsoft.Playwright;
using NovaHub.Engine.Runs;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>An admin changes how the hub works while it works, and gets help on the way.</summary>
public sealed class SettingsJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task A_time_limit_set_on_the_page_ends_the_next_game_without_a_restart()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(maintenance: "PLANETARY /DETAILED HANG");
        await hub.AddBoardsAsync(league, "The Dive");
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await window.GoAsync("/settings", "Settings");
        await page.GetByLabel("Time limit", new() { Exact = true }).FillAsync("00:00:00");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save 1 change" }).ClickAsync();
        await Expect(page.Locator("#set-runs-timelimit-fault")).ToContainTextAsync("allowed are 00:00:01 to 06:00:00");
        await page.GetByLabel("Time limit", new() { Exact = true }).FillAsync("00:00:03");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save 1 change" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Runs:TimeLimit 00:00:03 settings.json at once" })).ToBeVisibleAsync();

        // Without the change the game would hang for ten minutes
        var run = await hub.RunAsync(league);
        Assert.Equal(RunOutcome.TimedOut, run.Outcome);

        await page.GetByRole(AriaRole.Button, new() { Name = "Reset Time limit" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset it" }).ClickAsync();
        await Expect(page.GetByLabel("Time limit", new() { Exact = true })).ToHaveValueAsync("00:10:00");
        await window.GoAsync("/activity?what=SettingChanged", "Activity");
        await Expect(page.GetByText("Runs:TimeLimit was changed from “00:10:00” to “00:00:03”.")).ToBeVisibleAsync();
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Help_comes_with_a_key_and_goes_with_Escape_and_the_focus_is_where_it_was()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await window.GoAsync("/activity", "Activity");
        var help = page.GetByRole(AriaRole.Dialog);
        await page.GetByRole(AriaRole.Button, new() { Name = "Help for this page" }).FocusAsync();
        await window.Page.WaitForFunctionAsync("() => document.documentElement.dataset.keys === 'on'");
        await page.Keyboard.PressAsync("?");
        await Expect(help.Locator("#help-title")).ToHaveTextAsync("Activity");
        await Expect(help.Locator("#help-title")).ToBeFocusedAsync();
        await help.GetByRole(AriaRole.Button, new() { Name = "Runs", Exact = true }).ClickAsync();
        await Expect(help.Locator("#help-title")).ToHaveTextAsync("Runs");
        await Expect(help.Locator("#help-title")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(help).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Help for this page" })).ToBeFocusedAsync();

        // In a field it is a question mark
        await window.GoAsync("/settings", "Settings");
        await page.GetByRole(AriaRole.Searchbox).ClickAsync();
        await page.Keyboard.TypeAsync("a?");
        await Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("a?");
        await Expect(help).ToHaveCountAsync(0);
        Assert.Empty(window.Faults);
    }
}
