using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>A board falls silent and speaks again, as a sysop lives through it in a real browser.</summary>
public sealed class AlertJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task A_board_that_falls_silent_is_found_seen_to_with_a_note_and_its_alert_ends_when_it_speaks()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "Last Resort");
        var (credentials, _) = await hub.Get<BbsAdmin>().AddAsync("The Dive", [new SeatRequest(league, 3)], CancellationToken.None);
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync(ConsoleHub.Sysop);
        await Expect(page.Locator(".pulse-line")).ToHaveTextAsync("All is well: mail moves in 1 league.");
        await Expect(page.GetByText("Every board speaks as it usually does.")).ToBeVisibleAsync();

        await hub.SilenceAsync("The Dive", TimeSpan.FromHours(9));
        await hub.UploadAsync("900B0203.001", new byte[300]);
        await Expect(page.Locator(".pulse-line")).ToHaveTextAsync("Mail moves; one thing is worth a look.");
        var quiet = page.GetByRole(AriaRole.Region, new() { Name = "Quiet boards" });
        await Expect(quiet).ToContainTextAsync("Usually speaks every hour; silent for 9 hours.");
        await Expect(quiet).ToContainTextAsync("1 packet waits");
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Pages", Exact = true }).GetByRole(AriaRole.Link, new() { Name = "Alerts , 1 not acknowledged" })).ToBeVisibleAsync();

        // By keyboard only, from here to the note
        var link = page.GetByRole(AriaRole.Link, new() { Name = "Board quiet: The Dive" });
        await link.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Board quiet: The Dive", Level = 1 })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".page-head .chip").First).ToHaveTextAsync("Acknowledged");
        await page.GetByLabel("Note", new() { Exact = true }).FocusAsync();
        await page.Keyboard.TypeAsync("I wrote to its sysop.");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".journey")).ToContainTextAsync("I wrote to its sysop.");
        await Expect(page.GetByLabel("Note", new() { Exact = true })).ToHaveValueAsync("");
        await Expect(page.Locator(".nav-count")).ToHaveCountAsync(0);
        await AuditAsync(page);

        await SpeakAsync(hub, credentials, league.ToString());
        await Expect(page.Locator(".page-head .chip").First).ToHaveTextAsync("Over");
        await Expect(page.Locator(".journey")).ToContainTextAsync("Ended by itself");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Pages", Exact = true }).GetByRole(AriaRole.Link, new() { Name = "Alerts" }).ClickAsync();
        await Expect(page.GetByText("No alert is open")).ToBeVisibleAsync();
        await page.GetByLabel("State").SelectOptionAsync("Over");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Board quiet: The Dive" })).ToContainTextAsync("Sid");
        await AuditAsync(page);
        var told = (await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.AlertHandled), null, false, 10, CancellationToken.None)).Items;
        Assert.Equal([ConsoleHub.Sysop, ConsoleHub.Sysop], told.Select(t => t.Who));
        Assert.Empty(window.Faults);
    }

    private static async Task AuditAsync(IPage page)
    {
        Assert.Empty((await page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{v.Id}: {v.Nodes[0].Html}"));
        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"));
        await page.SetViewportSizeAsync(1280, 860);
    }

    // As a board's program does: a token, and a look into its mailbox
    private static async Task SpeakAsync(ConsoleHub hub, BoardCredentials credentials, string league)
    {
        using var board = new HttpClient { BaseAddress = new Uri(hub.Address + "/service/api/v1/") };
        using var answer = await board.PostAsync("auth/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = credentials.ClientId, ["client_secret"] = credentials.ClientSecret,
        }));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        board.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString());
        using var list = await board.GetAsync($"leagues/{league}/packets");
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
    }
}
