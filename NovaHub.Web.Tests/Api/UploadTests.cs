using System.Net;
using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Tests.Api;

public sealed class UploadTests : IAsyncLifetime
{
    private HubHost _hub = null!;
    private HttpClient _two = null!;
    private HttpClient _three = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartAsync();
        await _hub.AddLeagueAsync("555B");
        await _hub.AddLeagueAsync("555F");
        await _hub.AddLeagueAsync("777B");
        _two = await _hub.SignInAsync(await _hub.AddBoardAsync("Two", "555B:2"));
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3", "777B:7"));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task An_uploaded_packet_is_in_the_ledger_byte_for_byte()
    {
        var bytes = Bytes(5000);
        var id = await _two.UploadedAsync("555b0201.001", bytes);
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
        var packet = await db.Set<Packet>().SingleAsync(HubHost.Stop);
        Assert.Equal(id, packet.Id);
        Assert.Equal("555B0201.001", packet.Name.ToString());
        Assert.Equal(bytes, (await db.Set<Content>().SingleAsync(HubHost.Stop)).Bytes);
    }

    [Fact]
    public async Task A_packet_uploaded_twice_is_stored_once()
    {
        var id = await _two.UploadedAsync("555B0201.001", Bytes(100));
        Assert.Equal(id, await _two.UploadedAsync("555b0201.001", Bytes(100)));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Simultaneous_retries_give_one_packet_and_one_id()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _two.UploadedAsync("555B0201.001", Bytes(3000))));
        Assert.Single(ids.Distinct());
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Other_bytes_under_the_same_name_are_another_packet_and_a_late_retry_keeps_its_id()
    {
        var old = await _two.UploadedAsync("555B0201.001", Bytes(100, 1));
        var wrapped = await _two.UploadedAsync("555B0201.001", Bytes(100, 2));
        Assert.NotEqual(old, wrapped);
        Assert.Equal(old, await _two.UploadedAsync("555B0201.001", Bytes(100, 1)));
        Assert.Equal(wrapped, await _two.UploadedAsync("555B0201.001", Bytes(100, 2)));
        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task Any_content_type_and_none_are_taken()
    {
        foreach (var type in new[] { null, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json" })
        {
            var content = new ByteArrayContent(Bytes(10, type?.Length ?? 0));
            content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
            using var response = await _two.PutAsync("leagues/555B/packets/555B0201.001", content, HubHost.Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(5, await CountAsync());
    }

    [Theory]
    [InlineData("555B", "555B0201.1", 400)]
    [InlineData("555B", "555B0201.0001", 400)]
    [InlineData("555B", "555B0201.001%0A", 400)]
    [InlineData("555B", "555B0001.001", 400)]
    [InlineData("555B", "555B0200.001", 400)]
    [InlineData("555B", "555B02G1.001", 400)]
    [InlineData("555B", "555B0201.%D9%A0%D9%A0%D9%A1", 400)]
    [InlineData("555B", "%D9%A5%D9%A5%D9%A5B0201.001", 400)]
    [InlineData("555B", "..%2f..%2fpasswd", 400)]
    [InlineData("555B", "555F0201.001", 400)]
    [InlineData("555B", "556B0201.001", 400)]
    [InlineData("555F", "555B0201.001", 400)]
    [InlineData("555b", "555B0201.001", 400)]
    [InlineData("55B", "555B0201.001", 400)]
    [InlineData("555B%0A", "555B0201.001", 400)]
    [InlineData("555X", "555X0201.001", 400)]
    [InlineData("555B", "BRNODES.556", 400)]
    [InlineData("555B", "555B0301.001", 403)]
    [InlineData("555B", "BRNODES.555", 403)]
    [InlineData("555B", "brnodes.555", 403)]
    [InlineData("777B", "777B0201.001", 403)]
    [InlineData("999B", "999B0201.001", 403)]
    [InlineData("555B", "555B0202.001", 400)]
    public async Task What_is_not_the_boards_own_packet_is_refused_and_not_stored(string league, string name, int status)
    {
        using var response = await _two.UploadAsync(name, Bytes(10), league);
        await response.ProblemAsync((HttpStatusCode)status);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task An_unknown_league_answers_as_one_that_the_board_is_not_in_and_is_not_made()
    {
        var unknown = (await (await _two.UploadAsync("999B0201.001", Bytes(10))).ProblemAsync(HttpStatusCode.Forbidden)).Text("detail");
        var other = (await (await _two.UploadAsync("777B0201.001", Bytes(10))).ProblemAsync(HttpStatusCode.Forbidden)).Text("detail");
        Assert.Equal(other.Replace("777B", "999B"), unknown);
        Assert.Contains("not a member", unknown);
        Assert.DoesNotContain(await _hub.Get<LeagueAdmin>().ListAsync(HubHost.Stop), l => l.Id.ToString() == "999B");
    }

    [Fact]
    public async Task An_empty_body_is_refused_with_400_after_everything_else()
    {
        await (await _two.UploadAsync("555B0201.001", [])).ProblemAsync(HttpStatusCode.BadRequest);
        await (await _two.UploadAsync("555B0301.001", [])).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _two.UploadAsync("777B0201.001", [])).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _two.UploadAsync("nonsense", [], "555B")).ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_direct_routed_packet_waits_for_its_board_as_soon_as_the_upload_is_answered()
    {
        var bytes = Bytes(700);
        await _two.UploadedAsync("555B0203.001", bytes);
        Assert.Contains("555B0203.001", await _three.UnreadAsync());
        Assert.Equal(bytes, await _three.FetchAsync("555B0203.001"));
        Assert.DoesNotContain("555B0203.001", await _two.UnreadAsync());
    }

    [Fact]
    public async Task A_packet_for_a_node_that_no_board_has_is_taken_and_waits_for_the_next_board_there()
    {
        var id = await _two.UploadedAsync("555B0209.001", Bytes(70));
        Assert.Equal(id, await _two.UploadedAsync("555B0209.001", Bytes(70)));
        using var nine = await _hub.SignInAsync(await _hub.AddBoardAsync("Nine", "555B:9"));
        Assert.Contains("555B0209.001", await nine.UnreadAsync());
        Assert.Equal(Bytes(70), await nine.FetchAsync("555B0209.001"));
    }

    [Fact]
    public async Task A_board_that_left_or_a_disabled_one_uploads_nothing()
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
        await db.Set<Membership>().Where(m => m.BbsIndex == 2).ExecuteUpdateAsync(s => s.SetProperty(m => m.LeftAt, DateTime.UtcNow), HubHost.Stop);
        await _hub.Get<HubDirectory>().RefreshAsync(HubHost.Stop);
        await (await _two.UploadAsync("555B0201.001", Bytes(10))).ProblemAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_largest_packet_is_taken_and_one_byte_more_is_not()
    {
        await using var hub = await HubHost.StartAsync("ServiceApi:MaxPacketBytes=100000");
        await hub.AddLeagueAsync("555B");
        using var board = await hub.SignInAsync(await hub.AddBoardAsync("Two", "555B:2"));
        await board.UploadedAsync("555B0201.001", Bytes(100_000));
        await (await board.UploadAsync("555B0201.002", Bytes(100_001))).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        // Too large wins over what else is wrong, and a missing token over that
        await (await board.UploadAsync("nonsense", Bytes(100_001), "555B")).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        await (await board.UploadAsync("555B0201.003", [])).ProblemAsync(HttpStatusCode.BadRequest);
        await HubHost.UntilAsync(async () => (await RefusalsAsync(hub)).Count == 2, "the refusals told");
        Assert.Equal(
            ["An upload of Two was refused: 555B0201.003 came without a body; an empty packet is refused.", "An upload of Two was refused: The packet is larger than this hub takes: 100000 bytes."],
            await RefusalsAsync(hub));
        board.DefaultRequestHeaders.Authorization = null;
        await (await board.UploadAsync("nonsense", Bytes(100_001), "555B")).ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Ten_mebibytes_are_taken_by_default_and_more_are_not()
    {
        var bytes = Bytes(10 * 1024 * 1024);
        await _two.UploadedAsync("555B0203.001", bytes);
        Assert.Equal(bytes, await _three.FetchAsync("555B0203.001"));
        await (await _two.UploadAsync("555B0203.002", Bytes(bytes.Length + 1))).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_full_disk_is_503_and_heals()
    {
        var commits = _hub.Get<GroupCommit>();
        await _two.UploadedAsync("555B0201.001", Bytes(10));
        await commits.WriteAsync(w => w.Scalar("PRAGMA max_page_count=1"), HubHost.Stop);
        using var refused = await _two.UploadAsync("555B0201.002", Bytes(200_000));
        await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(1, await CountAsync());

        await commits.WriteAsync(w => w.Scalar("PRAGMA max_page_count=1000000"), HubHost.Stop);
        await _two.UploadedAsync("555B0201.002", Bytes(200_000));
        Assert.Equal(2, await CountAsync());
    }

    private static async Task<List<string>> RefusalsAsync(HubHost hub) =>
        [.. (await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.UploadRefused), null, false, 20, HubHost.Stop)).Items.Select(a => a.Sentence)];

    private static byte[] Bytes(int count, int seed = 0)
    {
        var bytes = new byte[count];
        new Random((seed * 31) + count).NextBytes(bytes);
        return bytes;
    }

    private async Task<int> CountAsync()
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
        return await db.Set<Packet>().CountAsync(HubHost.Stop);
    }
}
