using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Tests.Storage;

public class LedgerCareTests
{
    [Theory]
    [InlineData(100_000, 5 * 60)]
    [InlineData(40_000_000, 2)]
    public async Task The_wal_is_played_into_the_file_every_few_minutes_and_at_once_when_it_is_long(int written, int seconds)
    {
        await using var hub = await TestHub.StartAsync();
        var options = hub.Get<StorageOptions>();
        var clock = new FakeTimeProvider();
        using var care = new LedgerCare(options, hub.Get<LedgerDamage>(), clock, NullLogger<LedgerCare>.Instance);
        await care.StartAsync(TestContext.Current.CancellationToken);
        var before = LedgerFile.Read(options.DatabasePath);
        Fill(options, written);
        Assert.True(new FileInfo(options.DatabasePath + "-wal").Length > written);

        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(seconds));
                var file = LedgerFile.Read(options.DatabasePath);
                return Task.FromResult(file.Mark.GoesOn && file.Mark.Generation != before.Mark.Generation
                    && new FileInfo(options.DatabasePath + "-wal").Length < 64 * 1024 && InFileAlone(options) == 1);
            },
            "a checkpoint");
        await care.StopAsync(TestContext.Current.CancellationToken);
    }

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

    // What the file holds without its WAL
    private static long InFileAlone(StorageOptions options)
    {
        using var connection = new SqliteConnection($"Data Source=file:{options.DatabasePath}?immutable=1;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """SELECT COUNT(*) FROM "Contents" """;
        return (long)command.ExecuteScalar()!;
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
