using Microsoft.Data.Sqlite;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Packets;

/// <summary>However large the ledger is, a request reads what it needs and nothing else.</summary>
public sealed class MailboxPlanTests : IAsyncLifetime
{
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.StartAsync();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(Mailbox.Waiting, "IX_Packets_Waiting")]
    [InlineData(Mailbox.NamedUnread, "IX_Packets_Name")]
    [InlineData(Mailbox.NamedLatest, "IX_Packets_Name")]
    public async Task A_mailbox_is_read_by_the_index_made_for_it_and_never_sorted(string sql, string index)
    {
        var plan = await PlanAsync(sql);

        Assert.Contains($"SEARCH Packets USING INDEX {index}", plan);
        Assert.DoesNotContain("TEMP B-TREE", plan);
    }

    [Fact]
    public async Task What_waits_for_a_game_is_found_by_the_index_of_what_waits_and_no_packet_beside()
    {
        var plan = await PlanAsync(Engine.Runs.RunStore.WaitingInTurn);

        Assert.Contains("SEARCH Packets USING INDEX IX_Packets_Waiting (LeagueId=? AND Dest=?)", plan);
        Assert.DoesNotContain("SCAN Packets", plan);
    }

    [Theory]
    [InlineData("2026-11-23 12:37:23.6032241", 6_032_241)]
    [InlineData("2026-11-23 12:37:23.603", 6_030_000)]
    [InlineData("2026-11-23 12:37:23", 0)]
    [InlineData("2026-11-23T12:37:23.5", 5_000_000)]
    public void A_time_of_the_ledger_is_read_to_the_last_digit(string text, int ticks) =>
        Assert.Equal(new DateTime(2026, 11, 23, 12, 37, 23, DateTimeKind.Utc).AddTicks(ticks), LedgerTimes.Read(text));

    private async Task<string> PlanAsync(string sql)
    {
        await using var connection = new SqliteConnection(SqliteSettings.ConnectionString(_hub.Get<StorageOptions>().DatabasePath));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        for (var i = 0; i < 4; i++)
        {
            command.Parameters.AddWithValue($"@p{i}", 1);
        }

        await using var row = await command.ExecuteReaderAsync();
        var plan = "";
        while (await row.ReadAsync())
        {
            plan += row.GetString(3) + "\n";
        }

        return plan;
    }
}
