using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Tests.Api;

/// <summary>Explicit receipts: a packet counts as delivered when the board's program says that it is on its disk.</summary>
public sealed class ReceiptTests : IAsyncLifetime
{
    private const string Name = "555B0203.001";
    private const string Address = $"leagues/555B/packets/{Name}";

    private HubHost _hub = null!;
    private HttpClient _two = null!;
    private HttpClient _three = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartAsync();
        await _hub.AddLeagueAsync("555B");
        await _hub.AddLeagueAsync("777F");
        _two = await _hub.SignInAsync(await _hub.AddBoardAsync("Two", "555B:2", "777F:2"));
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3", "777F:3"));
        await _three.FetchAsync("BRNODES.555");
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_packet_that_is_asked_for_with_a_receipt_waits_until_it_is_confirmed()
    {
        var bytes = RandomNumberGenerator.GetBytes(3000);
        var id = await _two.UploadedAsync(Name, bytes);
        for (var i = 0; i < 2; i++)
        {
            using var response = await _three.GetAsync(Address + "?receipt=explicit", HubHost.Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(HubHost.Stop));
            Assert.Equal($"{id}", Assert.Single(response.Headers.GetValues("X-Packet-Id")));
            Assert.Equal("1", Assert.Single(response.Headers.GetValues("X-Delivery")));
            Assert.Equal($"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:", Assert.Single(response.Headers.GetValues("Repr-Digest")));
            Assert.Equal([Name], await _three.UnreadAsync());
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(
                $$"""{"status":"received","filename":"555B0203.001","packet_id":{{id}},"delivery":1}""", (await ConfirmedAsync(id, 1, bytes)).GetRawText());
        }

        Assert.Empty(await _three.UnreadAsync());
        var packet = await PacketAsync(id);
        Assert.Equal(DeliveryProof.Confirmed, packet.DeliveryProof);
        Assert.NotNull(packet.DeliveredAt);
        Assert.Equal(1, (await _hub.Get<LedgerReader>().TotalsAsync(HubHost.Stop)).Delivered);
    }

