using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Web.Components.Pages.Packets;
using NovaHub.Web.Components.Pages.Runs;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class PacketDetailTests
{
    [Fact]
    public async Task A_packet_tells_its_journey_through_every_run_and_what_is_in_it()
    {
        await using var console = await StartAsync();
        var league = await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0201.007", BrePacketWriter.Write(1, [
            new BreRecord(0x09, 2, 1, [.. "a private word"u8]), new BreRecord(0x77, 2, 3, new byte[900])]));
        await console.StoreAsync(
            EndedRun(league, 1, RunOutcome.Incomplete, "left"), EndedRun(league, 2, RunOutcome.Good, "read"),
            new RunPacket { RunId = 1, PacketId = 1, Consumed = false }, new RunPacket { RunId = 2, PacketId = 1, Consumed = true });
        await SetAsync(console, s => s.SetProperty(p => p.ConsumedAt, DateTime.UtcNow));
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));
        Eventually(page, "Received from The Dive");
        Assert.Equal(
            ["Received from The Dive", "Put before the game, and left unread in run 1", "Put before the game in run 2", "Read by the hub's game in run 2"],
            page.FindAll(".journey li > div").Select(d => string.Join(' ', d.TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))));
        var records = page.FindAll(".records tbody tr").Select(r => r.TextContent).ToList();
        Assert.Contains("Message", records[0]);
        Assert.Contains("Unknown", records[1]);
        Assert.Contains("900 B", records[1]);
        Assert.DoesNotContain("private word", page.Markup);
        Assert.Contains("/packets/1/file", page.Markup);
    }

    [Fact]
    public async Task Only_an_admin_is_offered_the_bytes_and_a_second_reading_and_the_act_asks_again()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0203.001", new byte[40]);
        await SetAsync(console, s => s.SetProperty(p => p.DeliveredAt, DateTime.UtcNow));
        console.BeSysop();
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));
        Eventually(page, "is for admins");
        Assert.DoesNotContain("/packets/1/file", page.Markup);
        Assert.DoesNotContain("Deliver again", page.Markup);
        var actions = console.Bunit.Services.GetRequiredService<PacketActions>();
        Assert.Equal(RunActions.NotAllowed, (await actions.DoAsync(PacketAct.PutBack, [1])).Refusal);
        Assert.NotNull((await console.Hub.Get<LedgerReader>().LatestAsync(null, 1, default))[0].DeliveredAt);
    }

    [Fact]
    public async Task A_delivered_packet_is_delivered_again_after_a_question()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0203.001", new byte[40]);
        await SetAsync(console, s => s.SetProperty(p => p.DeliveredAt, DateTime.UtcNow));
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));
        Eventually(page, "Delivered to Last Resort");
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Deliver again")).Click());
        dialogs.WaitForAssertion(() => Assert.Contains("happens twice", dialogs.Markup), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Single(b => b.TextContent.Contains("Deliver it again")).Click());
        Eventually(page, "Waits until Last Resort fetches it");
        Assert.DoesNotContain("Deliver again", page.Markup);
    }

    [Theory]
    [InlineData(DeliveryProof.Confirmed, "Delivered", "Delivered to Last Resort, confirmed by the board's program")]
    [InlineData(DeliveryProof.Acknowledged, "Delivered", "Delivered to Last Resort, acknowledged by the board's machine")]
    [InlineData(DeliveryProof.HandedToProxy, "Handed to the proxy", "Handed to the proxy between the hub and Last Resort. Whether it got through was not seen")]
    [InlineData(DeliveryProof.SentOnly, "Sent", "Sent to Last Resort. This system can't tell whether it arrived")]
    public async Task The_page_says_how_it_is_known_that_a_board_has_a_packet(DeliveryProof proof, string state, string station)
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0203.001", new byte[40]);
        await SetAsync(console, s => s.SetProperty(p => p.DeliveredAt, DateTime.UtcNow).SetProperty(p => p.DeliveryProof, proof).SetProperty(p => p.Delivery, 2));
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));
        page.WaitForAssertion(() => Assert.Equal(station, page.FindAll(".journey li > div")[^1].TextContent.Trim()), TimeSpan.FromSeconds(10));
        Assert.Equal(state, page.Find(".page-head .chip").TextContent.Trim());
        Assert.Contains("it was put back once", page.Markup);
    }

    [Fact]
    public async Task An_upload_that_was_taken_for_a_retry_is_entered_as_new_after_a_question()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0203.001", new byte[40]);
        await SetAsync(console, s => s.SetProperty(p => p.DeliveredAt, DateTime.UtcNow.AddDays(-1)));
        await console.Hub.UploadAsync("900B0203.002", new byte[50]);
        await console.Hub.UploadAsync("900B0203.001", new byte[40]);
        console.BeSysop();
        Eventually(console.Show<PacketDetail>(p => p.Add(x => x.Id, 1)), "An admin can enter it as a new packet");
        console.BeAdmin();
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));
        Eventually(page, "taken for a retry. That packet was delivered on");
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Enter it as new")).Click());
        dialogs.WaitForAssertion(() => Assert.Contains("as a packet of its own, and waits for Last Resort", dialogs.Markup), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("Enter it as new")).Click());
        Eventually(page, "It was entered since");
        Assert.Contains("/packets/3", page.Markup);
        var entered = console.Show<PacketDetail>(p => p.Add(x => x.Id, 3));
        Eventually(entered, $"Entered as new by {Browser.ConsoleHub.Admin}: an upload of The Dive had been taken for a retry");
    }

    [Fact]
    public async Task A_packet_that_waits_is_given_up_after_a_question_and_put_back()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0201.001", new byte[40]);
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));
        Eventually(page, "Waits for the next run");
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Give up")).Click());
        dialogs.WaitForAssertion(() => Assert.Contains("900B0201.001 waits no longer: the hub's game of 900B does not get it", System.Net.WebUtility.HtmlDecode(dialogs.Markup)), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Single(b => b.TextContent.Contains("Give it up")).Click());
        Eventually(page, $"Given up by {Browser.ConsoleHub.Admin}");
        Eventually(page, "Kept, and offered to nobody");
        Assert.Equal("Given up", page.Find(".page-head .chip").TextContent.Trim());
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Put back")).Click());
        dialogs.WaitForAssertion(() => Assert.Contains("gives it to the game", dialogs.Markup), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Last(b => b.TextContent.Contains("Put it back")).Click());
        Eventually(page, "Waits for the next run");
        Assert.DoesNotContain("Given up by", page.Markup);
    }

    [Fact]
    public async Task The_frame_is_shown_in_hex_and_no_byte_of_what_is_inside()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        byte[] secret = [0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6];
        await console.Hub.UploadAsync("900B0201.001", [.. BrePacketWriter.Write(0x0102_0304, [new BreRecord(0x09, 2, 1, secret), new BreRecord(0x77, 2, 3, [0xD7])])]);
        var page = console.Show<PacketDetail>(p => p.Add(x => x.Id, 1));
        Eventually(page, "packet header");
        Assert.False(page.Find("details.fold").HasAttribute("open"));
        var rows = page.FindAll(".frame tbody tr").Select(r => r.QuerySelectorAll("td").Select(d => d.TextContent).ToArray()).ToList();
        Assert.Equal("000000", rows[0][0]);
        Assert.StartsWith("04 03 02 01", rows[0][1]);
        Assert.Equal(["00000C", "09 06 00 02 01 ·· ·· ·· ··", "record 1: Message"], rows[1]);
        Assert.Equal(["000015", "… 6 bytes of the players' own", "payload"], rows[2]);
        Assert.Equal(["00001B", "77 01 00 02 03 ·· ·· ·· ··", "record 2: unknown"], rows[3]);
        // The digest of the whole is no byte of it
        var shown = page.Markup.Replace(page.Find(".fact-wide code").TextContent, "");
        Assert.All(secret.Append((byte)0xD7), b => Assert.DoesNotMatch($@"(?i)\b{b:X2}\b", shown));
    }

    [Fact]
    public async Task What_is_not_there_or_not_BRE_s_says_so()
    {
        await using var console = await StartAsync();
        var league = await console.AddLeagueAsync();
        Eventually(console.Show<PacketDetail>(p => p.Add(x => x.Id, 99)), "There is no packet 99");
        await console.Hub.UploadAsync("900B0203.001", [1, 2, 3]);
        Eventually(console.Show<PacketDetail>(p => p.Add(x => x.Id, 1)), "does not look like a packet of Barren Realms Elite");
        await console.StoreAsync(new Packet { LeagueId = Engine.Games.LeagueId.Parse("900F"), Source = 2, Dest = 1, Sequence = 1, RouteOrdinal = 1, Sha256 = new byte[32], Size = 3, ReceivedAt = DateTime.UtcNow });
        var falcon = console.Show<PacketDetail>(p => p.Add(x => x.Id, 2));
        Eventually(falcon, "pass unopened");
        Assert.Contains("format is not known, so any byte can be the players' own: 3 bytes", System.Net.WebUtility.HtmlDecode(falcon.Markup));
        Assert.Empty(falcon.FindAll(".frame"));
        Assert.Equal("900B", league.ToString());
    }

    private static async Task SetAsync(ConsoleContext console, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<Packet>> set)
    {
        await using var db = await console.Hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        await db.Set<Packet>().ExecuteUpdateAsync(set);
    }
}
