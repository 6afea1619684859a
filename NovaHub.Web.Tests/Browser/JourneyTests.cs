using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>A sysop's way through the console, in a real browser, with a real game under a real emulator.</summary>
public sealed class JourneyTests(Chromium chromium)
{
    [Fact]
    public async Task From_the_set_up_link_to_the_verdict_of_the_first_run()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        var link = hub.Printed.Split('\n').Single(l => l.Contains("/setup/")).Trim();

        await page.GotoAsync(link);
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync("short");
        await page.GetByLabel("The password again").FillAsync("shirt");
        await page.EvalOnSelectorAsync("form", "f => f.noValidate = true");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the account" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The two passwords differ.");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(ConsoleHub.Password);
        await page.GetByLabel("The password again").FillAsync(ConsoleHub.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the account" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard" })).ToBeVisibleAsync();
        await Expect(page.GetByText("./novahub league add 555B")).ToBeVisibleAsync();

        // Everything from here on appears on the open page by itself
        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        await Expect(page.Locator(".card").GetByText("Sandbox Realms")).ToBeVisibleAsync();
        await hub.PlayBoardAsync(league, 2);
        await Expect(page.GetByText("900B0201.001").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Waits for the game").First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Run now: league 900B" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Run 1", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Running");
        var screen = page.Locator(".xterm-rows");
        await Expect(screen).ToContainTextAsync("Sandbox Realms");
        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Running");
        await Expect(screen).ToContainTextAsync("Planetary Maintenance Complete");
        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Good", new() { Timeout = 30_000 });
        await Expect(page.Locator(".verdicts")).ToContainTextAsync("The game printed its completion line");
        await Expect(page.Locator(".packets").First).ToContainTextAsync("900B0201.001");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "SCORES.ANS", Exact = true })).ToBeVisibleAsync();

        // The recording plays from the start
        var play = page.GetByRole(AriaRole.Button, new() { Name = "Play", Exact = true });
        await play.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true })).ToBeVisibleAsync();
        await Expect(screen).Not.ToContainTextAsync("Planetary Maintenance Complete");
        await page.GetByLabel("Speed").SelectOptionAsync("8×");
        await Expect(screen).ToContainTextAsync("Planetary Maintenance Complete");
        await Expect(play).ToBeVisibleAsync();
        await page.GetByLabel("Position").FillAsync("0");
        await Expect(screen).Not.ToContainTextAsync("Planetary Maintenance Complete");

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download SCORES.ANS" }).ClickAsync());
        Assert.Equal("run-1-SCORES.ANS", download.SuggestedFilename);

        await page.GetByRole(AriaRole.Button, new() { Name = "Reprocess" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("a second time");
        await page.GetByRole(AriaRole.Button, new() { Name = "Read 1 packet again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Run 2", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".facts")).ToContainTextAsync("Reprocess: Ada of run 1");
        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Good", new() { Timeout = 30_000 });

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await page.GotoAsync("/runs/1");
        Assert.Contains("/login?ReturnUrl=%2Fruns%2F1", page.Url);
        await page.GotoAsync(link);
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("This link was used");

        Assert.Empty(window.Faults);
        Assert.All(window.Requested, url => Assert.True(url.StartsWith(hub.Address) || url.StartsWith("data:") || url.StartsWith("blob:"), url));
    }

    [Fact]
    public async Task A_run_is_cancelled_after_a_question()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(maintenance: "PLANETARY /DETAILED HANG");
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync(ConsoleHub.Sysop);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Run now: league {league}" }).ClickAsync();
        await Expect(page.Locator(".xterm-rows")).ToContainTextAsync("Sandbox Realms");

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("stay queued");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" }).ClickAsync();

        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("Cancelled", new() { Timeout = 20_000 });
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run again" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Reprocess" })).ToHaveCountAsync(0);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task At_360_pixels_nothing_sticks_out_and_the_menu_opens()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "A board with quite a long name", "Last Resort");
        await hub.PlayBoardAsync(league, 2);
        var run = await hub.RunAsync(league);
        await hub.SilenceAsync("A board with quite a long name", TimeSpan.FromHours(9));
        await using var window = await chromium.OpenAsync(hub.Address, 360, 740);
        var page = window.Page;
        await window.SignInAsync();

        foreach (var (_, path, heading) in EveryPage.Of(league, "A board with quite a long name", run.Id))
        {
            await window.GoAsync(path, heading);
            await Expect(page.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(0);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"), path);
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Open the menu" }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Pages", Exact = true }).GetByRole(AriaRole.Link, new() { Name = "Runs" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Runs", Level = 1 })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Leagues", Exact = true })).ToBeHiddenAsync();
    }

    [Fact]
    public async Task The_theme_is_remembered_and_follows_the_system_when_asked_to()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        await using var window = await chromium.OpenAsync(hub.Address, scheme: ColorScheme.Light);
        var page = window.Page;
        var html = page.Locator("html");
        await window.SignInAsync();
        await Expect(html).ToHaveAttributeAsync("data-theme", "dark");

        await ChooseAsync(page, "Light");
        await Expect(html).ToHaveAttributeAsync("data-theme", "light");
        await page.ReloadAsync();
        Assert.Equal("light", await html.GetAttributeAsync("data-theme"));
        await ChooseAsync(page, "Dark");
        await Expect(html).ToHaveAttributeAsync("data-theme", "dark");
        await ChooseAsync(page, "Like the system");
        await Expect(html).ToHaveAttributeAsync("data-theme", "light");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Expect(html).ToHaveAttributeAsync("data-theme", "dark");
        await page.ReloadAsync();
        Assert.Equal("dark", await html.GetAttributeAsync("data-theme"));
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task The_keyboard_alone_is_enough()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        await hub.AddLeagueAsync();
        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await page.GotoAsync("/login");
        await page.Keyboard.TypeAsync(ConsoleHub.Sysop);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(ConsoleHub.Password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run now: league 900B" })).ToBeVisibleAsync();

        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run now: league 900B" })).ToBeVisibleAsync();
        await page.Locator(".skip-link").FocusAsync();
        await Expect(page.Locator(".skip-link")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#main")).ToBeFocusedAsync();
        Assert.EndsWith("/", page.Url);

        for (var i = 0; i < 20 && !await page.GetByRole(AriaRole.Button, new() { Name = "Run now: league 900B" }).EvaluateAsync<bool>("b => b === document.activeElement"); i++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Run 1", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Run 1", Exact = true })).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_page_says_that_the_hub_is_gone_and_comes_back_with_it()
    {
        var folder = Directory.CreateTempSubdirectory("novahub-web-").FullName;
        var hub = await ConsoleHub.StartAsync(folder);
        await hub.AddPeopleAsync();
        var port = new Uri(hub.Address).Port;
        await using var window = await chromium.OpenAsync(hub.Address);
        await window.SignInAsync();
        await hub.DisposeAsync();
        await Expect(window.Page.GetByText("The connection to the hub is gone")).ToBeVisibleAsync();

        await using var again = await ConsoleHub.StartAsync(folder, port);
        await again.AddLeagueAsync(withGame: false);

        await Expect(window.Page.Locator(".card").GetByText("Sandbox Realms")).ToBeVisibleAsync(new() { Timeout = 40_000 });
        await Expect(window.Page.GetByText("The connection to the hub is gone")).ToBeHiddenAsync();
    }

    private static async Task ChooseAsync(IPage page, string theme)
    {
        await page.Locator("button[aria-label^='Theme']").ClickAsync();
        await page.Locator(".mud-popover-open").GetByText(theme, new() { Exact = false }).ClickAsync();
        await Expect(page.Locator(".mud-popover-open")).ToHaveCountAsync(0);
    }
}
