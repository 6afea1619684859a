using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>Every page as axe sees it. A class for each theme, so that both are looked at side by side.</summary>
public abstract class AccessTests(Chromium chromium, string theme)
{
    [Fact]
    public async Task Nothing_serious_stands_in_the_way_of_anybody()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        await hub.AddLeagueAsync("555", "No game", withGame: false);
        await hub.PlayBoardAsync(league, 2);
        var run = await hub.RunAsync(league);
        await hub.SilenceAsync("The Dive", TimeSpan.FromHours(9));
        var found = new List<string>();
        await using var window = await chromium.OpenAsync(hub.Address);
        await window.Context.AddCookiesAsync([new Cookie { Name = "novahub.theme", Value = theme, Url = hub.Address }]);
        await window.GoAsync("/login", "Sign in");
        await AuditAsync(window.Page, "/login", found);
        await window.GoAsync("/setup/unknown", "The hub doesn't know this link");
        await AuditAsync(window.Page, "/setup", found);
        await window.SignInAsync();
        foreach (var (_, path, heading) in EveryPage.Of(league, "The Dive", run.Id).Append(new ConsolePage("nowhere", "/nowhere", "There is no such page")))
        {
            await window.GoAsync(path, heading);
            await Expect(window.Page.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(0);
            Assert.Equal(theme, await window.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
            await AuditAsync(window.Page, path, found);
        }

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    private static async Task AuditAsync(IPage page, string where, List<string> found) =>
        found.AddRange((await page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical" || v.Id.Contains("landmark", StringComparison.Ordinal) || v.Id == "region")
            .Select(v => $"{where}: {v.Impact} {v.Id}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}"));
}

/// <summary>The dark theme.</summary>
public sealed class DarkAccessTests(Chromium chromium) : AccessTests(chromium, "dark");

/// <summary>The light theme.</summary>
public sealed class LightAccessTests(Chromium chromium) : AccessTests(chromium, "light");
