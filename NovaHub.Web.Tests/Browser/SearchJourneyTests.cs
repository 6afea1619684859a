using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Intake;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>A refused upload is noticed in the activity and its board looked up with the keyboard, in a real browser.</summary>
public sealed class SearchJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task A_refusal_is_seen_as_it_happens_and_whatever_has_a_name_is_two_keys_away()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(withGame: false);
        await hub.AddBoardsAsync(league, "The Dive", "A board with quite a long name");
        await hub.UploadAsync("900B0203.001", new byte[100]);
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Pages", Exact = true }).GetByRole(AriaRole.Link, new() { Name = "Activity" }).ClickAsync();
        await Expect(page.Locator(".activity")).ToContainTextAsync("Ada signed in.");
        var board = hub.Get<HubDirectory>().Current.Leagues[league].Members[2];
        for (var i = 0; i < 40; i++)
        {
            Assert.NotNull(hub.Get<PacketIntake>().Judge(board, "900B", $"900B0301.{i:D3}").Refusal);
        }

        await Expect(page.Locator(".activity")).ToContainTextAsync("900B0301.000 comes from node 3");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "What", Exact = true }).SelectOptionAsync("UploadRefused");
        await Expect(page.Locator(".activity li")).ToHaveCountAsync(5);
        await page.ReloadAsync();
        await Expect(page.Locator(".activity li")).ToHaveCountAsync(5);

        foreach (var theme in new[] { "dark", "light" })
        {
            await window.Context.AddCookiesAsync([new Cookie { Name = "novahub.theme", Value = theme, Url = hub.Address }]);
            await window.GoAsync("/activity", "Activity");
            await Expect(page.Locator(".activity")).ToBeVisibleAsync();
            await page.SetViewportSizeAsync(360, 740);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"));
            await page.SetViewportSizeAsync(1280, 860);
            await page.Keyboard.PressAsync("Control+k");
            await Expect(page.Locator(".search-input")).ToBeFocusedAsync();
            await page.Keyboard.TypeAsync("900B");
            await Expect(page.Locator(".search-hits li")).ToHaveCountAsync(2);
            await page.Locator(".mud-dialog").EvaluateAsync("d => Promise.all(d.getAnimations({ subtree: true }).map(a => a.finished))");
            var violations = (await page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical" || v.Id is "region").ToList();
            Assert.True(violations.Count == 0, string.Join("\n", violations.Select(v => $"{theme}: {v.Id}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}")));
            await page.SetViewportSizeAsync(360, 740);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"));
            await page.SetViewportSizeAsync(1280, 860);
            await page.Keyboard.PressAsync("ArrowDown");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "900B0203.001", Level = 1 })).ToBeVisibleAsync();
        }

        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.Locator(".search-input")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".search-input")).ToHaveCountAsync(0);
        Assert.Empty(window.Faults);
    }
}
