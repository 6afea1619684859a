using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NovaHub.Engine.Games;
using NovaHub.Engine.Sandbox;
using NovaHub.Web.Tests.Api;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>A hub with nothing in it, led by its own guide to the first packet and the first good run.</summary>
public sealed class GuideJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task First_run_guide_to_first_packet()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        var league = LeagueId.Parse("900B");
        var folder = SandboxGame.Install(Path.Combine(hub.Folder, "games"), "B900N01", league, "The Hub BBS", "13:900/1", null);

        await page.GotoAsync(hub.Printed.Split('\n').Single(l => l.Contains("/setup/")).Trim());
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(ConsoleHub.Password);
        await page.GetByLabel("The password again").FillAsync(ConsoleHub.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the account" }).ClickAsync();
        await StepAsync(page, "Add a league");
        Assert.DoesNotContain((await page.RunAxe()).Violations, v => v.Impact is "serious" or "critical");

        await page.Locator(".guide").GetByRole(AriaRole.Button, new() { Name = "Add a league" }).ClickAsync();
        await page.GetByLabel("Number, three digits").FillAsync("900");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Sandbox Realms");
        await page.GetByLabel("The hub's FTN address there").FillAsync("13:900/1");
        await page.GetByLabel("Folder of the hub's own copy").FillAsync(folder);
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Add the league" }).ClickAsync();

        // Folder and emulator are there already: the guide has seen it
        await StepAsync(page, "Add a board");
        await page.Locator(".guide").GetByRole(AriaRole.Button, new() { Name = "Add a BBS" }).ClickAsync();
        await page.GetByLabel("Name, as it stands in nodelists").FillAsync("The Dive");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add and show its secret" }).ClickAsync();
        var secret = page.Locator(".secret code");
        await Expect(secret).ToHaveCountAsync(2);
        var (id, word) = (await secret.Nth(0).InnerTextAsync(), await secret.Nth(1).InnerTextAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "I have it" }).ClickAsync();
        await StepAsync(page, "The board's program signs in");
        await Expect(page.Locator(".guide")).ToContainTextAsync("novahub-client init");

        using var board = await SignInAsync(hub, id, word);
        await StepAsync(page, "The first packet comes in");
        await hub.PlayAndUploadAsync(league, 2, (name, bytes) => board.UploadedAsync(name, bytes));
        await StepAsync(page, "The first run is good");
        await Expect(page.GetByText("900B0201.001").First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Run 900B now: league 900B" }).ClickAsync();
        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Good", new() { Timeout = 45_000 });
        await page.GetByRole(AriaRole.Link, new() { Name = "Dashboard" }).ClickAsync();
        await Expect(page.GetByText("All is well: mail moves in 1 league.")).ToBeVisibleAsync();
        await Expect(page.Locator(".guide")).ToHaveCountAsync(0);
        Assert.Empty(window.Faults);
    }

    private static Task StepAsync(IPage page, string title) => Expect(page.Locator("[aria-current=step] strong")).ToHaveTextAsync(title, new() { Timeout = 20_000 });

    // What a board's program does, over the real service API
    private static async Task<HttpClient> SignInAsync(ConsoleHub hub, string id, string secret)
    {
        var board = new HttpClient { BaseAddress = new Uri(new Uri(hub.Address), "/service/api/v1/") };
        using var answer = await board.PostAsync("auth/token", HubHost.TokenForm(id, secret));
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
        board.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var me = await board.GetAsync("me");
        me.EnsureSuccessStatusCode();
        return board;
    }
}
