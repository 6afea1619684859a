using System.Net;
using System.Text;

namespace NovaHub.Web.Tests.Api;

/// <summary>Nodelists and receipts: a nodelist takes none, so only its plain download marks it.</summary>
public sealed class NodelistReceiptTests : IAsyncLifetime
{
    private const string Name = "BRNODES.555";
    private const string Address = $"leagues/555B/packets/{Name}";

    private HubHost _hub = null!;
    private HttpClient _three = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubHost.StartAsync();
        await _hub.AddLeagueAsync("555B");
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(Address)]
    [InlineData("leagues/555B/nodelist")]
    public async Task A_nodelist_that_is_asked_for_with_a_receipt_stays_unread_until_it_is_fetched_plainly(string plain)
    {
        for (var i = 0; i < 2; i++)
        {
            // No list is asked for between, so a mark that comes late is seen as well
            Assert.NotEmpty(await _three.GetByteArrayAsync(Address + "?receipt=explicit", HubHost.Stop));
        }

        Assert.Equal([Name], await _three.UnreadAsync());
        using var receipt = new StringContent($$"""{"packet_id":1,"delivery":1,"sha256":"{{new string('0', 64)}}"}""", Encoding.UTF8, "application/json");
        var refusal = await (await _three.PostAsync(Address + "/received", receipt, HubHost.Stop)).ProblemAsync(HttpStatusCode.NotFound);
        Assert.Contains("without receipt=explicit", refusal.Text("detail"), StringComparison.Ordinal);
        Assert.Equal([Name], await _three.UnreadAsync());
        Assert.Equal(await _three.GetByteArrayAsync(Address + "?receipt=explicit", HubHost.Stop), await _three.GetByteArrayAsync(plain, HubHost.Stop));
        Assert.Empty(await _three.UnreadAsync());
    }

    [Theory]
    [InlineData("?receipt=explicit&packet_id=1", HttpStatusCode.NotFound)]
    [InlineData("?receipt=maybe", HttpStatusCode.BadRequest)]
    [InlineData("?packet_id=1", HttpStatusCode.BadRequest)]
    public async Task Parameters_that_a_nodelist_has_not_are_refused_and_mark_nothing(string query, HttpStatusCode status)
    {
        await (await _three.GetAsync(Address + query, HubHost.Stop)).ProblemAsync(status);
        Assert.Equal([Name], await _three.UnreadAsync());
    }
}
