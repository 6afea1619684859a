using CsCheck;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Leagues;

/// <summary>A game finds itself in the nodelist by its address, so every entry has one, and it stays.</summary>
public sealed class MadeUpAddressTests : IAsyncLifetime
{
    private static readonly LeagueId s_league = LeagueId.Parse("555B");
    private TestHub _hub = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        await _hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(s_league, "League", "13:10/1"), Stop);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_member_without_an_address_is_listed_under_one_of_the_hubs_zone_and_net_and_is_told_so_once()
    {
        var (three, warnings) = await AddAsync("Three", s_league, 3, null);
        Assert.Equal("Three (node 3) has no FTN address in 555B, so the hub made one up: 13:10/3. Its sysop writes exactly this into line 3 of BBS.CFG; the game finds itself in the nodelist by it.", Assert.Single(warnings));
        Assert.Equal(("13:10/3", true), Listed(three, s_league));
        Assert.Contains("\r\n\r\n3\r\nThree\r\n13:10/3\r\n-\r\n-\r\n-\r\n\r\n", await TextAsync(s_league));

        Assert.Empty((await AddAsync("Four", s_league, 4, "13:10/4")).Warnings);
        Assert.False((await _hub.Get<NodelistHistory>().DraftAsync(s_league, Stop)).Result.Changed);
    }

    [Fact]
    public async Task What_is_made_up_belongs_to_nobody_else_in_any_league()
    {
        await AddAsync("Two", s_league, 2, "13:10/3");
        var (three, _) = await AddAsync("Three", s_league, 3, null);
        Assert.Equal("13:10/1003", Listed(three, s_league).Address);

        var other = LeagueId.Parse("556B");
        await _hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(other, "Other", "13:10/1"), Stop);
        var (four, _) = await AddAsync("Four", other, 3, null);
        Assert.Equal("13:10/2003", Listed(four, other).Address);
        // A board may use one of its own in several leagues
        await _hub.Get<BbsAdmin>().JoinAsync(three, new SeatRequest(other, 5), Stop);
        Assert.Equal("13:10/5", Listed(three, other).Address);
        var taken = await Assert.ThrowsAsync<RefusedException>(() => AddAsync("Five", s_league, 6, "13:10/1003"));
        Assert.Contains("was made up for Three in 555B", taken.Message);
        await Assert.ThrowsAsync<RefusedException>(() => AddAsync("Five", s_league, 6, "13:10/01"));
    }

    [Theory]
    [InlineData("015B", null, "15:1/1", "15:1/2")]
    [InlineData("000F", null, "1000:1/1", "1000:1/2")]
    [InlineData("777B", "363/277", "363/277", "363/2")]
    [InlineData("777B", "13:10/1.5", "13:10/1.5", "13:10/2")]
    public async Task A_hub_without_an_address_takes_the_leagues_number_as_zone_and_the_rest_follows_the_hub(string id, string? address, string hub, string board)
    {
        var league = LeagueId.Parse(id);
        var warnings = await _hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(league, "Other", address), Stop);
        Assert.Equal(address is null ? 1 : 0, warnings.Count(w => w.Contains(hub) && w.Contains("Line 3 of BBS.CFG in the hub's own game")));
        var (two, _) = await AddAsync("Two", league, 2, null);
        Assert.Equal((board, true), Listed(two, league));
        Assert.Equal([hub, board], NodelistText.Read(await BytesAsync(league)).Select(e => e.Address));
        // Another board of a league with the same number is somebody else
        if (address is null)
        {
            var twin = LeagueId.Parse(id[..3] + (id[3] == 'B' ? 'F' : 'B'));
            await _hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(twin, "Twin"), Stop);
            var (other, _) = await AddAsync("Other two", twin, 2, null);
            Assert.Equal(board.Replace("/2", "/1002"), Listed(other, twin).Address);
        }
    }

    [Fact]
    public async Task An_address_given_later_replaces_it_with_a_warning_and_taken_away_another_is_made_up()
    {
        var (three, _) = await AddAsync("Three", s_league, 3, null);
        var warnings = await _hub.Get<BbsAdmin>().ChangeSeatAsync(three, new SeatRequest(s_league, 3, "13:10/77"), Stop);
        Assert.Equal("Three is listed as 13:10/77 in 555B now, not as 13:10/3: line 3 of its BBS.CFG must be changed to exactly 13:10/77, or its game no longer finds itself in the nodelist.", Assert.Single(warnings));
        Assert.Equal(("13:10/77", false), Listed(three, s_league));
        Assert.Contains("made one up: 13:10/3", Assert.Single(await _hub.Get<BbsAdmin>().ChangeSeatAsync(three, new SeatRequest(s_league, 3), Stop)));
        Assert.Equal(("13:10/3", true), Listed(three, s_league));
        // Another node or another address of the hub leaves it as it is: it stands in the board's BBS.CFG
        await _hub.Get<BbsAdmin>().ChangeSeatAsync(three, new SeatRequest(s_league, 9), Stop);
        Assert.Contains("The hub is listed as 21:1/100 in 555B now", Assert.Single(await _hub.Get<LeagueAdmin>().ChangeAsync(s_league, l => l.HubAddress = "21:1/100", Stop)));
        Assert.Equal(("13:10/3", true), Listed(three, s_league));
        var (four, _) = await AddAsync("Four", s_league, 3, null);
        Assert.Equal("21:1/3", Listed(four, s_league).Address);
    }

    [Theory]
    [InlineData("363/277")]
    [InlineData("13:10/2.1")]
    [InlineData("10/3.4")]
    public async Task Addresses_without_a_zone_and_points_are_taken_as_they_are(string address)
    {
        var (two, warnings) = await AddAsync("Two", s_league, 2, address);
        Assert.Empty(warnings);
        Assert.Equal((address, false), Listed(two, s_league));
        Assert.Equal(address, NodelistText.Read(await BytesAsync(s_league))[1].Address);
    }

    [Theory]
    [InlineData("99999:10/2")]
    [InlineData("13:32768/2")]
    [InlineData("13:10/65535")]
    [InlineData("13:10/2.40000")]
    [InlineData("0:0/0")]
    [InlineData("0/5")]
    public async Task An_address_that_no_node_can_have_is_refused(string address)
    {
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => AddAsync("Two", s_league, 2, address));
        Assert.Contains("from 1 to 32767", refusal.Message);
        Assert.Single(NodelistText.Read(await BytesAsync(s_league)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("13:10")]
    [InlineData(":10/2")]
    [InlineData("13:10/2.")]
    [InlineData("13:10/2\n")]
    [InlineData("13:10/123456")]
    public void What_is_no_address_is_none(string text) => Assert.Null(FtnAddress.Parse(text));

    [Fact]
    public async Task Many_members_without_addresses_are_all_distinct_whatever_is_given_in_between()
    {
        var given = new Random(7);
        for (var index = 2; index <= 40; index++)
        {
            await AddAsync($"Board {index}", s_league, index, given.Next(3) == 0 ? $"13:10/{1000 * given.Next(2) + 300 - index}" : null);
        }

        var addresses = NodelistText.Read(await BytesAsync(s_league)).Select(e => FtnAddress.Parse(e.Address)).ToList();
        Assert.Equal(40, addresses.Distinct().Count());
        Assert.DoesNotContain(null, addresses);
    }

    [Fact]
    public async Task Lists_of_an_earlier_version_are_made_anew_once_and_wait_for_every_member()
    {
        await AddAsync("Two", s_league, 2, "13:10/2");
        await AddAsync("Three", s_league, 3, null);
        await using (var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop))
        {
            await db.Set<Membership>().ExecuteUpdateAsync(s => s.SetProperty(m => m.MadeUpAddress, (string?)null), Stop);
            var old = System.Text.Encoding.ASCII.GetBytes("1 HOST 2 3\r\nThe Hub BBS\r\n13:10/1\r\n\r\n\r\n\r\n\r\n2\r\nTwo\r\n13:10/2\r\n\r\n\r\n\r\n\r\n3\r\nThree\r\n\r\n\r\n\r\n\r\n\r\n");
            var latest = await db.Set<Nodelist>().OrderByDescending(n => n.Version).FirstAsync(Stop);
            await db.Set<Nodelist>().Where(n => n.Id == latest.Id).ExecuteUpdateAsync(s => s.SetProperty(n => n.Bytes, old).SetProperty(n => n.Sha256, System.Security.Cryptography.SHA256.HashData(old)), Stop);
            await db.Set<NodelistItem>().ExecuteUpdateAsync(s => s.SetProperty(i => i.DeliveredAt, DateTime.UtcNow), Stop);
        }

        Assert.Contains("made one up: 13:10/3", Assert.Single(await _hub.Get<LeagueAdmin>().RenewNodelistsAsync(Stop)));
        Assert.Empty(await _hub.Get<LeagueAdmin>().RenewNodelistsAsync(Stop));
        Assert.Contains("3\r\nThree\r\n13:10/3\r\n-\r\n-\r\n-\r\n", await TextAsync(s_league));
        await using var after = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        Assert.Equal([2, 3], await after.Set<NodelistItem>().Where(i => i.DeliveredAt == null).OrderBy(i => i.BbsIndex).Select(i => i.BbsIndex).ToListAsync(Stop));
        Assert.Equal(4, await after.Set<Nodelist>().MaxAsync(n => n.Version, Stop));
        // The older version reads the same, but for the address
        Assert.Equal(["Node 3, FTN address: nothing became “13:10/3”."], NodelistHistory.Differences((await _hub.Get<NodelistHistory>().FindAsync(s_league, 3, Stop))!.Bytes, await BytesAsync(s_league)));
    }

    [Fact]
    public async Task A_name_has_room_in_the_games_table_and_another_one_warns_of_the_boards_own_program()
    {
        var thirty = new string('é', 30);
        var (board, _) = await AddAsync(thirty, s_league, 2, "13:10/2");
        Assert.Contains("1 to 30 characters", (await Assert.ThrowsAsync<RefusedException>(() => AddAsync(thirty + "x", s_league, 3, null))).Message);
        await Assert.ThrowsAsync<RefusedException>(() => AddAsync("-", s_league, 3, null));
        var warning = Assert.Single(await _hub.Get<BbsAdmin>().ChangeAsync(board, new BbsEntry("Other", "Bern", "", "CH"), Stop));
        Assert.Contains("Its own program may stop until its sysop writes the new name", warning);
        Assert.Empty(await _hub.Get<BbsAdmin>().ChangeAsync(board, new BbsEntry("Other", "Basel", "", "CH"), Stop));

        // One of an earlier version stays until somebody shortens it
        await using (var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop))
        {
            await db.Set<Bbs>().ExecuteUpdateAsync(s => s.SetProperty(b => b.Name, new string('x', 45)), Stop);
        }

        Assert.Contains("has 45 characters", Assert.Single(await _hub.Get<BbsAdmin>().ChangeAsync(board, new BbsEntry(new string('x', 45), "Bern", "", "CH"), Stop)));
        await Assert.ThrowsAsync<RefusedException>(() => _hub.Get<BbsAdmin>().ChangeAsync(board, new BbsEntry(new string('x', 44), "Bern", "", "CH"), Stop));
    }

    private async Task<(string ClientId, IReadOnlyList<string> Warnings)> AddAsync(string name, LeagueId league, int index, string? address)
    {
        var (credentials, warnings) = await _hub.Get<BbsAdmin>().AddAsync(name, [new SeatRequest(league, index, address)], Stop);
        return (credentials.ClientId, warnings);
    }

    private (string? Address, bool MadeUp) Listed(string clientId, LeagueId league) =>
        _hub.Get<HubDirectory>().Current.BoardsByClientId[clientId].Seats[league] is var seat ? (seat.FtnAddress, seat.AddressIsMadeUp) : default;

    private async Task<byte[]> BytesAsync(LeagueId league) => (await _hub.Get<NodelistHistory>().FindAsync(league, null, Stop))!.Bytes;

    private async Task<string> TextAsync(LeagueId league) => NodelistText.Show(await BytesAsync(league));
}
