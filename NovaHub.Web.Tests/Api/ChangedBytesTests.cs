using System.Net;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Tests.Api;

/// <summary>Bytes that were changed inside the ledger, with its pages whole: nobody gets them.</summary>
public sealed class ChangedBytesTests : IAsyncLifetime
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
        _two = await _hub.SignInAsync(await _hub.AddBoardAsync("Two", "555B:2"));
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
        await _three.FetchAsync("BRNODES.555");
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("?receipt=explicit")]
    public async Task A_packet_whose_bytes_were_changed_in_the_ledger_is_held_and_not_sent_until_its_sender_sent_it_again(string query)
    {
        var bytes = RandomNumberGenerator.GetBytes(3000);
        var id = await _two.UploadedAsync(Name, bytes);
        await ChangeAsync("Contents", SHA256.HashData(bytes));

        using (var response = await _three.GetAsync(Address + query, HubHost.Stop))
        {
            var problem = await response.ProblemAsync(HttpStatusCode.InternalServerError);
            Assert.Contains("are not those that came in", problem.Text("detail"));
        }

        Assert.Empty(await _three.UnreadAsync());
        var packet = await PacketAsync(id);
        Assert.Equal((PacketState.Held, HeldReason.OtherBytes), (packet.StateAt(1), packet.HeldReason!.Value));
        var held = _hub.Get<HeldPackets>();
        Assert.Contains("can't count as read", Assert.Single((await held.DecideAsync(HeldDecision.Read, [id], "Ada", HubHost.Stop)).Refusals));
        Assert.Contains("still not those that came in", Assert.Single((await held.DecideAsync(HeldDecision.Again, [id], "Ada", HubHost.Stop)).Refusals));

        Assert.Equal(id, await _two.UploadedAsync(Name, bytes));
        Assert.Equal("Its bytes in the ledger are those that came in.", (await held.PlanAsync(HeldDecision.Again, [id], HubHost.Stop)).Sentences[1]);
        Assert.Equal(1, (await held.DecideAsync(HeldDecision.Again, [id], "Ada", HubHost.Stop)).Done);
        Assert.Equal([Name], await _three.UnreadAsync());
        Assert.Equal(bytes, await _three.FetchAsync(Name));
        // Its journey still tells of it
        var journey = (await _hub.Get<PacketJourneys>().FindAsync(id, HubHost.Stop))!;
        Assert.Equal((StationKind.Held, HeldReason.OtherBytes, packet.HeldAt), (journey.Stations[1].Kind, journey.Stations[1].Doubt!.Value, journey.Stations[1].At));
    }

    [Fact]
    public async Task A_delivered_packet_whose_bytes_were_changed_is_not_sent_once_more_and_stays_delivered()
    {
        byte[] bytes = [1, 2, 3];
        var id = await _two.UploadedAsync(Name, bytes);
        await _three.FetchAsync(Name);
        await HubHost.UntilAsync(async () => (await PacketAsync(id)).DeliveredAt is not null, "the delivery");
        await ChangeAsync("Contents", SHA256.HashData(bytes));

        using var response = await _three.GetAsync(Address, HubHost.Stop);
        await response.ProblemAsync(HttpStatusCode.InternalServerError);
        Assert.Equal(PacketState.Delivered, (await PacketAsync(id)).StateAt(1));
    }

    [Fact]
    public async Task A_nodelist_whose_bytes_were_changed_is_not_sent()
    {
        await ChangeAsync("Nodelists", null);
        using var response = await _three.GetAsync("leagues/555B/packets/BRNODES.555", HubHost.Stop);
        Assert.Contains("not those that were made", (await response.ProblemAsync(HttpStatusCode.InternalServerError)).Text("detail"));
    }

    private async Task ChangeAsync(string table, byte[]? sha)
    {
        await using var other = new SqliteConnection(SqliteSettings.ConnectionString(_hub.Get<StorageOptions>().DatabasePath));
        await other.OpenAsync(HubHost.Stop);
        await using var change = other.CreateCommand();
        change.CommandText = $"""UPDATE "{table}" SET "Bytes" = CAST(substr("Bytes", 1, 1) || X'FE' || substr("Bytes", 3) AS BLOB) WHERE $sha IS NULL OR "Sha256" = $sha""";
        change.Parameters.AddWithValue("$sha", sha is null ? DBNull.Value : sha);
        Assert.NotEqual(0, await change.ExecuteNonQueryAsync(HubHost.Stop));
    }

    private async Task<Packet> PacketAsync(long id)
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
        return await db.Set<Packet>().AsNoTracking().SingleAsync(p => p.Id == id, HubHost.Stop);
    }
}
