using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Storage;

public sealed class GroupCommitTests : IAsyncLifetime
{
    private const string Raise = """INSERT INTO "Signals" ("Topic", "Version") VALUES (@p0, 1)""";
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.StartAsync();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private GroupCommit Commits => _hub.Get<GroupCommit>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operation_that_throws_takes_back_only_its_own_part()
    {
        using var held = new ManualResetEventSlim();
        var first = Commits.WriteAsync(_ => held.Wait(TimeSpan.FromSeconds(20)), Stop);
        // These share a commit: they queue up while the first one holds the writer
        var before = Commits.WriteAsync(w => w.Execute(Raise, "before"), Stop);
        var own = Commits.WriteAsync<int>(w => throw new InvalidOperationException($"after {w.Execute(Raise, "half")} row"), Stop);
        var twice = Commits.WriteAsync(w => w.Execute(Raise, "before"), Stop);
        var after = Commits.WriteAsync(w => w.Execute(Raise, "after"), Stop);
        held.Set();
        await first;

        Assert.Equal(1, await before);
        Assert.Equal("after 1 row", (await Assert.ThrowsAsync<InvalidOperationException>(() => own)).Message);
        await Assert.ThrowsAsync<SqliteException>(() => twice);
        Assert.Equal(1, await after);
        Assert.Equal(["after", "before"], await TopicsAsync());
    }

    [Fact]
    public async Task Whoever_is_answered_finds_it_on_another_connection()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            await Commits.WriteAsync(w => w.Execute(Raise, $"topic {i:D3}"), Stop);
            Assert.Contains($"topic {i:D3}", await TopicsAsync());
        }));
        Assert.Equal(200, (await TopicsAsync()).Count);
    }

    [Fact]
    public async Task Operations_run_in_the_order_in_which_they_came()
    {
        var order = Enumerable.Range(0, 500).Select(i => Commits.WriteAsync(
            w => w.Query("""INSERT INTO "ForeignFiles" ("LeagueId", "Name", "ReportedAt") VALUES ('555B', @p0, @p1) RETURNING rowid""", r => r.GetInt64(0), $"{i}", DateTime.UtcNow)[0], Stop)).ToList();
        var ids = await Task.WhenAll(order);
        Assert.Equal(ids.Order(), ids);
    }

    [Fact]
    public async Task A_full_disk_fails_the_whole_commit_and_the_next_one_works()
    {
        await Commits.WriteAsync(w => w.Scalar("PRAGMA max_page_count=1"), Stop);
        var full = await Assert.ThrowsAsync<SqliteException>(() => Commits.WriteAsync(
            w => w.Execute("""INSERT INTO "Contents" ("Sha256", "Bytes") VALUES (@p0, @p1)""", new byte[32], new byte[1_000_000]), Stop));
        Assert.Equal(13, full.SqliteErrorCode);
        await Commits.WriteAsync(w => w.Scalar("PRAGMA max_page_count=1000000"), Stop);
        Assert.Equal(1, await Commits.WriteAsync(w => w.Execute(Raise, "healed"), Stop));
    }

    [Fact]
    public async Task A_stop_finishes_what_was_queued_and_refuses_what_comes_after()
    {
        using var held = new ManualResetEventSlim();
        var first = Commits.WriteAsync(_ => held.Wait(TimeSpan.FromSeconds(20)), Stop);
        var queued = Commits.WriteAsync(w => w.Execute(Raise, "queued"), Stop);
        var stopping = Commits.StopAsync(Stop);
        held.Set();
        await stopping;
        await first;
        Assert.Equal(1, await queued);
        Assert.Equal(["queued"], await TopicsAsync());
        await Assert.ThrowsAsync<ChannelClosedException>(() => Commits.WriteAsync(_ => 1, Stop));
    }

    [Fact]
    public async Task Changes_that_bring_many_bytes_do_not_share_a_commit()
    {
        using var held = new ManualResetEventSlim();
        var began = new TaskCompletionSource();
        var first = Commits.WriteAsync(
            _ =>
            {
                began.TrySetResult();
                return held.Wait(TimeSpan.FromSeconds(20));
            },
            Stop);
        // Only what comes after this can't be in its commit
        await began.Task;
        // Each looks on another connection, where it sees what earlier commits hold and nothing of its own
        Task<int> Write(int i, long bytes) => Commits.WriteAsync(
            w =>
            {
                w.Execute(Raise, $"change {i}");
                return TopicsAsync().GetAwaiter().GetResult().Count;
            },
            bytes,
            Stop);
        const long Mega = GroupCommit.Large;
        Task<int>[] changes = [Write(0, 0), Write(1, Mega), Write(2, Mega), Write(3, Mega), Write(4, Mega), Write(5, 1), Write(6, 0)];
        // Each has a commit of its own, and the small ones wait for one of them at most
        Task<int>[] large = [Write(10, Mega + 1), Write(11, 10 * Mega), Write(12, 10 * Mega)];
        held.Set();
        await first;
        var seen = await Task.WhenAll(changes);
        var largeSeen = await Task.WhenAll(large);
        Assert.Equal([1, 1, 1, 1, 1, 7, 7], seen);
        Assert.Equal([0, 6, 9], largeSeen);
    }

    [Fact]
    public async Task Another_process_is_told_what_changed()
    {
        await using var other = await TestHub.StartAsync(folder: _hub.Folder, keep: true);
        var told = Channel.CreateUnbounded<string>();
        other.Get<SignalWatch>().Changed += topic => told.Writer.TryWrite(topic);
        await Commits.WriteAsync(w =>
        {
            w.Raise("something");
            return true;
        }, Stop);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        while (await told.Reader.ReadAsync(patience.Token) != "something")
        {
        }
    }

    private async Task<List<string>> TopicsAsync()
    {
        await using var connection = new SqliteConnection(SqliteSettings.ConnectionString(Path.Combine(_hub.Folder, "data", "novahub.db")));
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = """SELECT "Topic" FROM "Signals" WHERE "Topic" NOT IN ('directory', 'packets', 'runs') ORDER BY 1""";
        var topics = new List<string>();
        await using var rows = await command.ExecuteReaderAsync(Stop);
        while (await rows.ReadAsync(Stop))
        {
            topics.Add(rows.GetString(0));
        }

        return topics;
    }
}
