using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Explorer;
using NovaHub.Web.Components.Pages.Packets;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class PacketListTests
{
    [Fact]
    public async Task Packets_appear_as_they_come_and_change_where_they_stand()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        var page = console.Show<PacketList>();
        Eventually(page, "No packet yet");
        await console.Hub.UploadAsync("900B0203.001", new byte[10]);
        Eventually(page, "900B0203.001");
        Eventually(page, "The Dive → Last Resort");
        Assert.Contains("Waits for the board", page.Find("tbody").TextContent);
        Assert.Contains("1 packet in all", page.Markup);
    }

    [Fact]
    public async Task Filters_stand_in_the_address_and_what_fits_on_the_page()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        foreach (var name in new[] { "900B0203.001", "900B0302.001", "900B0201.001" })
        {
            await console.Hub.UploadAsync(name, new byte[10]);
        }

        var navigation = console.Bunit.Services.GetRequiredService<BunitNavigationManager>();
        var page = console.Show<PacketList>();
        Eventually(page, "3 packets in all");
        await page.InvokeAsync(() => page.FindAll("select")[0].Change("900B"));
        page.WaitForAssertion(() => Assert.EndsWith("/packets?league=900B", navigation.Uri));
        page = console.Show<PacketList>();
        Eventually(page, "2 The Dive");
        await page.InvokeAsync(() => page.FindAll("select")[1].Change("2"));
        page.WaitForAssertion(() => Assert.EndsWith("/packets?league=900B&from=2", navigation.Uri));
        page = console.Show<PacketList>();
        Eventually(page, "2 packets in all");
        await page.InvokeAsync(() => page.FindAll("select")[3].Change("for-game"));
        page = console.Show<PacketList>();
        Eventually(page, "1 packet in all");
        Assert.Contains("900B0201.001", page.Markup);
        await page.InvokeAsync(() => page.Find("input[type=search]").Change("900B03"));
        page = console.Show<PacketList>();
        Eventually(page, "No packet fits");
        await page.InvokeAsync(() => page.Find("input[type=search]").Change("hello"));
        page = console.Show<PacketList>();
        Eventually(page, "No packet's name begins with “hello”");
    }

    [Fact]
    public async Task A_long_list_is_turned_page_by_page_and_nothing_is_counted()
    {
        await using var console = await StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync([.. Enumerable.Range(1, 120).Select(i => (object)new Packet
        {
            LeagueId = league, Source = 2, Dest = 3, Sequence = i, RouteOrdinal = i, Sha256 = new byte[32], Size = 5, ReceivedAt = DateTime.UtcNow.AddMinutes(i - 200),
        })]);
        var navigation = console.Bunit.Services.GetRequiredService<NavigationManager>();
        var page = console.Show<PacketList>();
        Eventually(page, "50 of more than 50");
        Assert.Contains("900B0203.120", page.Markup);
        Assert.Empty(page.FindAll("a[rel=prev]"));
        navigation.NavigateTo(page.Find("a[rel=next]").GetAttribute("href")!);
        page = console.Show<PacketList>();
        Eventually(page, "900B0203.070");
        navigation.NavigateTo(page.Find("a[rel=next]").GetAttribute("href")!);
        page = console.Show<PacketList>();
        Eventually(page, "The last 20");
        Assert.Empty(page.FindAll("a[rel=next]"));
        navigation.NavigateTo(page.Find("a[rel=prev]").GetAttribute("href")!);
        page = console.Show<PacketList>();
        Eventually(page, "900B0203.070");
        Assert.Contains("900B0203.021", page.Markup);
    }

    [Fact]
    public async Task What_was_given_up_is_found_by_its_state_and_the_head_turns_the_order_of_arrival()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0203.001", new byte[10]);
        await console.Hub.UploadAsync("900B0203.002", new byte[10]);
        await console.Hub.Get<Engine.Journeys.PacketExpiry>().ExpireAsync([2], "Ada", default);
        var navigation = console.Bunit.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("/packets?state=given-up");
        var page = console.Show<PacketList>();
        Eventually(page, "1 packet in all");
        Assert.Equal("Given up", page.Find("tbody .chip").TextContent.Trim());
        Assert.Equal("descending", page.Find("th[aria-sort]").GetAttribute("aria-sort"));
        Assert.Equal("/packets?state=given-up&sort=oldest", page.Find("th[aria-sort] a").GetAttribute("href"));
        navigation.NavigateTo("/packets?sort=oldest");
        page = console.Show<PacketList>();
        Eventually(page, "2 packets in all");
        Assert.Equal("ascending", page.Find("th[aria-sort]").GetAttribute("aria-sort"));
        Assert.Equal("/packets", page.Find("th[aria-sort] a").GetAttribute("href"));
        Assert.Equal(["900B0203.001", "900B0203.002"], page.FindAll("tbody code").Select(c => c.TextContent));
        await page.InvokeAsync(() => page.FindAll(".menu input")[^1].Change(false));
        Assert.Contains("hide-6", page.Find("table").ClassList);
    }

    [Theory]
    [InlineData("/packets")]
    [InlineData("/packets?league=555F&from=2&to=1&state=delivered&hours=24&name=555F02&sort=oldest&before=17")]
    [InlineData("/packets?since=2026-03-01T10%3A00Z&until=2026-03-02T00%3A30Z&after=4")]
    public void An_address_that_is_read_is_written_the_same(string address) => Assert.Equal(address, Read(address).ToString());

    [Theory]
    [InlineData("/packets?league=hello&from=0&to=256&state=lost&hours=-1&since=soon&sort=up&after=x")]
    [InlineData("/packets?from=٢&name=0123456789012345678901234567890123456789012")]
    public void What_can_t_be_read_in_an_address_counts_as_not_said(string address) => Assert.Equal(new PacketAddress(), Read(address));

    [Fact]
    public void Every_state_has_a_word_of_its_own() =>
        Assert.All(Enum.GetValues<PacketState>(), s => Assert.Equal(s, Read($"/packets?state={PacketAddress.WordOf(s)}").State));

    [Fact]
    public void The_latest_hours_are_counted_from_now()
    {
        var now = new DateTime(2026, 7, 1, 12, 0, 0, DateTimeKind.Utc);
        var filter = Read("/packets?hours=24&league=015b&name=015b02").Filter(now);
        Assert.Equal(now.AddDays(-1), filter.From);
        Assert.Equal(LeagueId.Parse("015B"), filter.League);
        Assert.Equal(new PacketNamePrefix("015B", "02", "", ""), filter.Name);
    }

    private static PacketAddress Read(string address) => PacketAddress.Read(
        Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri("http://hub" + address).Query).ToDictionary(q => q.Key, q => q.Value.LastOrDefault()));
}
