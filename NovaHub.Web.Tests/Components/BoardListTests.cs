using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Web.Components.Pages.Bbses;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class BoardListTests
{
    private static readonly LeagueId s_league = LeagueId.Parse("900B");

    [Fact]
    public async Task Boards_are_found_by_name_and_state_and_what_is_asked_stands_in_the_address()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0203.001", new byte[10]);
        var dive = console.Hub.Get<HubDirectory>().Current.BoardsByClientId.Values.Single(b => b.Name == "The Dive");
        await console.Hub.Get<BbsAdmin>().SetActiveAsync(dive.ClientId, false, default);
        var page = console.Show<BbsList>();
        Eventually(page, "Last Resort");
        var navigation = console.Bunit.Services.GetRequiredService<NavigationManager>();
        await page.InvokeAsync(() => page.Find("input[type=search]").Change(" dive "));
        Assert.EndsWith("/bbses?q=dive", navigation.Uri);
        await page.InvokeAsync(() => page.Find("select").Change("disabled"));
        Assert.EndsWith("/bbses?q=dive&state=disabled", navigation.Uri);
        Assert.Equal(["The Dive"], Names(console));
        navigation.NavigateTo("/bbses?state=waiting");
        Assert.Equal(["Last Resort"], Names(console));
        navigation.NavigateTo("/bbses?q=dive&state=active");
        Eventually(console.Show<BbsList>(), "No BBS fits");
    }

    [Fact]
    public async Task What_a_board_sent_is_drawn_day_by_day()
    {
        await using var console = await StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync([.. Enumerable.Range(1, 7).Select(i => (object)new Packet
        {
            LeagueId = league, Source = 2, Dest = 3, Sequence = i, RouteOrdinal = i, Sha256 = new byte[32], Size = 5, ReceivedAt = DateTime.UtcNow.Date.AddDays(i <= 2 ? -20 : i <= 5 ? -3 : 0).AddSeconds(i),
        })]);
        var page = console.Show<BbsList>();
        Eventually(page, "Packets that The Dive sent on each of the last 14 days: 5 in all, 2 today");
        var bars = page.Find(".sparkline[aria-label*='The Dive']").QuerySelectorAll("rect");
        Assert.Equal(14, bars.Length);
        Assert.Equal([10, 13], bars.Select((bar, i) => (i, bar.GetAttribute("height"))).Where(b => b.Item2 != "0").Select(b => b.i));
        Assert.Contains("Packets that Last Resort sent on each of the last 14 days: 0 in all, 0 today", page.Markup);
    }

    [Fact]
    public void A_list_is_sorted_filtered_and_cut_into_pages_of_fifty()
    {
        var boards = Enumerable.Range(1, 120).Select(i => Board(i, $"Board {i:D3}", i % 3 == 0, i % 7)).ToList();
        List<WaitingCount> waiting = [new(s_league, 1, 4), new(s_league, 2, 9), new(s_league, 5, 1)];
        var usual = BoardRows.Of(boards, waiting, new BoardsAddress());
        Assert.Equal((50, 1, 120, 120, "Board 001"), (usual.Rows.Count, usual.Page, usual.Fit, usual.All, usual.Rows[0].Bbs.Name));
        var last = BoardRows.Of(boards, waiting, new BoardsAddress { Page = 99 });
        Assert.Equal((20, 3), (last.Rows.Count, last.Page));
        Assert.Equal(["Board 002", "Board 001", "Board 005"], BoardRows.Of(boards, waiting, BoardsAddress.Read(null, "waiting", "-waiting", null)).Rows.Select(r => r.Bbs.Name));
        Assert.Equal(40, BoardRows.Of(boards, waiting, BoardsAddress.Read(null, "disabled", null, null)).Fit);
        Assert.Equal(80, BoardRows.Of(boards, waiting, BoardsAddress.Read(null, "active", null, null)).Fit);
        Assert.Equal(11, BoardRows.Of(boards, waiting, BoardsAddress.Read("BOARD 11", null, null, null)).Fit + BoardRows.Of(boards, waiting, BoardsAddress.Read("119", null, null, null)).Fit);
        Assert.Null(BoardRows.Of(boards, waiting, BoardsAddress.Read(null, null, "seen", null)).Rows[0].Bbs.LastSeenAt);
    }

    [Theory]
    [InlineData(null, null, null, null, "/bbses")]
    [InlineData(" a&b ", "disabled", "-seen", "3", "/bbses?q=a%26b&state=disabled&sort=-seen&page=3")]
    [InlineData("", "lost", "client", "x", "/bbses")]
    [InlineData(null, "waiting", "name", "1", "/bbses?state=waiting")]
    public void What_is_asked_of_the_list_stands_in_its_address(string? search, string? state, string? sort, string? page, string address) =>
        Assert.Equal(address, BoardsAddress.Read(search, state, sort, page).ToString());

    private static List<string> Names(ConsoleContext console)
    {
        var page = console.Show<BbsList>();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("tbody a.strong")), TimeSpan.FromSeconds(5));
        return [.. page.FindAll("tbody a.strong").Select(a => a.TextContent)];
    }

    private static Bbs Board(int id, string name, bool disabled, int seenDaysAgo)
    {
        var board = new Bbs
        {
            Id = id,
            Name = name,
            ClientId = $"bbs_{id}",
            CredentialStamp = "x",
            DisabledAt = disabled ? DateTime.UtcNow : null,
            LastSeenAt = seenDaysAgo == 0 ? null : DateTime.UtcNow.AddDays(-seenDaysAgo),
        };
        board.Memberships.Add(new Membership { LeagueId = s_league, BbsIndex = id });
        return board;
    }
}
