using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Leagues;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>A board lost what it had fetched: its mail is put back, in a real browser.</summary>
public sealed class LostMailJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task A_board_that_fell_silent_is_found_and_what_it_lost_is_put_back()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(withGame: false);
        await hub.AddBoardsAsync(league, "The Dive", "A board with quite a long name");
        var mailbox = hub.Get<Mailbox>();
        for (var i = 1; i <= 5; i++)
        {
            await hub.UploadAsync($"900B0203.{i:D3}", new byte[40 + i]);
            await mailbox.DeliveredAsync(mailbox.Find(new PacketName(league, 2, 3, i))!);
        }

        var boards = hub.Get<HubDirectory>().Current.Leagues[league].Members;
        hub.Get<PacketIntake>().Judge(boards[3], "900B", "900B0201.001");

        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await hub.SilenceAsync("A board with quite a long name", TimeSpan.FromHours(30));
        var quiet = page.GetByRole(AriaRole.Region, new() { Name = "Quiet boards" });
        await Expect(quiet).ToContainTextAsync("Usually speaks every hour");
        await quiet.GetByRole(AriaRole.Link, new() { Name = "A board with" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "A board with quite a long name", Level = 1 })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Mail for it" }).ClickAsync();
        var fetched = page.GetByRole(AriaRole.Group, new() { Name = "Recently fetched" });
        var waits = page.GetByRole(AriaRole.Group, new() { Name = "What waits for it" });
        await Expect(fetched.GetByRole(AriaRole.Row)).ToHaveCountAsync(6);

        // By keyboard: a choice is a choice
        await fetched.GetByLabel("Choose 900B0203.002").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await fetched.GetByLabel("Choose 900B0203.004").CheckAsync();
        await Expect(fetched.GetByText("2 chosen")).ToBeVisibleAsync();
        await fetched.GetByRole(AriaRole.Button, new() { Name = "Deliver again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("2 packets wait for A board with quite a long name");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deliver them again" }).ClickAsync();
        await Expect(waits.GetByRole(AriaRole.Link)).ToHaveTextAsync(["900B0203.002", "900B0203.004"]);
        await Expect(fetched.GetByRole(AriaRole.Row)).ToHaveCountAsync(4);
        Assert.True(mailbox.Find(new PacketName(league, 2, 3, 2))!.Unread);
        Assert.True(mailbox.Find(new PacketName(league, 2, 3, 4))!.Unread);
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        foreach (var theme in new[] { "dark", "light" })
        {
            await window.Context.AddCookiesAsync([new Cookie { Name = "novahub.theme", Value = theme, Url = hub.Address }]);
            foreach (var tab in new[] { "mail", "uploads" })
            {
                await window.GoAsync($"/bbses/{boards[3].Id}?tab={tab}", "A board with quite a long name");
                await Expect(page.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(0);
                var violations = (await page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical" || v.Id is "region").ToList();
                Assert.True(violations.Count == 0, string.Join("\n", violations.Select(v => $"{theme} {tab}: {v.Id}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}")));
                await page.SetViewportSizeAsync(360, 740);
                Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"), tab);
                await page.SetViewportSizeAsync(1280, 860);
            }
        }

        await Expect(page.GetByText("comes from node 2")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Mail for it" }).ClickAsync();
        await waits.GetByLabel("Choose 900B0203.004").CheckAsync();
        await waits.GetByRole(AriaRole.Button, new() { Name = "Give up" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("900B0203.004 waits no longer");
        await page.GetByRole(AriaRole.Button, new() { Name = "Give it up" }).ClickAsync();
        await Expect(waits.GetByRole(AriaRole.Link)).ToHaveTextAsync(["900B0203.002"]);
        Assert.Null(mailbox.Find(new PacketName(league, 2, 3, 4)));

        await window.GoAsync("/packets?state=given-up", "Packets");
        await page.GetByRole(AriaRole.Link, new() { Name = "900B0203.004" }).ClickAsync();
        await Expect(page.Locator(".journey")).ToContainTextAsync($"Given up by {ConsoleHub.Admin}");
        await page.GetByText("the packet's frame, byte by byte").ClickAsync();
        await Expect(page.GetByText("no whole record with a right checksum")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Put back" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Put it back" }).ClickAsync();
        await Expect(page.Locator(".journey-next")).ToContainTextAsync("Waits until A board");
        Assert.True(mailbox.Find(new PacketName(league, 2, 3, 4))!.Unread);
        Assert.Equal(2, (await new WaitingMail(hub.Get<Microsoft.EntityFrameworkCore.IDbContextFactory<Engine.Storage.HubDb>>()).CountAsync(default)).Single().Count);
        Assert.Empty(window.Faults);
    }
}
