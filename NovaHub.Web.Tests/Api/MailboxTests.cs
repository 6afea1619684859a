using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;

namespace NovaHub.Web.Tests.Api;

public sealed class MailboxTests : IAsyncLifetime
{
    private HubHost _hub = null!;
    private HttpClient _two = null!;
    private HttpClient _three = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartAsync();
        await _hub.AddLeagueAsync("555B");
        await _hub.AddLeagueAsync("777F");
        _two = await _hub.SignInAsync(await _hub.AddBoardAsync("Two", "555B:2@13:10/2"));
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task Me_names_the_board_and_its_leagues_in_order()
    {
        await _hub.AddLeagueAsync("015F");
        await _hub.AddLeagueAsync("015B");
        using var board = await _hub.SignInAsync(await _hub.AddBoardAsync("Many", "777F:255", "015F:10", "015B:9@13:10/9"));
        var me = await (await board.GetAsync("me", HubHost.Stop)).JsonAsync();
        Assert.Equal(["bbs_name", "client_id", "leagues"], me.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("Many", me.Text("bbs_name"));
        Assert.Equal(
            """
            [{"league_id":"015B","game":"BRE","number":"015","name":"League 015B","bbs_index":9,"fidonet_address":"13:10/9","fidonet_address_made_up":false},{"league_id":"015F","game":"FE","number":"015","name":"League 015F","bbs_index":10,"fidonet_address":"13:10/10","fidonet_address_made_up":true},{"league_id":"777F","game":"FE","number":"777","name":"League 777F","bbs_index":255,"fidonet_address":"13:10/255","fidonet_address_made_up":true}]
            """, me.GetProperty("leagues").GetRawText());
    }

    [Fact]
    public async Task The_list_says_of_each_item_what_clients_need()
    {
        var id = await _two.UploadedAsync("555B0203.007", new byte[123]);
        var list = await _three.ListAsync("555B");
        Assert.Equal(["BRNODES.555", "555B0203.007"], list.Select(p => p.Text("filename")));
        var (nodelist, packet) = (list[0], list[1]);
        string[] properties = ["filename", "league", "game_type", "source", "dest", "sequence", "received_at", "retrieved_at", "file_size", "packet_id", "delivery"];
        Assert.All(list, p => Assert.Equal(properties, p.EnumerateObject().Select(x => x.Name)));
        Assert.Equal("555 B 02 03 7 123", $"{packet.Text("league")} {packet.Text("game_type")} {packet.Text("source")} {packet.Text("dest")} {packet.GetProperty("sequence")} {packet.GetProperty("file_size")}");
        Assert.Equal("555 B 00 03 0", $"{nodelist.Text("league")} {nodelist.Text("game_type")} {nodelist.Text("source")} {nodelist.Text("dest")} {nodelist.GetProperty("sequence")}");
        Assert.Equal((id, 1), (packet.GetProperty("packet_id").GetInt64(), packet.GetProperty("delivery").GetInt32()));
        Assert.Equal("null null", $"{nodelist.GetProperty("packet_id").GetRawText()} {nodelist.GetProperty("delivery").GetRawText()}");
        Assert.All(list, p => Assert.Equal(System.Text.Json.JsonValueKind.Null, p.GetProperty("retrieved_at").ValueKind));
        Assert.Matches(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z\z", packet.Text("received_at"));
        var received = DateTime.Parse(packet.Text("received_at"), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        Assert.InRange(DateTime.UtcNow - received, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Indices_are_two_hex_digits_and_every_name_is_one_that_clients_take()
    {
        using var board = await _hub.SignInAsync(await _hub.AddBoardAsync("Far", "777F:255"));
        using var other = await _hub.SignInAsync(await _hub.AddBoardAsync("Near", "777F:171"));
        await board.UploadedAsync("777fffab.999", [1]);
        var list = await other.ListAsync("777F");
        Assert.All(list, p => Assert.True(Regex.IsMatch(p.Text("filename"), @"\A[0-9]{3}[BF][0-9A-Fa-f]{4}\.[0-9]{3}\z|\A(BR|FE)NODES\.[0-9]{3}\z", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))));
        Assert.Equal("F", list[0].Text("game_type"));
        Assert.Equal("FF AB", $"{list[1].Text("source")} {list[1].Text("dest")}");
    }

    [Theory]
    [InlineData("999B")]
    [InlineData("777F")]
    public async Task A_league_that_is_unknown_or_not_the_boards_lists_nothing(string league) => Assert.Empty(await _two.ListAsync(league));

    [Theory]
    [InlineData("leagues/555b/packets")]
    [InlineData("leagues/5555B/packets")]
    [InlineData("leagues/555B%0A/packets")]
    [InlineData("leagues/555B/packets?unread=maybe")]
    [InlineData("leagues/555B/packets?unread=")]
    [InlineData("leagues/555b/nodelist")]
    [InlineData("leagues/555b/packets/555B0103.001")]
    [InlineData("leagues/555B/packets/555B0003.001")]
    [InlineData("leagues/555B/packets/README.TXT")]
    [InlineData("leagues/555B/packets/555B0103.001%0A")]
    public async Task A_malformed_league_name_or_parameter_is_400(string path) =>
        await (await _three.GetAsync(path, HubHost.Stop)).ProblemAsync(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("?unread=true", false)]
    [InlineData("?unread=TRUE", false)]
    [InlineData("?unread=1", false)]
    [InlineData("?unread=false", true)]
    [InlineData("?unread=False", true)]
    [InlineData("?unread=0", true)]
    [InlineData("", true)]
    public async Task Unread_leaves_out_what_was_delivered_and_the_full_list_keeps_it(string query, bool kept)
    {
        await _two.UploadedAsync("555B0203.001", [1]);
        await _two.UploadedAsync("555B0203.002", [2]);
        await _three.FetchAsync("555B0203.001");
        var list = await _three.ListAsync("555B", query);
        Assert.Equal(kept, list.Any(p => p.Text("filename") == "555B0203.001"));
        Assert.Contains(list, p => p.Text("filename") == "555B0203.002");
        if (kept)
        {
            Assert.EndsWith("Z", list.Single(p => p.Text("filename") == "555B0203.001").Text("retrieved_at"));
        }
    }

    [Fact]
    public async Task Lists_are_oldest_first_by_arrival_and_times_never_fall()
    {
        string[] names = ["555B0203.500", "555B0203.001", "555B0203.999", "555B0203.000"];
        for (var i = 0; i < names.Length; i++)
        {
            await _two.UploadedAsync(names[i], [(byte)i]);
        }

        foreach (var query in new[] { "", "?unread=true" })
        {
            var list = await _three.ListAsync("555B", query);
            Assert.Equal(["BRNODES.555", .. names], list.Select(p => p.Text("filename")));
            var times = list.Select(p => p.Text("received_at")).ToList();
            Assert.Equal(times.Order(StringComparer.Ordinal), times);
        }
    }

    [Fact]
    public async Task A_download_gives_the_bytes_with_their_name_and_is_delivered()
    {
        var bytes = new byte[] { 0, 1, 2, 255, 13, 10 };
        await _two.UploadedAsync("555B0203.001", bytes);
        using var response = await _three.GetAsync("leagues/555B/packets/555b0203.001", HubHost.Stop);
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(HubHost.Stop));
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("555B0203.001", response.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        Assert.True(response.Headers.CacheControl is { Private: true, NoCache: true });
        Assert.Equal(["BRNODES.555"], await _three.UnreadAsync());
    }

    [Fact]
    public async Task Of_several_waiting_packets_with_one_name_the_list_names_the_oldest_until_that_is_delivered()
    {
        for (byte i = 1; i <= 2; i++)
        {
            await _two.UploadedAsync("555B0203.001", new byte[i]);
            await _two.UploadedAsync("555B0203.002", new byte[i]);
        }

        await _two.UploadedAsync("555B0203.003", new byte[1]);
        Assert.Equal(["BRNODES.555", "555B0203.001", "555B0203.002", "555B0203.003"], await _three.UnreadAsync());
        Assert.Equal(["BRNODES.555", "555B0203.001", "555B0203.002", "555B0203.003"], (await _three.ListAsync("555B")).Select(p => p.Text("filename")));

        await _three.FetchAsync("555B0203.001");
        var unread = await _three.ListAsync("555B", "?unread=true");
        Assert.Equal(["BRNODES.555", "555B0203.002", "555B0203.001", "555B0203.003"], unread.Select(p => p.Text("filename")));
        Assert.Equal([1, 2, 1], unread.Skip(1).Select(p => p.GetProperty("file_size").GetInt32()));
        // The whole list keeps the delivered one beside it
        Assert.Equal(2, (await _three.ListAsync("555B")).Count(p => p.Text("filename") == "555B0203.001"));
    }

    [Fact]
    public async Task After_a_wrap_walking_the_unread_list_gives_every_packet_and_then_the_latest_again()
    {
        for (byte i = 1; i <= 3; i++)
        {
            await _two.UploadedAsync("555B0203.001", [i]);
        }

        var got = new List<byte>();
        while ((await _three.UnreadAsync()).Find(n => n != "BRNODES.555") is { } name)
        {
            got.Add((await _three.FetchAsync(name))[0]);
        }

        Assert.Equal([1, 2, 3], got);
        Assert.Equal(["BRNODES.555"], await _three.UnreadAsync());
        Assert.Equal([3], await _three.FetchAsync("555B0203.001"));
    }

    [Fact]
    public async Task Two_downloads_of_one_name_at_once_give_two_packets()
    {
        for (byte i = 1; i <= 8; i++)
        {
            await _two.UploadedAsync("555B0203.001", [i]);
        }

        var got = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _three.FetchAsync("555B0203.001")));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], got.Select(b => (int)b[0]).Order());
        Assert.Equal(["BRNODES.555"], await _three.UnreadAsync());
    }

