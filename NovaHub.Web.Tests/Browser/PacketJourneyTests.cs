using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using static Microsoft.Playwright.Assertions;

namespace NovaHub.Web.Tests.Browser;

/// <summary>A packet is found, understood and sent once more, in a real browser.</summary>
public sealed class PacketJourneyTests(Chromium chromium)
{
    [Fact]
    public async Task A_packet_is_found_by_its_filters_its_journey_read_and_it_is_delivered_again()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(withGame: false);
        await hub.AddBoardsAsync(league, "The Dive", "A board with quite a long name");
        for (var i = 1; i <= 60; i++)
        {
            await hub.UploadAsync($"900B0201.{i:D3}", new byte[40 + i]);
        }

        await hub.UploadAsync("900B0203.001", BrePacketWriter.Write(1, [new BreRecord(0x09, 2, 3, [.. "a private word"u8]), new BreRecord(0x77, 2, 3, new byte[900])]));
        var mailbox = hub.Get<Mailbox>();
        Assert.True(Engine.Games.PacketName.TryParse("900B0203.001", out var name));
        await mailbox.DeliveredAsync(mailbox.Find(name)!);

        await using var window = await chromium.OpenAsync(hub.Address);
        var page = window.Page;
        await window.SignInAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Pages", Exact = true }).GetByRole(AriaRole.Link, new() { Name = "Packets" }).ClickAsync();
        await Expect(page.GetByText("50 of more than 50")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "League", Exact = true }).SelectOptionAsync("900B");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "To", Exact = true }).SelectOptionAsync(new SelectOptionValue { Value = "3" });
        await Expect(page.GetByText("1 packet in all")).ToBeVisibleAsync();
        Assert.EndsWith("/packets?league=900B&to=3", page.Url);
        await page.GoBackAsync();
        await Expect(page.GetByText("50 of more than 50")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Older →" }).ClickAsync();
        await Expect(page.GetByText("The last 11")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByText("The last 11")).ToBeVisibleAsync();

        await page.GetByLabel("Name begins with").FillAsync("900b0203");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = "900B0203.001" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "900B0203.001", Level = 1 })).ToBeVisibleAsync();
        await Expect(page.Locator(".journey")).ToContainTextAsync("Received from The Dive");
        await Expect(page.Locator(".journey")).ToContainTextAsync("Delivered to A board");
        await Expect(page.Locator(".records")).ToContainTextAsync("Message");
        Assert.DoesNotContain("private word", await page.ContentAsync());
        var path = new Uri(page.Url).AbsolutePath;
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download" }).ClickAsync());
        Assert.Equal("900B0203.001", download.SuggestedFilename);
        foreach (var theme in new[] { "dark", "light" })
        {
            await window.Context.AddCookiesAsync([new Cookie { Name = "novahub.theme", Value = theme, Url = hub.Address }]);
            foreach (var (address, heading) in new[] { ("/packets?league=900B", "Packets"), (path, "900B0203.001") })
            {
                await window.GoAsync(address, heading);
                await Expect(page.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(0);
                var violations = (await page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical" || v.Id is "region").ToList();
                Assert.True(violations.Count == 0, string.Join("\n", violations.Select(v => $"{theme} {address}: {v.Id}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}")));
                await page.SetViewportSizeAsync(360, 740);
                Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= 360"), address);
                await page.SetViewportSizeAsync(1280, 860);
            }
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Deliver again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("happens twice there");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deliver it again" }).ClickAsync();
        await Expect(page.Locator(".journey-next")).ToContainTextAsync("Waits until A board");
        Assert.True(mailbox.Find(name)!.Unread);
        Assert.Empty(window.Faults);

        await using var sysop = await chromium.OpenAsync(hub.Address);
        await sysop.SignInAsync(ConsoleHub.Sysop);
        var refused = await sysop.Page.APIRequest.GetAsync(hub.Address + path + "/file", new() { MaxRedirects = 0 });
        Assert.NotEqual(200, refused.Status);
        await sysop.GoAsync(path, "900B0203.001");
        await Expect(sysop.Page.GetByText("is for admins")).ToBeVisibleAsync();
        await Expect(sysop.Page.GetByRole(AriaRole.Link, new() { Name = "Download" })).ToHaveCountAsync(0);
        Assert.Equal(PacketState.WaitingForBoard, (await hub.Get<LedgerReader>().LatestAsync(league, 1, default))[0].StateAt(1));
    }
}
