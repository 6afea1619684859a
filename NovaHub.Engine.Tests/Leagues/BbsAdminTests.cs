using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Leagues;

public sealed class BbsAdminTests : IAsyncLifetime
{
    private static readonly LeagueId League = LeagueId.Parse("900B");

    private TestHub _hub = default!;
    private BbsAdmin _boards = default!;
    private string _alpha = "";

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        await _hub.AddSandboxLeagueAsync();
        _boards = _hub.Get<BbsAdmin>();
        _alpha = Board("Alpha 900").ClientId;
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_changed_seat_is_in_the_directory_and_in_a_new_nodelist_at_once()
    {
        var before = await NodelistAsync();

        var warnings = await _boards.ChangeSeatAsync(_alpha, new SeatRequest(League, 7, "13:900/7"), default);

        Assert.Contains("line 3 of its BBS.CFG must be changed to exactly 13:900/7", Assert.Single(warnings));
        Assert.Equal((7, "13:900/7"), (Board("Alpha 900").Seats[League].BbsIndex, Board("Alpha 900").Seats[League].FtnAddress));
        var after = await NodelistAsync();
        Assert.Equal(before.Version + 1, after.Version);
        var entry = NodelistText.Read(after.Bytes).Single(e => e.Name == "Alpha 900");
        Assert.Equal((7, "13:900/7"), (entry.Index, entry.Address));
        Assert.Equal([3, 7], NodelistText.Read(after.Bytes).Single(e => e.Index == 1).Routes);
    }

    [Theory]
    [InlineData(3, null, "Node 3 of 900B is Beta 900")]
    [InlineData(1, null, "Node 1 of 900B is the hub itself")]
    [InlineData(0, null, "0 is no BBS index")]
    [InlineData(256, null, "256 is no BBS index")]
    [InlineData(7, "13:900/3", "belongs to Beta 900")]
    [InlineData(7, "13:900/1", "is the hub's own")]
    [InlineData(7, "somewhere", "is no FTN address")]
    public async Task A_seat_that_can_not_be_is_refused_and_nothing_changes(int index, string? address, string reason)
    {
        var before = await NodelistAsync();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _boards.ChangeSeatAsync(_alpha, new SeatRequest(League, index, address), default));

        Assert.Contains(reason, refused.Message);
        Assert.Equal((2, "13:900/2"), (Board("Alpha 900").Seats[League].BbsIndex, Board("Alpha 900").Seats[League].FtnAddress));
        Assert.Equal(before.Version, (await NodelistAsync()).Version);
    }

    [Fact]
    public async Task An_index_for_which_mail_waits_stays_and_its_address_may_change()
    {
        await _hub.SendAsync(League, 3, 1, dest: 2);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _boards.ChangeSeatAsync(_alpha, new SeatRequest(League, 7), default));
        Assert.Contains("1 packet waits for node 2 of 900B", refused.Message);

        await _boards.ChangeSeatAsync(_alpha, new SeatRequest(League, 2, "13:900/22"), default);
        Assert.Equal("13:900/22", Board("Alpha 900").Seats[League].FtnAddress);
    }

    [Fact]
    public async Task A_board_that_left_is_out_of_the_nodelist_and_its_seat_is_free_for_another()
    {
        await _hub.SendAsync(League, 3, 1, dest: 2);

        await _boards.LeaveAsync(_alpha, League, default);

        Assert.Empty(Board("Alpha 900").Seats);
        Assert.DoesNotContain(NodelistText.Read((await NodelistAsync()).Bytes), e => e.Name == "Alpha 900");
        var gone = (await _boards.DescribeAsync(Board("Alpha 900").Id, default))!;
        Assert.NotNull(Assert.Single(gone.Bbs.Memberships).LeftAt);
        Assert.Empty(gone.Mail);
        Assert.Contains("has no seat", (await Assert.ThrowsAsync<RefusedException>(() => _boards.LeaveAsync(_alpha, League, default))).Message);

        var (_, warnings) = await _boards.AddAsync("Gamma", [new SeatRequest(League, 2, "13:900/2")], default);
        Assert.Equal("1 packet waits for node 2 of 900B since before; Gamma gets it.", warnings[0]);
    }

    [Fact]
    public async Task A_board_s_name_and_place_stand_in_the_nodelists_of_all_its_leagues()
    {
        await _hub.AddSandboxLeagueAsync("901");
        await _boards.JoinAsync(_alpha, new SeatRequest(LeagueId.Parse("901B"), 9, "13:900/2"), default);

        await _boards.ChangeAsync(_alpha, new BbsEntry(" Café Alpha ", "Zürich", "", "CH"), default);

        foreach (var league in new[] { "900B", "901B" })
        {
            var entry = NodelistText.Read((await NodelistAsync(league)).Bytes).Single(e => e.Name == "Café Alpha");
            Assert.Equal(("Zürich", "", "CH"), (entry.City, entry.State, entry.Country));
        }
    }

    [Theory]
    [InlineData("", "", "a name of 1 to 30")]
    [InlineData("Привет", "", "CP437")]
    [InlineData("BETA 900", "", "exists already")]
    [InlineData("Alpha", "two\nlines", "The city is a line")]
    [InlineData("Alpha", "a place whose name has more than forty letters", "at most 40")]
    public async Task What_no_nodelist_can_hold_is_refused(string name, string city, string reason)
    {
        var before = await NodelistAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _boards.ChangeAsync(_alpha, new BbsEntry(name, city, "", ""), default));
        Assert.Contains(reason, refused.Message);
        Assert.Equal(before.Version, (await NodelistAsync()).Version);
    }

    [Fact]
    public async Task A_contact_is_one_line_of_any_script_and_stands_in_no_nodelist()
    {
        var before = await NodelistAsync();
        await _boards.ChangeAsync(_alpha, new BbsEntry("Alpha 900", "", "", "") { Contact = " Привет, Марія: maria@example.org " }, default);
        Assert.Equal("Привет, Марія: maria@example.org", (await _boards.DescribeAsync(Board("Alpha 900").Id, default))!.Bbs.Contact);
        Assert.Equal(before.Version, (await NodelistAsync()).Version);
        foreach (var contact in new[] { new string('x', BbsAdmin.LongestContact + 1), "one line\nand another" })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => _boards.ChangeAsync(_alpha, new BbsEntry("Alpha 900", "", "", "") { Contact = contact }, default));
            Assert.Contains("one line of at most 200", refused.Message);
        }
    }

    [Fact]
    public async Task A_description_names_what_waits_for_each_seat()
    {
        for (var i = 1; i <= 12; i++)
        {
            await _hub.SendAsync(League, 3, i, dest: 2);
        }

        await _hub.SendAsync(League, 2, 1);

        var described = (await _boards.DescribeAsync(Board("Alpha 900").Id, default))!;

        var mail = Assert.Single(described.Mail);
        Assert.Equal(12, mail.Count);
        Assert.NotNull(mail.NodelistSince);
        Assert.Null(await _boards.DescribeAsync(4711, default));
    }

    private BoardEntry Board(string name) => _hub.Get<HubDirectory>().Current.BoardsById.Values.Single(b => b.Name == name);

    private async Task<Nodelist> NodelistAsync(string league = "900B")
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        return (await NodelistPublisher.CurrentAsync(db, LeagueId.Parse(league), default))!;
    }
}
