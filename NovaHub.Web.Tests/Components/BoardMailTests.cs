using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Web.Components.Pages.Bbses;
using NovaHub.Web.Components.Pages.Packets;
using NovaHub.Web.Components.Pages.Runs;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class BoardMailTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Nothing_that_waits_or_was_fetched_is_said_and_the_first_packet_appears_by_itself()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        var page = Show(console, "Last Resort", "tab=mail");
        Eventually(page, "No packet waits");
        Eventually(page, "It has fetched nothing yet");
        Assert.Contains("A new nodelist of 900B, since", page.Markup);
        Assert.Equal("page", page.FindAll(".tabs a").Single(a => a.TextContent == "Mail for it").GetAttribute("aria-current"));
        await console.Hub.UploadAsync("900B0203.001", new byte[10]);
        Eventually(page, "900B0203.001");
        EventuallyNot(page, "No packet waits");
        await FetchAsync(console, "900B0203.001");
        Eventually(page, "No packet waits");
        EventuallyNot(page, "It has fetched nothing yet");
    }

    [Fact]
    public async Task What_is_chosen_of_what_waits_is_given_up_in_one_act_after_a_question()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await UploadAsync(console, 4);
        var page = Show(console, "Last Resort", "tab=mail");
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        Eventually(page, "900B0203.004");
        Assert.True(Button(page, "Give up").HasAttribute("disabled"));
        await page.InvokeAsync(() => page.Find("input[aria-label='Choose 900B0203.002']").Change(true));
        await page.InvokeAsync(() => page.Find("input[aria-label='Choose 900B0203.003']").Change(true));
        Assert.Contains("2 chosen", page.Markup);
        var click = page.InvokeAsync(() => Button(page, "Give up").ClickAsync(new()));
        dialogs.WaitForAssertion(() => Assert.Contains("2 packets wait no longer: Last Resort does not get them", dialogs.Markup), Patience);
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("Give them up")).ClickAsync(new()));
        await click;
        EventuallyNot(page, "900B0203.002");
        Assert.Equal(["900B0203.001", "900B0203.004"], page.FindAll("tbody code").Select(c => c.TextContent));
        Assert.Contains("All 2 shown", page.Markup);
        var told = (await console.Hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.Expired), null, false, 10, default)).Items.Single();
        Assert.Equal(Browser.ConsoleHub.Admin, told.Who);
    }

    [Fact]
    public async Task The_page_says_of_each_packet_how_it_is_known_that_the_board_has_it()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await UploadAsync(console, 3);
        await FetchAsync(console, "900B0203.001", DeliveryProof.Confirmed);
        await FetchAsync(console, "900B0203.002");
        var page = Show(console, "Last Resort", "tab=mail");
        Eventually(page, "900B0203.002");
        Assert.DoesNotContain("handed to a proxy", page.Markup);
        await FetchAsync(console, "900B0203.003", DeliveryProof.HandedToProxy);
        Eventually(page, "Some of it was handed to a proxy");
        string[] words = ["handed to the proxy; whether the board got it was not seen", "acknowledged by the board's machine", "confirmed by the board's program"];
        Assert.Equal(words, page.FindAll("td .how-known").Select(s => s.TextContent));
    }

    [Fact]
    public async Task All_shown_of_what_was_fetched_is_delivered_again_and_waits()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await UploadAsync(console, 3);
        foreach (var i in new[] { 1, 2, 3 })
        {
            await FetchAsync(console, $"900B0203.{i:D3}");
        }

        var page = Show(console, "Last Resort", "tab=mail");
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        Eventually(page, "All 3 shown");
        await page.InvokeAsync(() => page.Find(".choice-tools input").Change(true));
        Assert.Contains("3 chosen", page.Markup);
        var click = page.InvokeAsync(() => Button(page, "Deliver again").ClickAsync(new()));
        dialogs.WaitForAssertion(() => Assert.Contains("3 packets wait for Last Resort again.", dialogs.Markup), Patience);
        Assert.Contains("a second time", dialogs.Markup);
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("Deliver them again")).ClickAsync(new()));
        await click;
        Eventually(page, "It has fetched nothing yet");
        Assert.Equal(3, page.FindAll("tbody tr").Count);
        Eventually(page, "Give up");
    }

    [Fact]
    public async Task Somebody_was_faster_and_that_is_said_before_anything_is_done()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await UploadAsync(console, 1);
        var page = Show(console, "Last Resort", "tab=mail");
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        Eventually(page, "900B0203.001");
        var packets = await console.Hub.Get<LedgerReader>().LatestAsync(null, 1, default);
        await FetchAsync(console, "900B0203.001");
        var actions = console.Bunit.Services.GetRequiredService<PacketActions>();
        var asked = page.InvokeAsync(() => actions.AskAsync(PacketAct.GiveUp, packets));
        dialogs.WaitForAssertion(() => Assert.Contains("900B0203.001 was delivered.", dialogs.Markup), Patience);
        Assert.DoesNotContain("Give it up", dialogs.Markup);
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("Close")).ClickAsync(new()));
        await asked;
    }

    [Fact]
    public async Task Many_that_wait_are_turned_page_by_page()
    {
        await using var console = await StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync([.. Enumerable.Range(1, 60).Select(i => Row(league, 2, 3, i))]);
        var page = Show(console, "Last Resort", "tab=mail");
        Eventually(page, "All 50 shown");
        var next = page.Find("a[rel=next]").GetAttribute("href")!;
        Assert.EndsWith("?tab=mail&after=50", next);
        page = Show(console, "Last Resort", next.Split('?')[1]);
        Eventually(page, "All 10 shown");
        Assert.Equal("900B0203.051", page.Find("tbody code").TextContent);
        Assert.Contains("The oldest", page.Markup);
    }

    [Fact]
    public async Task Who_may_not_sees_the_mail_without_choices_and_is_refused_in_the_act()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await UploadAsync(console, 2);
        await FetchAsync(console, "900B0203.002");
        console.BeSysop();
        var page = Show(console, "Last Resort", "tab=mail");
        Eventually(page, "900B0203.001");
        Eventually(page, "900B0203.002");
        Assert.Empty(page.FindAll("input"));
        Assert.Empty(page.FindAll("button"));
        var actions = console.Bunit.Services.GetRequiredService<PacketActions>();
        Assert.Equal(RunActions.NotAllowed, (await actions.DoAsync(PacketAct.GiveUp, [1])).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.DoAsync(PacketAct.PutBack, [2])).Refusal);
        Assert.Equal(1, (await new WaitingMail(console.Hub.Get<Microsoft.EntityFrameworkCore.IDbContextFactory<Engine.Storage.HubDb>>()).CountAsync(default)).Single().Count);
    }

    [Fact]
    public async Task What_a_board_sent_and_why_something_was_refused_stand_on_its_page_as_they_happen()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        var page = Show(console, "The Dive", "tab=uploads");
        Eventually(page, "It has sent nothing yet");
        Eventually(page, "Nothing was refused");
        await UploadAsync(console, 1);
        Eventually(page, "900B0203.001");
        Assert.Equal("Waits for the board", page.Find("tbody .chip").TextContent.Trim());
        await FetchAsync(console, "900B0203.001");
        page.WaitForAssertion(() => Assert.Equal("Waits for the board", page.Find("tbody .chip").TextContent.Trim()), Patience);

        var board = Board(console, "The Dive");
        console.Hub.Get<PacketIntake>().Judge(board, "900B", "900B0301.001");
        Eventually(page, "900B0301.001 comes from node 3");
        Assert.Contains("1 in 24 hours", page.Find("#refused-title").TextContent);
        Assert.Equal($"/activity?what=UploadRefused&bbs={board.Id}", page.Find("#refused-title a").GetAttribute("href"));
    }

    [Fact]
    public async Task A_long_list_is_cut_and_leads_to_the_explorer()
    {
        await using var console = await StartAsync();
        var league = await console.AddLeagueAsync();
        var id = Board(console, "The Dive").Id;
        await console.StoreAsync([.. Enumerable.Range(1, 40).Select(i => Row(league, 2, 3, i, id, DateTime.UtcNow))]);
        var page = Show(console, "The Dive", "tab=uploads");
        Eventually(page, "The latest 25");
        Assert.Equal("/packets?league=900B&from=2", page.Find(".explorer-link").GetAttribute("href"));
        page = Show(console, "Last Resort", "tab=mail");
        Eventually(page, "The latest 25");
        Assert.Equal("/packets?league=900B&to=3&state=delivered", page.Find(".explorer-link").GetAttribute("href"));
    }

    [Theory]
    [InlineData(null, null, null, "/bbses/7")]
    [InlineData("nonsense", "nonsense", "-3", "/bbses/7")]
    [InlineData("mail", null, "12", "/bbses/7?tab=mail&after=12")]
    [InlineData("uploads", "30d", "12", "/bbses/7?tab=uploads")]
    [InlineData(null, "30d", null, "/bbses/7?span=30d")]
    public void A_board_s_address_says_what_is_shown(string? tab, string? span, string? after, string address) =>
        Assert.Equal(address, BoardAddress.Read(7, tab, span, after).ToString());

    private static object Row(LeagueId league, int source, int dest, int i, int? by = null, DateTime? delivered = null) => new Packet
    {
        LeagueId = league, Source = source, Dest = dest, Sequence = i, RouteOrdinal = i, Sha256 = new byte[32], Size = 5, ReceivedAt = DateTime.UtcNow.AddMinutes(i - 200), UploadedByBbsId = by, DeliveredAt = delivered,
    };

    private static async Task UploadAsync(ConsoleContext console, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            await console.Hub.UploadAsync($"900B0203.{i:D3}", new byte[10 + i]);
        }
    }

    private static async Task FetchAsync(ConsoleContext console, string text, DeliveryProof proof = DeliveryProof.Acknowledged)
    {
        Assert.True(PacketName.TryParse(text, out var name));
        var mailbox = console.Hub.Get<Mailbox>();
        await mailbox.DeliveredAsync(mailbox.Find(name)!, proof);
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<BbsPage> page, string text) => page.FindAll("button").Single(b => b.TextContent.Contains(text));

    private static IRenderedComponent<BbsPage> Show(ConsoleContext console, string board, string query)
    {
        var id = Board(console, board).Id;
        console.Bunit.Services.GetRequiredService<NavigationManager>().NavigateTo($"/bbses/{id}?{query}");
        return console.Show<BbsPage>(p => p.Add(x => x.Id, id));
    }

    private static BoardEntry Board(ConsoleContext console, string name) =>
        console.Hub.Get<HubDirectory>().Current.BoardsById.Values.Single(b => b.Name == name);
}
