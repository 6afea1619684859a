using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Tests.Storage;

public class LedgerCareTests
{
    [Fact]
    public async Task Damage_that_came_by_itself_is_found_within_a_day_and_ends_all_writing()
    {
        await using var hub = await TestHub.StartAsync();
        var options = hub.Get<StorageOptions>();
        Fill(options, 100_000);
        LedgerCheckpoint.Run(options);
        await using (var file = new FileStream(options.DatabasePath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            // The page of a table that nobody has read since the hub began
            file.Position = Root(options, "__EFMigrationsHistory") * 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
        }

        var clock = new FakeTimeProvider();
        using var care = new LedgerCare(options, hub.Get<LedgerDamage>(), clock, NullLogger<LedgerCare>.Instance);
        await care.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                return Task.FromResult(hub.Get<LedgerDamage>().Found is not null);
            },
            "the damage to be found");
        await care.StopAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<LedgerDamagedException>(() => hub.Get<GroupCommit>().WriteAsync(w => w.Execute("SELECT 1"), TestContext.Current.CancellationToken));
    }

    private static long Root(StorageOptions options, string table)
    {
        using var connection = new SqliteConnection(SqliteSettings.ConnectionString(options.DatabasePath));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT rootpage - 1 FROM sqlite_master WHERE name = '{table}'";
        return (long)command.ExecuteScalar()!;
    }

    private static void Fill(StorageOptions options, int bytes)
    {
        using var connection = new SqliteConnection(SqliteSettings.ConnectionString(options.DatabasePath));
        connection.Open();
        SqliteSettings.Apply(connection);
        using var command = connection.CreateCommand();
        command.CommandText = $"""INSERT INTO "Contents" ("Sha256", "Bytes") VALUES (randomblob(32), randomblob({bytes}))""";
        command.ExecuteNonQuery();
    }
}
