using Microsoft.Playwright;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Tests.Browser;

/// <summary>Pictures of every page, both themes, desktop and phone, into <c>artifacts/screens</c>. Run with <c>-explicit only</c>.</summary>
public sealed class Screens(Chromium chromium)
{
    [Fact(Explicit = true)]
    public async Task Every_page_in_both_themes_and_two_widths()
    {
        var folder = Path.Combine(Root(), "artifacts", "screens");
        Directory.CreateDirectory(folder);
        await using var hub = await ConsoleHub.StartAsync();
        var setup = hub.Printed.Split('\n').First(l => l.Contains("/setup/")).Trim();
        await PlainAsync(hub, folder, setup);
        await hub.AddPeopleAsync();
        await using (var empty = await chromium.OpenAsync(hub.Address))
        {
            await empty.SignInAsync();
            await ShootAsync(empty, folder, "dashboard-empty", "/", "Dashboard");
        }

        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        await hub.AddLeagueAsync("555", "Barren Realms International", withGame: false);
        await hub.PlayBoardAsync(league, 2);
        await hub.RunAsync(league);
        await hub.PlayBoardAsync(league, 3);
        await hub.UploadAsync("900B0203.007", new byte[900]);
        await hub.PlayBoardAsync(league, 2);
        var run = await hub.RunAsync(league);
        await hub.UploadAsync("900B0301.108", new byte[1234]);
        await hub.SilenceAsync("The Dive", TimeSpan.FromHours(9));
        await hub.Get<NovaHub.Engine.Leagues.BbsAdmin>().SetActiveAsync(hub.Get<NovaHub.Engine.Leagues.HubDirectory>().Current.BoardsByClientId.Values.First(b => b.Name == "Last Resort").ClientId, false, default);

        foreach (var (width, height) in new[] { (1280, 900), (390, 844) })
        {
            foreach (var theme in new[] { "dark", "light" })
            {
                await using var window = await chromium.OpenAsync(hub.Address, width, height);
                await window.Context.AddCookiesAsync([new Cookie { Name = "novahub.theme", Value = theme, Url = hub.Address }]);
                await window.SignInAsync();
                var suffix = $"{theme}-{width}";
                foreach (var (name, path, heading) in EveryPage.Of(league, "The Dive", run.Id))
                {
                    await ShootAsync(window, folder, $"{name}-{suffix}", path, heading);
                }

                foreach (var tab in new[] { "mail", "uploads" })
                {
                    await ShootAsync(window, folder, $"bbs-{tab}-{suffix}", $"/bbses/1?tab={tab}", "The Dive");
                }

                await window.GoAsync("/packets", "Packets");
                await ShootDialogAsync(window, folder, $"search-{suffix}", "Search Ctrl K");
                await window.Page.Keyboard.PressAsync("Escape");
                await ShootDialogAsync(window, folder, $"help-{suffix}", "Help for this page");
                if (theme == "dark")
                {
                    await window.GoAsync($"/runs/{run.Id}", $"Run {run.Id}");
                    await ShootDialogAsync(window, folder, $"reprocess-{suffix}", "Reprocess");
                }

                Assert.Empty(window.Faults);
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task Held_packets_in_both_themes_and_two_widths()
    {
        var folder = Path.Combine(Root(), "artifacts", "screens");
        Directory.CreateDirectory(folder);
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync(maintenance: "PLANETARY /DETAILED KEEP");
        await hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        await hub.PlayBoardAsync(league, 2);
        await hub.UploadAsync("900B0301.108", new byte[40]);
        var run = await hub.RunAsync(league);
        foreach (var (width, height) in new[] { (1280, 900), (390, 844) })
        {
            foreach (var theme in new[] { "dark", "light" })
            {
                await using var window = await chromium.OpenAsync(hub.Address, width, height);
                await window.Context.AddCookiesAsync([new Cookie { Name = "novahub.theme", Value = theme, Url = hub.Address }]);
                await window.SignInAsync();
                var suffix = $"{theme}-{width}";
                await ShootAsync(window, folder, $"held-{suffix}", "/packets?state=held", "Packets");
                await ShootAsync(window, folder, $"held-packet-{suffix}", "/packets/1", "900B0201.001");
                await ShootDialogAsync(window, folder, $"held-again-{suffix}", "Give it to the game again");
                await ShootAsync(window, folder, $"held-run-{suffix}", $"/runs/{run.Id}", $"Run {run.Id}");
                await ShootAsync(window, folder, $"held-dashboard-{suffix}", "/", "Dashboard");
                Assert.Empty(window.Faults);
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task What_is_known_of_deliveries_in_both_themes_and_two_widths()
    {
        var folder = Path.Combine(Root(), "artifacts", "screens");
        Directory.CreateDirectory(folder);
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync();
        await hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        var mailbox = hub.Get<Mailbox>();
        foreach (var (sequence, proof) in new[] { DeliveryProof.Confirmed, DeliveryProof.Acknowledged, DeliveryProof.HandedToProxy, DeliveryProof.SentOnly }.Index())
        {
            var name = new PacketName(league, 2, 3, sequence + 1);
            await hub.UploadAsync(name.ToString(), Bytes(sequence));
            await mailbox.DeliveredAsync(mailbox.Find(name)!, proof);
        }

        await hub.Get<GroupCommit>().WriteAsync(w => w.Execute("""UPDATE "Packets" SET "DeliveredAt" = @p0 WHERE "Id" = 1""", DateTime.UtcNow.AddDays(-1)));
        // Once more, long after it was gone
        await hub.UploadAsync("900B0203.001", Bytes(0));
        foreach (var (width, height) in new[] { (1280, 900), (390, 844) })
        {
            foreach (var theme in new[] { "dark", "light" })
            {
                await using var window = await chromium.OpenAsync(hub.Address, width, height);
                await window.Context.AddCookiesAsync([new Cookie { Name = "novahub.theme", Value = theme, Url = hub.Address }]);
                await window.SignInAsync();
                await ShootAsync(window, folder, $"delivery-retry-{theme}-{width}", "/packets/1", "900B0203.001");
                await ShootAsync(window, folder, $"delivery-proxy-{theme}-{width}", "/packets/3", "900B0203.003");
                await ShootAsync(window, folder, $"delivery-board-{theme}-{width}", "/bbses/2?tab=mail", "Last Resort");
                await ShootAsync(window, folder, $"delivery-activity-{theme}-{width}", "/activity", "Activity");
                Assert.Empty(window.Faults);
            }
        }
    }

    private static byte[] Bytes(int order) => BrePacketWriter.Write((uint)order, [new BreRecord(0x02, 2, 3, new byte[40 + order]), new BreRecord(0x12, 2, 3, new byte[30])]);

    private static async Task ShootDialogAsync(Window window, string folder, string name, string button)
    {
        await window.Page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await window.Page.WaitForTimeoutAsync(500);
        await window.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
    }

    private async Task PlainAsync(ConsoleHub hub, string folder, string setup)
    {
        await using var window = await chromium.OpenAsync(hub.Address);
        await ShootAsync(window, folder, "setup", new Uri(setup).AbsolutePath, "Welcome. Make the first account");
        await ShootAsync(window, folder, "setup-unknown", "/setup/1234", "The hub doesn't know this link");
        await ShootAsync(window, folder, "login", "/login", "Sign in");
    }

    private static async Task ShootAsync(Window window, string folder, string name, string path, string heading)
    {
        await window.GoAsync(path, heading);
        // Fonts, the terminal and the ripple of a click settle
        await window.Page.WaitForTimeoutAsync(700);
        await window.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "NovaHub.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