    [Fact]
    public async Task Head_answers_like_get_and_delivers_nothing()
    {
        await _two.UploadedAsync("555B0203.001", new byte[77]);
        foreach (var (path, length) in new[] { ("leagues/555B/packets/555B0203.001", 77), ("leagues/555B/packets/BRNODES.555", 0), ("leagues/555B/nodelist", 0), ("me", 0), ("auth/verify", 0), ("leagues/555B/packets", 0) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, path);
            using var response = await _three.SendAsync(request, HubHost.Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(response.Content.Headers.ContentLength >= Math.Max(1, length), path);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync(HubHost.Stop));
        }

        Assert.Equal(["BRNODES.555", "555B0203.001"], await _three.UnreadAsync());
    }

    [Theory]
    [InlineData(0, 9, "0-9", 10)]
    [InlineData(90, null, "90-99", 10)]
    [InlineData(null, 10, "90-99", 10)]
    [InlineData(0, 1000, "0-99", 100)]
    public async Task A_range_is_served_and_never_a_delivery(int? from, int? to, string expected, int length)
    {
        var bytes = Enumerable.Range(0, 100).Select(i => (byte)i).ToArray();
        await _two.UploadedAsync("555B0203.001", bytes);
        using var request = new HttpRequestMessage(HttpMethod.Get, "leagues/555B/packets/555B0203.001");
        request.Headers.Range = new RangeHeaderValue(from, to);
        using var response = await _three.SendAsync(request, HubHost.Stop);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {expected}/100", response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(bytes[int.Parse(expected.Split('-')[0])..][..length], await response.Content.ReadAsByteArrayAsync(HubHost.Stop));
        Assert.Contains("555B0203.001", await _three.UnreadAsync());
    }

