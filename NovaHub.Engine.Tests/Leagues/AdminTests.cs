using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Leagues;

public sealed class AdminTests : IAsyncLifetime
{
    private static readonly LeagueId s_league = LeagueId.Parse("555B");
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        await _hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(s_league, "League", "13:10/1"), Stop);
        await AddAsync("Two", 2, "13:10/2");
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_board_is_in_the_directory_and_in_the_nodelist_at_once()
    {
        await AddAsync("Three", 3, "13:10/3");
        Assert.Equal("Three", _hub.Get<HubDirectory>().Current.Leagues[s_league].Members[3].Name);
        var versions = await VersionsAsync();
        Assert.Equal([1, 2, 3], versions.Select(v => v.Version));
        Assert.Contains("3\r\nThree\r\n13:10/3\r\n", System.Text.Encoding.ASCII.GetString(versions[^1].Bytes));
        Assert.Equal([(2, 3), (3, 3)], await WaitingAsync());
    }

    [Fact]
    public async Task A_change_that_leaves_the_nodelist_as_it_is_makes_no_new_one()
    {
        await _hub.Get<LeagueAdmin>().ChangeAsync(s_league, l => l.Name = "Other name", Stop);
        Assert.Equal(2, (await VersionsAsync()).Count);
        Assert.Equal("Other name", _hub.Get<HubDirectory>().Current.Leagues[s_league].Name);
    }

    [Theory]
    [InlineData("two", 3, "13:10/3", "exists already")]
    [InlineData("Three", 2, "13:10/3", "is Two")]
    [InlineData("Three", 1, "13:10/3", "hub itself")]
    [InlineData("Three", 0, "13:10/3", "1 to 255")]
    [InlineData("Three", 256, "13:10/3", "1 to 255")]
    [InlineData("Three", 3, "13:10/2", "belongs to Two")]
    [InlineData("Three", 3, "13:10/1", "hub's own")]
    [InlineData("Three", 3, "13.10.3", "no FTN address")]
    [InlineData("日本", 3, null, "CP437")]
    [InlineData(" ", 3, null, "name")]
    public async Task A_board_that_can_not_be_is_refused_and_leaves_nothing_behind(string name, int index, string? address, string word)
    {
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => AddAsync(name, index, address));
        Assert.Contains(word, refusal.Message);
        Assert.Single(await _hub.Get<BbsAdmin>().ListAsync(Stop));
        Assert.Equal(2, (await VersionsAsync()).Count);
    }

    [Fact]
    public async Task A_board_may_own_several_addresses_and_sit_in_several_leagues()
    {
        await _hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(LeagueId.Parse("777F"), "Other", "13:10/1"), Stop);
        var (credentials, _) = await _hub.Get<BbsAdmin>().AddAsync("Three", [new SeatRequest(s_league, 3, "13:10/3")], Stop);
        await _hub.Get<BbsAdmin>().JoinAsync(credentials.ClientId, new SeatRequest(LeagueId.Parse("777F"), 9, "13:10/3"), Stop);
        var board = _hub.Get<HubDirectory>().Current.BoardsByClientId[credentials.ClientId];
        Assert.Equal([(3, "13:10/3"), (9, "13:10/3")], board.Seats.Values.OrderBy(s => s.BbsIndex).Select(s => (s.BbsIndex, s.FtnAddress)));
        var again = await Assert.ThrowsAsync<RefusedException>(() => _hub.Get<BbsAdmin>().JoinAsync(credentials.ClientId, new SeatRequest(s_league, 4), Stop));
        Assert.Contains("already", again.Message);
    }

    [Fact]
    public async Task A_league_that_exists_or_has_a_bad_value_is_refused()
    {
        var leagues = _hub.Get<LeagueAdmin>();
        await Assert.ThrowsAsync<RefusedException>(() => leagues.AddAsync(new LeagueRequest(s_league, "Again"), Stop));
        await Assert.ThrowsAsync<RefusedException>(() => leagues.AddAsync(new LeagueRequest(LeagueId.Parse("777B"), ""), Stop));
        await Assert.ThrowsAsync<RefusedException>(() => leagues.AddAsync(new LeagueRequest(LeagueId.Parse("777B"), "X", "13:10/2"), Stop));
        await Assert.ThrowsAsync<RefusedException>(() => leagues.AddAsync(new LeagueRequest(LeagueId.Parse("777B"), "X", GameFolder: "/nowhere/at/all"), Stop));
        await Assert.ThrowsAsync<RefusedException>(() => leagues.AddAsync(new LeagueRequest(LeagueId.Parse("777B"), "X", Cron: "every day"), Stop));
        Assert.Single(await leagues.ListAsync(Stop));
    }

    [Fact]
    public async Task Members_without_an_address_are_warned_of()
    {
        var warnings = await AddAsync("Three", 3, null);
        Assert.Contains(warnings, w => w.Contains("Three", StringComparison.Ordinal) && w.Contains("FTN address", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_process_sees_a_change_within_a_second()
    {
        await using var other = await TestHub.StartAsync(folder: _hub.Folder, keep: true);
        var clientId = (await _hub.Get<BbsAdmin>().ListAsync(Stop))[0].ClientId;
        var stamp = other.Get<HubDirectory>().Current.BoardsByClientId[clientId].CredentialStamp;
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await _hub.Get<BbsAdmin>().RotateAsync(clientId, Stop);
        await Eventually.TrueAsync(() => Task.FromResult(other.Get<HubDirectory>().Current.BoardsByClientId[clientId].CredentialStamp != stamp), "the rotation");
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task A_fresh_look_does_not_wait_to_be_told()
    {
        await using var other = await TestHub.StartAsync(folder: _hub.Folder, keep: true);
        var (credentials, _) = await other.Get<BbsAdmin>().AddAsync("Three", [new SeatRequest(s_league, 3)], Stop);
        Assert.Equal("Three", (await _hub.Get<HubDirectory>().FindFreshAsync(credentials.ClientId, Stop))!.Name);
        await other.Get<BbsAdmin>().SetActiveAsync(credentials.ClientId, false, Stop);
        Assert.False((await _hub.Get<HubDirectory>().FindFreshAsync(credentials.ClientId, Stop))!.IsActive);
        Assert.Null(await _hub.Get<HubDirectory>().FindFreshAsync("nobody", Stop));
    }

    private async Task<IReadOnlyList<string>> AddAsync(string name, int index, string? address) =>
        (await _hub.Get<BbsAdmin>().AddAsync(name, [new SeatRequest(s_league, index, address)], Stop)).Warnings;

    private async Task<List<Nodelist>> VersionsAsync()
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        return await db.Set<Nodelist>().AsNoTracking().OrderBy(n => n.Version).ToListAsync(Stop);
    }

    private async Task<List<(int Index, int Version)>> WaitingAsync()
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        return [.. (await db.Set<NodelistItem>().AsNoTracking().Include(i => i.Nodelist).Where(i => i.DeliveredAt == null).OrderBy(i => i.BbsIndex).ToListAsync(Stop))
            .Select(i => (i.BbsIndex, i.Nodelist!.Version))];
    }
}
