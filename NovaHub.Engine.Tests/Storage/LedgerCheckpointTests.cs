using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Tests.Storage;

public sealed class LedgerCheckpointTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private TestHub _hub = null!;
    private LedgerCheckpoints _checkpoints = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Database => _hub.Get<StorageOptions>().DatabasePath;

    private long LogLength => new FileInfo(Database + "-wal").Length;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        // The hub's own would look in between
        await _hub.Get<LedgerCheckpoints>().StopAsync(Stop);
        _checkpoints = new LedgerCheckpoints(_hub.Get<StorageOptions>(), _hub.Get<LedgerDamage>(), _clock, NullLogger<LedgerCheckpoints>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _checkpoints.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_log_that_grew_large_is_cut_back_once_it_is_quiet_and_whoever_reads_meanwhile_reads_on()
    {
        await using (var reader = Open())
        {
            await using var transaction = reader.BeginTransaction(deferred: true);
            Assert.Equal(0L, Count(reader, transaction));
            // Somebody reads an old state, so nothing of the log can be written over
            for (byte i = 0; i < 24; i++)
            {
                await WriteAsync(i, 2 * 1024 * 1024);
            }

            Assert.InRange(LogLength, 48 * 1024 * 1024, long.MaxValue);
            LookWhenQuiet();
            Assert.InRange(LogLength, 48 * 1024 * 1024, long.MaxValue);
            Assert.Equal(0L, Count(reader, transaction));
            await WriteAsync(100, 1000);
        }

        LookWhenQuiet();
        // The mark that ties it to the file is all it has
        Assert.InRange(LogLength, 1, 64 * 1024);
        Assert.True(LedgerFile.Read(Database).Mark.GoesOn);
        await WriteAsync(101, 1000);
        await using var after = Open();
        Assert.Equal(26L, Count(after, null));
    }

    [Fact]
    public async Task A_log_that_somebody_kept_from_being_cut_is_cut_later_though_nothing_is_written_any_more()
    {
        await _hub.Get<SignalWatch>().StopAsync(Stop);
        await using (var reader = Open())
        {
            await using var transaction = reader.BeginTransaction(deferred: true);
            Assert.Equal(0L, Count(reader, transaction));
            for (byte i = 0; i < 20; i++)
            {
                await WriteAsync(i, 2 * 1024 * 1024);
            }

            LookWhenQuiet();
            Assert.InRange(LogLength, 40 * 1024 * 1024, long.MaxValue);
        }

        _clock.Advance(TimeSpan.FromSeconds(5));
        LookWhenQuiet();
        Assert.InRange(LogLength, 1, 64 * 1024);
    }

    [Fact]
    public async Task The_file_itself_has_what_was_written_a_minute_ago()
    {
        await WriteAsync(1, 100_000);
        _checkpoints.Look();
        Assert.Equal(0, CopiedAlone());
        _clock.Advance(LedgerCheckpoints.Lag);
        _checkpoints.Look();
        Assert.Equal(1, CopiedAlone());
        // A small log stays: it is written over
        Assert.InRange(LogLength, 1, LedgerCheckpoints.Kept);
    }

    [Fact]
    public async Task A_log_that_is_too_large_is_cut_though_the_hub_goes_on_writing()
    {
        await WriteAsync(1, 48 * 1024 * 1024);
        for (byte i = 2; i < 5; i++)
        {
            await WriteAsync(i, 1000);
            _checkpoints.Look();
        }

        Assert.InRange(LogLength, 0, LedgerCheckpoints.Kept);
    }

    [Fact]
    public async Task An_idle_hub_writes_nothing_for_its_log()
    {
        await WriteAsync(1, 100);
        _clock.Advance(TimeSpan.FromMinutes(10));
        _checkpoints.Look();
        Assert.Equal(1, CopiedAlone());
        var before = LedgerFile.Read(Database).Mark;
        await _hub.Get<SignalWatch>().StopAsync(Stop);
        for (var i = 0; i < 30; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(10));
            _checkpoints.Look();
        }

        Assert.Equal(before, LedgerFile.Read(Database).Mark);
    }

    private void LookWhenQuiet()
    {
        _checkpoints.Look();
        _clock.Advance(LedgerCheckpoints.Quiet);
        _checkpoints.Look();
    }

    private Task<int> WriteAsync(byte first, int length) => _hub.Get<GroupCommit>().WriteAsync(
        w => w.Execute("""INSERT INTO "Contents" ("Sha256", "Bytes") VALUES (@p0, @p1)""", new[] { first }, new byte[length]), Stop);

    private SqliteConnection Open(string? path = null)
    {
        var connection = new SqliteConnection($"Data Source={path ?? Database};Pooling=False");
        connection.Open();
        return connection;
    }

    private static long Count(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """SELECT COUNT(*) FROM "Contents" """;
        return (long)command.ExecuteScalar()!;
    }

    // What a copy of the one file has, without the log
    private long CopiedAlone()
    {
        var copy = Path.Combine(_hub.Folder, "copy.db");
        File.Copy(Database, copy, overwrite: true);
        using var connection = Open(copy);
        return Count(connection, null);
    }
}