    [Fact]
    public async Task A_range_outside_the_file_is_416()
    {
        await _two.UploadedAsync("555B0203.001", new byte[100]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "leagues/555B/packets/555B0203.001");
        request.Headers.Range = new RangeHeaderValue(100, null);
        using var response = await _three.SendAsync(request, HubHost.Stop);
        await response.ProblemAsync(HttpStatusCode.RequestedRangeNotSatisfiable);
    }

    [Theory]
    [InlineData("555B", "555B0103.001", 404)]
    [InlineData("555B", "555B0102.001", 403)]
    [InlineData("555B", "555B0301.001", 403)]
    [InlineData("555F", "555B0203.001", 404)]
    [InlineData("777F", "555B0203.001", 404)]
    [InlineData("777F", "777F0103.001", 403)]
    [InlineData("999B", "999B0103.001", 403)]
    [InlineData("777F", "FENODES.777", 403)]
    [InlineData("555B", "FENODES.555", 404)]
    public async Task What_is_not_this_boards_mail_is_403_or_404(string league, string name, int status)
    {
        await _two.UploadedAsync("555B0203.001", [1]);
        await (await _three.GetAsync($"leagues/{league}/packets/{name}", HubHost.Stop)).ProblemAsync((HttpStatusCode)status);
    }

