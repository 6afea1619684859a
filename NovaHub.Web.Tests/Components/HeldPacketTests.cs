using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Web.Components.Pages.Packets;
using NovaHub.Web.Components.Pages.Runs;
using NovaHub.Web.Tests.Browser;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

/// <summary>Packets that are held: what is shown to decide by, and what the buttons do.</summary>
public sealed class HeldPacketTests
{
    [Fact]
    public async Task A_held_packet_shows_the_run_and_the_lines_of_its_sender_and_counts_as_read_after_a_question()
    {
        await using var console = await StartAsync();
        await HoldAsync(console, 1);
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));

        Eventually(page, "Was it read? You decide");
        Assert.Equal("Held: you decide", page.Find(".page-head .chip").TextContent.Trim());
        Assert.Contains("Gone without a word. It is gone from INBOUND", page.Markup);
        Assert.Equal("/runs/7", page.Find("[aria-labelledby=held-title] dd a").GetAttribute("href"));
        Assert.Equal("Processing Incoming Data from Node 2", page.Find(".held-lines").TextContent);
        await Press(page, "It was read");
        dialogs.WaitForAssertion(() => Assert.Contains("900B0201.001 counts as read. The game does not get it again.", dialogs.Markup), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("It was read")).Click());

        Eventually(page, $"Counted as read by {ConsoleHub.Admin}");
        Assert.Equal("Read", page.Find(".page-head .chip").TextContent.Trim());
        Assert.DoesNotContain("You decide", page.Markup);
    }

    [Fact]
    public async Task Given_to_the_game_again_warns_and_it_waits()
    {
        await using var console = await StartAsync();
        await HoldAsync(console, 1);
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));
        Eventually(page, "Give it to the game again");
        await Press(page, "Give it to the game again");
        dialogs.WaitForAssertion(() => Assert.Contains("happens twice", dialogs.Markup), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("Give it to the game again")).Click());

        Eventually(page, "Waits for the next run of league 900B");
        Assert.Contains("Held: Gone without a word", page.Markup);
    }

    [Fact]
    public async Task A_sysop_sees_the_evidence_and_is_offered_no_decision()
    {
        await using var console = await StartAsync();
        await HoldAsync(console, 1);
        console.BeSysop();
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));

        Eventually(page, "An admin decides.");
        Assert.DoesNotContain("Give it to the game again", page.Markup);
        var actions = console.Bunit.Services.GetRequiredService<PacketActions>();
        Assert.Equal(RunActions.NotAllowed, (await actions.DoAsync(PacketAct.CountAsRead, [1])).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.DoAsync(PacketAct.ReadOnceMore, [1])).Refusal);
        Assert.NotNull((await console.Hub.Get<LedgerReader>().LatestAsync(null, 1, default))[0].HeldAt);
    }

    [Fact]
    public async Task Many_held_packets_are_decided_in_one_act_from_the_list()
    {
        await using var console = await StartAsync();
        await HoldAsync(console, 3);
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        console.Bunit.Services.GetRequiredService<NavigationManager>().NavigateTo("/packets?state=held");
        var page = console.Show<PacketList>();
        Eventually(page, "3 packets in all");
        Assert.Equal(3, page.FindAll("td[data-label='Why it is held']").Count(d => d.TextContent == "Gone without a word"));
        await page.InvokeAsync(() => page.Find(".choice-tools input").Change(true));
        await Press(page, "They were read");
        dialogs.WaitForAssertion(() => Assert.Contains("3 packets count as read.", dialogs.Markup), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("They were read")).Click());

        Eventually(page, "No packet fits");
        Assert.All(await console.Hub.Get<LedgerReader>().LatestAsync(null, 3, default), p => Assert.NotNull(p.ConsumedAt));
    }

    [Fact]
    public async Task Where_bytes_were_changed_the_list_speaks_of_waiting_and_not_of_the_game()
    {
        await using var console = await StartAsync();
        await HoldAsync(console, 2, HeldReason.OtherBytes);
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        console.Bunit.Services.GetRequiredService<NavigationManager>().NavigateTo("/packets?state=held");
        var page = console.Show<PacketList>();
        Eventually(page, "2 packets in all");
        Assert.DoesNotContain("Give them to the game again", page.Markup);
        await page.InvokeAsync(() => page.Find(".choice-tools input").Change(true));
        await Press(page, "Let them wait again");
        dialogs.WaitForAssertion(() => Assert.Contains("Let 2 packets wait again?", dialogs.Markup), TimeSpan.FromSeconds(5));
        Assert.Contains("2 packets wait for the hub's game of 900B again", System.Net.WebUtility.HtmlDecode(dialogs.Markup));
    }

    [Fact]
    public async Task A_runs_page_shows_what_is_held_and_what_was_decided_since()
    {
        await using var console = await StartAsync();
        await HoldAsync(console, 2);
        await console.Hub.Get<Engine.Journeys.HeldPackets>().DecideAsync(Engine.Journeys.HeldDecision.Read, [2], "Ada", default);
        var page = console.Show<RunPage>(p => p.Add(x => x.Id, 7));

        Eventually(page, "2 in doubt");
        Assert.Equal(["Held: you decide", "Counted as read"], page.FindAll(".packets .chip").Select(c => c.TextContent.Trim()));
    }

    private static async Task HoldAsync(ConsoleContext console, int count, HeldReason reason = HeldReason.GoneUnseen)
    {
        var league = await console.AddLeagueAsync();
        for (var i = 1; i <= count; i++)
        {
            await console.Hub.UploadAsync($"900B0201.{i:D3}", [(byte)i, .. new byte[20]]);
        }

        await console.StoreAsync(
            EndedRun(league, 7, RunOutcome.Incomplete, "in doubt", r => (r.Staged, r.Doubtful) = (count, count)),
            new RunRecording { RunId = 7, Bytes = new Engine.Dos.RecordingWriter(TimeProvider.System).ToBytes(), Transcript = "■  Processing Incoming Data\n    Processing Incoming Data from Node 2\n    Processing Incoming Data from Node 3" });
        await console.StoreAsync([.. Enumerable.Range(1, count).Select(i => new RunPacket { RunId = 7, PacketId = i, Doubt = reason })]);
        await using var db = await console.Hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        await db.Set<Packet>().ExecuteUpdateAsync(s => s.SetProperty(p => p.HeldAt, DateTime.UtcNow).SetProperty(p => p.HeldReason, reason));
    }

    private static Task Press<TPage>(IRenderedComponent<TPage> page, string text) where TPage : IComponent =>
        page.InvokeAsync(() => page.FindAll("button").First(b => b.TextContent.Contains(text)).Click());
}
