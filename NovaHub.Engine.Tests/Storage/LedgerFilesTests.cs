using Microsoft.Data.Sqlite;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Tests.Storage;

/// <summary>Somebody removes or replaces the ledger's files while the hub has them open.</summary>
public sealed class LedgerFilesTests : IAsyncLifetime
{
    private readonly string _copies = Directory.CreateTempSubdirectory("novahub-files-").FullName;
    private TestHub _hub = null!;
    private LeagueId _league;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Database => _hub.Get<StorageOptions>().DatabasePath;

    private LedgerDamage Damage => _hub.Get<LedgerDamage>();

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        _league = await _hub.AddSandboxLeagueAsync();
        await _hub.SendAsync(_league, 2, 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        Directory.Delete(_copies, recursive: true);
    }

    [Theory]
    [InlineData("-wal", "-shm")]
    [InlineData("-wal")]
    [InlineData("-shm")]
    public async Task What_a_removed_wal_held_is_brought_into_the_database_and_nothing_is_written_any_more(params string[] removed)
    {
        await _hub.SendAsync(_league, 2, 2);
        foreach (var file in removed)
        {
            File.Delete(Database + file);
        }

        await AssertRefusesAsync("was removed or replaced", Database + removed[0], "brought into " + Database);
        await WholeAsync();
        Assert.Equal(2, await PacketsOfFileAloneAsync());
    }

    [Fact]
    public async Task A_wal_that_another_came_in_the_place_of_is_noticed_though_nothing_is_written()
    {
        await File.WriteAllBytesAsync(Database + "-new", [], Stop);
        File.Move(Database + "-new", Database + "-wal", overwrite: true);
        await AssertNoticedAsync("novahub.db-wal was removed or replaced");
        await WholeAsync();
        Assert.Equal(1, await PacketsOfFileAloneAsync());
    }

    [Fact]
    public async Task What_was_written_in_the_moment_after_is_brought_in_too()
    {
        await _hub.Get<GroupCommit>().WriteAsync(
            w =>
            {
                // The commit is under way already
                File.Delete(Database + "-wal");
                return w.Execute("""INSERT INTO "Signals" ("Topic", "Version") VALUES ('late', 1)""");
            },
            Stop).ContinueWith(commit => Assert.IsType<LedgerDamagedException>(commit.Exception?.InnerException), TaskScheduler.Default);
        await WholeAsync();
        Assert.Equal(1L, await CountOfFileAloneAsync("""SELECT COUNT(*) FROM "Signals" WHERE "Topic" = 'late'"""));
    }

    [Fact]
    public async Task A_database_that_a_backup_was_moved_over_takes_no_write_and_says_so()
    {
        var copy = Path.Combine(_copies, "copy.db");
        await using (var from = new SqliteConnection(SqliteSettings.ConnectionString(Database)))
        await using (var to = new SqliteConnection($"Data Source={copy};Pooling=False"))
        {
            await from.OpenAsync(Stop);
            await to.OpenAsync(Stop);
            from.BackupDatabase(to);
        }

        File.Move(copy, Database, overwrite: true);
        // At once: what it would be told to be stored is in no file that has a name
        await AssertRefusesAsync($"{Database} was removed or replaced", "Stop the hub");
    }

    [Fact]
    public async Task A_database_that_was_moved_away_is_noticed_though_nothing_is_written()
    {
        File.Move(Database, Path.Combine(_copies, "away.db"));
        await AssertNoticedAsync("novahub.db was removed or replaced");
    }

    [Fact]
    public async Task A_command_beside_the_hub_refuses_instead_of_making_a_new_wal()
    {
        File.Delete(Database + "-wal");
        File.Delete(Database + "-shm");
        var refusal = await Assert.ThrowsAsync<LedgerRefusedException>(() => TestHub.StartAsync(folder: _hub.Folder));
        Assert.Contains("has the database open", refusal.Message);
        Assert.Contains("novahub.db-wal, which holds the newest changes", refusal.Message);
        await AssertNoticedAsync("was removed");
    }

    [Fact]
    public async Task A_command_beside_the_hub_is_let_in_while_the_hub_writes_and_cuts_its_wal()
    {
        for (var i = 2; i < 6; i++)
        {
            await using (await TestHub.StartAsync(folder: _hub.Folder))
            {
                await _hub.SendAsync(_league, 2, i);
            }

            LedgerCheckpoint.Run(_hub.Get<StorageOptions>());
        }

        Assert.Null(Damage.Found);
        Assert.Equal(5, (await _hub.PacketsAsync()).Count);
    }

    [Fact]
    public async Task A_data_folder_behind_a_symbolic_link_is_no_fault()
    {
        var link = Path.Combine(_copies, "link");
        Directory.CreateSymbolicLink(link, Directory.CreateDirectory(Path.Combine(_copies, "real")).FullName);
        await using var hub = await TestHub.StartAsync(folder: link);
        var league = await hub.AddSandboxLeagueAsync();
        await hub.SendAsync(league, 2, 1);
        Assert.Null(hub.Get<LedgerDamage>().Found);
        File.Delete(hub.Get<StorageOptions>().DatabasePath + "-wal");
        await Eventually.TrueAsync(() => Task.FromResult(hub.Get<LedgerDamage>().Found is not null), "the hub to notice");
    }

    private async Task AssertRefusesAsync(params string[] words)
    {
        await Assert.ThrowsAsync<LedgerDamagedException>(() => _hub.Get<GroupCommit>().WriteAsync(w => { w.Raise("x"); return true; }, Stop));
        Assert.All(words, word => Assert.Contains(word, Damage.Sentence));
    }

    private async Task AssertNoticedAsync(string words)
    {
        await Eventually.TrueAsync(() => Task.FromResult(Damage.Found is not null), "the hub to notice");
        await AssertRefusesAsync(words);
    }

    private Task WholeAsync() => Eventually.TrueAsync(
        () => Task.FromResult(LedgerRecord.Read(_hub.Get<StorageOptions>()) is { Closing: true } && !LedgerFile.Read(Database).Mark.GoesOn),
        "the database to be whole");

    // What the next start has when this process ends now
    private async Task<int> PacketsOfFileAloneAsync()
    {
        var left = Directory.CreateDirectory(Path.Combine(_copies, "left", "data")).FullName;
        File.Copy(Database, Path.Combine(left, "novahub.db"));
        File.Copy(Database + "-mark", Path.Combine(left, "novahub.db-mark"));
        await using var hub = await TestHub.StartAsync(folder: Path.GetDirectoryName(left));
        Assert.Null(hub.Get<LedgerOpening>().Note);
        return (await hub.PacketsAsync()).Count;
    }

    private async Task<object?> CountOfFileAloneAsync(string question)
    {
        var alone = Path.Combine(_copies, "alone.db");
        File.Copy(Database, alone);
        await using var connection = new SqliteConnection($"Data Source={alone};Pooling=False");
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = question;
        return await command.ExecuteScalarAsync(Stop);
    }
}