    [Fact]
    public async Task The_nodelist_has_an_etag_that_spares_the_download()
    {
        using var first = await _three.GetAsync("leagues/555B/nodelist", HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var text = await first.Content.ReadAsStringAsync(HubHost.Stop);
        Assert.StartsWith("1 HOST 2 3\r\nThe Hub BBS\r\n13:10/1\r\n", text);
        var tag = first.Headers.ETag!.ToString();
        foreach (var (header, status) in new[]
        {
            (tag, HttpStatusCode.NotModified), ($"W/{tag}", HttpStatusCode.NotModified), ($"\"x\", {tag}", HttpStatusCode.NotModified),
            ("*", HttpStatusCode.NotModified), ("\"x\"", HttpStatusCode.OK), ("nonsense", HttpStatusCode.OK),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "leagues/555B/nodelist");
            request.Headers.TryAddWithoutValidation("If-None-Match", header);
            using var response = await _three.SendAsync(request, HubHost.Stop);
            Assert.Equal(status, response.StatusCode);
            Assert.Equal(tag, response.Headers.ETag!.ToString());
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        }

        await _hub.AddBoardAsync("Four", "555B:4");
        using var changed = new HttpRequestMessage(HttpMethod.Get, "leagues/555B/nodelist");
        changed.Headers.TryAddWithoutValidation("If-None-Match", tag);
        Assert.Equal(HttpStatusCode.OK, (await _three.SendAsync(changed, HubHost.Stop)).StatusCode);
    }

    [Fact]
    public async Task A_nodelist_of_another_league_is_403_and_one_that_is_not_there_yet_404()
    {
        await (await _two.GetAsync("leagues/777F/nodelist", HubHost.Stop)).ProblemAsync(HttpStatusCode.Forbidden);
        await (await _two.GetAsync("leagues/999B/nodelist", HubHost.Stop)).ProblemAsync(HttpStatusCode.Forbidden);
        await _hub.Get<Engine.Storage.GroupCommit>().WriteAsync(w => w.Execute("""DELETE FROM "NodelistItems" """) + w.Execute("""DELETE FROM "Nodelists" """), HubHost.Stop);
        await (await _two.GetAsync("leagues/555B/nodelist", HubHost.Stop)).ProblemAsync(HttpStatusCode.NotFound);
        await (await _two.GetAsync("leagues/555B/packets/BRNODES.555", HubHost.Stop)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_several_regenerations_only_the_newest_waits_and_either_way_of_fetching_it_delivers_it()
    {
        await _hub.AddBoardAsync("Four", "555B:4");
        await _hub.AddBoardAsync("Five", "555B:5");
        Assert.Equal(["BRNODES.555"], await _three.UnreadAsync());
        Assert.Contains("Five", System.Text.Encoding.ASCII.GetString(await _three.FetchAsync("brnodes.555")));
        Assert.Empty(await _three.UnreadAsync());
        Assert.Single(await _three.ListAsync("555B"));

        await _hub.AddBoardAsync("Six", "555B:6");
        Assert.Equal(["BRNODES.555"], await _three.UnreadAsync());
        await _three.GetByteArrayAsync("leagues/555B/nodelist", HubHost.Stop);
        Assert.Empty(await _three.UnreadAsync());
        Assert.Equal(["BRNODES.555"], await _two.UnreadAsync());
    }

    [Fact]
    public async Task A_member_without_an_address_has_one_made_up_in_the_list_and_in_me_and_the_admin_is_told()
    {
        var (credentials, warnings) = await _hub.Get<BbsAdmin>().AddAsync("Four", [new SeatRequest(LeagueId.Parse("555B"), 4)], HubHost.Stop);
        Assert.Contains(warnings, w => w.Contains("line 3 of BBS.CFG", StringComparison.Ordinal) && w.Contains("13:10/4", StringComparison.Ordinal));
        Assert.Contains("4\r\nFour\r\n13:10/4\r\n-\r\n-\r\n-\r\n\r\n", await _two.GetStringAsync("leagues/555B/nodelist", HubHost.Stop));
        using var four = await _hub.SignInAsync(credentials);
        var seat = (await (await four.GetAsync("me", HubHost.Stop)).JsonAsync()).GetProperty("leagues")[0];
        Assert.Equal(("13:10/4", true), (seat.Text("fidonet_address"), seat.GetProperty("fidonet_address_made_up").GetBoolean()));
    }
}