    [Fact]
    public async Task A_receipt_is_on_disk_and_told_to_watchers_once()
    {
        var told = new List<LedgerEventKind>();
        var id = await _two.UploadedAsync(Name, [1]);
        _hub.Get<LedgerEvents>().Happened += e =>
        {
            lock (told)
            {
                told.Add(e.Kind);
            }
        };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConfirmedAsync(id, 1, [1])));
        Assert.Equal([LedgerEventKind.Delivered], told);
    }

    [Fact]
    public async Task A_packet_that_is_delivered_again_has_a_new_number_and_a_late_receipt_for_the_old_one_marks_nothing()
    {
        var id = await _two.UploadedAsync(Name, [1]);
        await ConfirmedAsync(id, 1, [1]);
        await _hub.Get<PacketRequeue>().RequeueAsync(id, "admin", HubHost.Stop);

        var item = Assert.Single(await _three.ListAsync("555B", "?unread=true"));
        Assert.Equal((id, 2), (item.GetProperty("packet_id").GetInt64(), item.GetProperty("delivery").GetInt32()));
        Assert.Null((await PacketAsync(id)).DeliveryProof);
        var late = await ConfirmedAsync(id, 1, [1]);
        Assert.Equal(("superseded", 2), (late.Text("status"), late.GetProperty("delivery").GetInt32()));
        Assert.Equal([Name], await _three.UnreadAsync());

        using var again = await _three.GetAsync(Address + "?receipt=explicit", HubHost.Stop);
        Assert.Equal("2", Assert.Single(again.Headers.GetValues("X-Delivery")));
        await ConfirmedAsync(id, 2, [1]);
        Assert.Empty(await _three.UnreadAsync());
    }

    [Fact]
    public async Task An_old_client_gets_a_packet_that_is_delivered_again_as_ever()
    {
        var id = await _two.UploadedAsync(Name, [7]);
        await _three.FetchAsync(Name);
        await HubHost.UntilAsync(async () => (await PacketAsync(id)).DeliveredAt is not null, "the delivery on disk");
        await _hub.Get<PacketRequeue>().RequeueAsync(id, "admin", HubHost.Stop);
        Assert.Equal([Name], await _three.UnreadAsync());
        Assert.Equal([7], await _three.FetchAsync(Name));
        Assert.Empty(await _three.UnreadAsync());
    }

    [Fact]
    public async Task Of_several_packets_with_one_name_the_receipt_and_the_number_say_which_is_meant()
    {
        var first = await _two.UploadedAsync(Name, [1]);
        var second = await _two.UploadedAsync(Name, [2]);
        Assert.Equal([1], await FetchAsync(Name, ""));
        Assert.Equal([2], await FetchAsync(Name, $"&packet_id={second}"));
        Assert.Equal([1], await FetchAsync(Name, $"&packet_id={first}"));

        await ConfirmedAsync(first, 1, [1]);
        Assert.Equal(second, Assert.Single(await _three.ListAsync("555B", "?unread=true")).GetProperty("packet_id").GetInt64());
        Assert.Equal([2], await FetchAsync(Name, ""));
        // One that is delivered can be had again by its number
        Assert.Equal([1], await FetchAsync(Name, $"&packet_id={first}"));
        await ConfirmedAsync(second, 1, [2]);
        Assert.Empty(await _three.UnreadAsync());
    }

    [Fact]
    public async Task A_receipt_for_other_bytes_or_a_number_that_was_never_given_out_is_409_and_marks_nothing()
    {
        var id = await _two.UploadedAsync(Name, [1]);
        await (await ConfirmAsync(Address, Receipt(id, 1, [2]))).ProblemAsync(HttpStatusCode.Conflict);
        await (await ConfirmAsync(Address, Receipt(id, 2, [1]))).ProblemAsync(HttpStatusCode.Conflict);
        Assert.Equal([Name], await _three.UnreadAsync());
    }

    [Theory]
    [InlineData("leagues/555B/packets/555B0203.001", 0, HttpStatusCode.OK)]
    [InlineData("leagues/555B/packets/555b0203.001", 0, HttpStatusCode.OK)]
    [InlineData("leagues/555B/packets/555B0203.002", 0, HttpStatusCode.NotFound)]
    [InlineData("leagues/555B/packets/555B0203.001", 1000, HttpStatusCode.NotFound)]
    [InlineData("leagues/777F/packets/777F0203.001", 0, HttpStatusCode.NotFound)]
    [InlineData("leagues/777F/packets/555B0203.001", 0, HttpStatusCode.NotFound)]
    [InlineData("leagues/555B/packets/BRNODES.555", 0, HttpStatusCode.NotFound)]
    [InlineData("leagues/555B/packets/555B0302.001", 0, HttpStatusCode.Forbidden)]
    [InlineData("leagues/999B/packets/999B0203.001", 0, HttpStatusCode.Forbidden)]
    [InlineData("leagues/555B/packets/README.TXT", 0, HttpStatusCode.BadRequest)]
    [InlineData("leagues/555b/packets/555B0203.001", 0, HttpStatusCode.BadRequest)]
    public async Task Only_a_packet_of_this_board_and_this_name_can_be_confirmed(string address, int besides, HttpStatusCode status)
    {
        var id = await _two.UploadedAsync(Name, [1]);
        using var response = await ConfirmAsync(address, Receipt(id + besides, 1, [1]));
        if (status == HttpStatusCode.OK)
        {
            Assert.Equal(status, response.StatusCode);
        }
        else
        {
            await response.ProblemAsync(status);
        }

        Assert.Equal(status == HttpStatusCode.OK ? [] : [Name], await _three.UnreadAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"packet_id":1,"delivery":1}""")]
    [InlineData("""{"packet_id":"one","delivery":1,"sha256":"00"}""")]
    [InlineData("""{"packet_id":1,"delivery":0,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"packet_id":1,"delivery":1.5,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"packet_id":1,"delivery":1,"sha256":"000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"packet_id":1,"delivery":1,"sha256":"zz00000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"packet_id":99999999999999999999,"delivery":1,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    public async Task A_malformed_receipt_is_400(string body)
    {
        await _two.UploadedAsync(Name, [1]);
        await (await ConfirmAsync(Address, body)).ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal([Name], await _three.UnreadAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receipt_of_more_than_4_KiB_is_413(bool knownLength)
    {
        await _two.UploadedAsync(Name, [1]);
        using var request = new HttpRequestMessage(HttpMethod.Post, Address + "/received") { Content = new StringContent(new string(' ', 4097)) };
        request.Headers.TransferEncodingChunked = !knownLength;
        using var response = await _three.SendAsync(request, HubHost.Stop);
        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_receipt_without_a_token_is_401()
    {
        using var stranger = _hub.NewClient();
        stranger.BaseAddress = _three.BaseAddress;
        await (await stranger.PostAsync(Address + "/received", new StringContent("{}"), HubHost.Stop)).ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("?receipt=")]
    [InlineData("?receipt=maybe")]
    [InlineData("?receipt=explicit&receipt=explicit")]
    [InlineData("?receipt=explicit&packet_id=")]
    [InlineData("?receipt=explicit&packet_id=-1")]
    [InlineData("?receipt=explicit&packet_id=1&packet_id=2")]
    [InlineData("?packet_id=1")]
    public async Task Malformed_parameters_of_a_download_are_400(string query)
    {
        await _two.UploadedAsync(Name, [1]);
        await (await _three.GetAsync(Address + query, HubHost.Stop)).ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal([Name], await _three.UnreadAsync());
    }

    [Fact]
    public async Task Another_boards_packet_is_not_given_by_its_number()
    {
        using var four = await _hub.SignInAsync(await _hub.AddBoardAsync("Four", "555B:4"));
        var id = await _two.UploadedAsync(Name, [1]);
        await _two.UploadedAsync("555B0204.001", [2]);
        await (await four.GetAsync($"leagues/555B/packets/555B0204.001?receipt=explicit&packet_id={id}", HubHost.Stop)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_head_and_a_range_with_a_receipt_name_the_packet_too()
    {
        var id = await _two.UploadedAsync(Name, new byte[100]);
        foreach (var method in new[] { HttpMethod.Head, HttpMethod.Get })
        {
            using var request = new HttpRequestMessage(method, Address + "?receipt=explicit");
            request.Headers.Range = method == HttpMethod.Get ? new RangeHeaderValue(90, null) : null;
            using var response = await _three.SendAsync(request, HubHost.Stop);
            Assert.Equal($"{id}", Assert.Single(response.Headers.GetValues("X-Packet-Id")));
            Assert.Equal(method == HttpMethod.Get ? HttpStatusCode.PartialContent : HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal([Name], await _three.UnreadAsync());
    }

    [Fact]
    public async Task What_an_old_download_delivered_a_receipt_makes_surer_and_the_time_stays()
    {
        var id = await _two.UploadedAsync(Name, [1]);
        await _three.FetchAsync(Name);
        await HubHost.UntilAsync(async () => (await PacketAsync(id)).DeliveredAt is not null, "the delivery on disk");
        var before = await PacketAsync(id);
        Assert.Equal(DeliveryProof.Acknowledged, before.DeliveryProof);
        await ConfirmedAsync(id, 1, [1]);
        var after = await PacketAsync(id);
        Assert.Equal((before.DeliveredAt, DeliveryProof.Confirmed), (after.DeliveredAt, after.DeliveryProof));
    }

    [Fact]
    public async Task A_packet_that_was_given_up_while_the_board_had_it_is_delivered_by_its_receipt()
    {
        var id = await _two.UploadedAsync(Name, [1]);
        Assert.Equal([1], await FetchAsync(Name, ""));
        await _hub.Get<PacketExpiry>().ExpireAsync([id], "admin", HubHost.Stop);
        await ConfirmedAsync(id, 1, [1]);
        Assert.Equal(PacketState.Delivered, (await PacketAsync(id)).StateAt(1));
    }

    private static string Receipt(long id, int delivery, byte[] bytes) =>
        JsonSerializer.Serialize(new { packet_id = id, delivery, sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) });

    private Task<HttpResponseMessage> ConfirmAsync(string address, string body) =>
        _three.PostAsync(address + "/received", new StringContent(body, Encoding.UTF8, "application/json"), HubHost.Stop);

    private async Task<JsonElement> ConfirmedAsync(long id, int delivery, byte[] bytes)
    {
        using var response = await ConfirmAsync(Address, Receipt(id, delivery, bytes));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private async Task<byte[]> FetchAsync(string name, string query)
    {
        using var response = await _three.GetAsync($"leagues/555B/packets/{name}?receipt=explicit{query}", HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync(HubHost.Stop);
    }

    private async Task<Packet> PacketAsync(long id)
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
        return await db.Set<Packet>().AsNoTracking().SingleAsync(p => p.Id == id, HubHost.Stop);
    }
}
