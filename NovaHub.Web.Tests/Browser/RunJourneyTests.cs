using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>What a sysop does with a run: understands why one failed, and reads what one left.</summary>
public sealed class RunJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task A_run_fails_and_is_understood()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "The Dive");
        await hub.PlayBoardAsync(league, 2);
        Assert.Equal(RunOutcome.Good, (await hub.RunAsync(league)).Outcome);
        // The sandbox game dies as an unpatched game does on a fast machine
        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.MaintenanceCommand = "PLANETARY /DETAILED CRASH", CancellationToken.None);
        await hub.PlayBoardAsync(league, 2);
        Assert.Equal(RunOutcome.Failed, (await hub.RunAsync(league)).Outcome);

        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await Expect(page.Locator(".pulse")).ToContainTextAsync("900B, run 2: Failed. The game did not finish.");
        await page.Locator(".pulse a").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Run 2", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".verdicts li").First).ToContainTextAsync("The game died: Runtime error 200");
        await Expect(page.Locator(".xterm-rows")).ToContainTextAsync("Runtime error 200");

        await page.GetByRole(AriaRole.Link, new() { Name = "Transcript", Exact = true }).ClickAsync();
        var field = page.GetByRole(AriaRole.Searchbox, new() { Name = "Search what the game printed" });
        await field.FillAsync("error 200");
        await Expect(page.Locator(".find-count")).ToHaveTextAsync("1 of 1");
        await Expect(page.Locator("mark.current")).ToHaveTextAsync("error 200");
        await Expect(page.Locator("mark.current")).ToBeInViewportAsync();
        await field.FillAsync("■");
        await field.PressAsync("Enter");
        await Expect(page.Locator(".find-count")).ToContainTextAsync("2 of ");

        await page.GetByRole(AriaRole.Link, new() { Name = "Compare", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Run 2 compared with run 1" })).ToBeVisibleAsync();
        var differences = page.GetByRole(AriaRole.Region, new() { Name = "What differs" });
        await Expect(differences).ToContainTextAsync("It ended failed; run 1 ended good.");
        await Expect(differences).ToContainTextAsync("New: The game died: Runtime error 200");
        await Expect(differences).ToContainTextAsync("The game did not come to");

        await hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.MaintenanceCommand = "PLANETARY /DETAILED", CancellationToken.None);
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run again: league 900B" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Run 3", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Good", new() { Timeout = 30_000 });
        await page.GotoAsync("/runs?outcome=failed");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_bulletin_is_drawn_in_the_dos_font_and_the_colours_of_a_vga_card()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        await hub.PlayBoardAsync(league, 2);
        var run = await hub.RunAsync(league);
        var scores = AnsiText.Read((await hub.Get<RunHistory>().FileAsync(run.Id, "SCORES.ANS", CancellationToken.None))!);
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await window.GoAsync($"/runs/{run.Id}?view=files", $"Run {run.Id}");

        var picture = page.GetByRole(AriaRole.Region, new() { Name = "SCORES.ANS" });
        await Expect(picture).ToBeVisibleAsync();
        Assert.Equal(scores + "\n", await picture.TextContentAsync());
        string[] palette = ["0, 0, 0", "170, 0, 0", "0, 170, 0", "170, 85, 0", "0, 0, 170", "170, 0, 170", "0, 170, 170", "170, 170, 170", "85, 85, 85", "255, 85, 85", "85, 255, 85", "255, 255, 85", "85, 85, 255", "255, 85, 255", "85, 255, 255", "255, 255, 255"];
        var looks = await picture.EvaluateAsync<string[]>("e => [...e.querySelectorAll('span')].map(s => { const c = getComputedStyle(s); return c.color + ' ' + c.backgroundColor; })");
        Assert.Equal(scores.Rows.SelectMany(r => r).Select(s => $"rgb({palette[s.Foreground]}) {(s.Background == 0 ? "rgba(0, 0, 0, 0)" : $"rgb({palette[s.Background]})")}"), looks);

        // Every glyph comes from the DOS font: the one behind it is a fifth wider
        var widths = await page.EvaluateAsync<double[]>(
            "async text => { await document.fonts.load('16px \"Hub DOS\"'); await document.fonts.load('16px \"Hub Mono\"'); const c = document.createElement('canvas').getContext('2d'); c.font = '16px \"Hub DOS\", \"Hub Mono\"'; return [...text].map(g => c.measureText(g).width); }",
            string.Concat(Enumerable.Range(0, 256).Select(b => Cp437.Glyph((byte)b))));
        Assert.Equal(Enumerable.Repeat(8.0, 256), widths);
        var rows = await picture.EvaluateAsync<double>("e => parseFloat(getComputedStyle(e).lineHeight)");
        Assert.Equal(16, rows);

        // The screen has cells of 8 by 16 dots, so that box characters join
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview", Exact = true }).ClickAsync();
        await Expect(page.Locator(".xterm-rows")).ToContainTextAsync("Planetary Maintenance Complete");
        var cells = await page.Locator(".xterm-screen").EvaluateAsync<double[]>("e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height]");
        Assert.Equal([640.0, 400.0], cells);

        await page.GotoAsync($"/runs/{run.Id}?file=ROUTES.LST");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "ROUTES.LST" })).ToContainTextAsync("Routes of The Hub BBS");
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_transcript_of_thousands_of_lines_is_searched_from_end_to_end()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(withGame: false);
        await using (var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync())
        {
            db.Add(new Run { Id = 1, LeagueId = league, StartedAt = DateTime.UtcNow, EndedAt = DateTime.UtcNow, Outcome = RunOutcome.Good, Summary = "Flooded." });
            db.Add(new RunRecording { RunId = 1, Bytes = [], Transcript = string.Join('\n', Enumerable.Range(1, 40_000).Select(i => $"Flood line {i} of the game")) });
            await db.SaveChangesAsync();
        }

        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await window.GoAsync("/runs/1?view=transcript", "Run 1");
        var field = page.GetByRole(AriaRole.Searchbox, new() { Name = "Search what the game printed" });
        await field.FillAsync("line 39999");
        await Expect(page.Locator("mark.current")).ToBeInViewportAsync();
        await field.FillAsync("7 of the");
        await Expect(page.Locator(".find-count")).ToHaveTextAsync("1 of 4\u202f000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Previous" }).ClickAsync();
        await Expect(page.Locator(".line.current")).ToHaveTextAsync("Flood line 39997 of the game");
        await Expect(page.Locator("mark.current")).ToBeInViewportAsync();
        Assert.InRange(await page.Locator(".line").CountAsync(), 20, 150);
        Assert.Empty(window.Faults);
    }
}
