using Microsoft.Data.Sqlite;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Tests.Storage;

/// <summary>What the hub says to a database that was restored, copied, moved or damaged.</summary>
public sealed class LedgerOpeningTests : IAsyncLifetime, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("novahub-opening-").FullName;
    private readonly List<string> _copies = [];
    private LeagueId _league;

    private string Data => Path.Combine(_folder, "data");

    private string Database => Path.Combine(Data, "novahub.db");

    private string Wal => Database + "-wal";

    public async ValueTask InitializeAsync()
    {
        await using var hub = await OpenAsync();
        _league = await hub.AddSandboxLeagueAsync();
        await hub.SendAsync(_league, 2, 1);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose()
    {
        Forget(Database);
        Directory.Delete(_folder, recursive: true);
        _copies.ForEach(copy => Directory.Delete(copy, recursive: true));
    }

    [Fact]
    public async Task A_hub_that_closed_in_order_leaves_one_file_that_is_whole()
    {
        Assert.Equal(["novahub.db", "novahub.db-mark"], Directory.GetFiles(Data, "novahub.db*").Select(Path.GetFileName).Order());
        await using var hub = await OpenAsync();
        Assert.Single(await hub.PacketsAsync());
        Assert.Null(hub.Get<LedgerOpening>().Note);
    }

    [Fact]
    public async Task A_hub_that_was_killed_goes_on_from_both_files()
    {
        await KilledAsync(2, 3);
        Assert.True(new FileInfo(Wal).Length > 0);
        await using var hub = await OpenAsync();
        Assert.Equal(3, (await hub.PacketsAsync()).Count);
        Assert.Null(hub.Get<LedgerOpening>().Note);
    }

    [Fact]
    public async Task A_database_without_the_wal_that_it_goes_on_in_is_refused_with_the_way_out()
    {
        await KilledAsync(2);
        File.Delete(Wal);
        File.Delete(Database + "-shm");
        Directory.CreateDirectory(Path.Combine(Data, "backups"));
        await File.WriteAllTextAsync(Path.Combine(Data, "backups", "before-migration-20260101-000000.db"), "x");

        var refusal = await RefusedAsync();
        Assert.Contains("novahub.db-wal, which holds the newest changes", refusal);
        Assert.Contains("before-migration-20260101-000000.db", refusal);

        // The way out that the sentence names
        Assert.EndsWith($"touch {Wal}", refusal);
        await File.WriteAllBytesAsync(Wal, []);
        await using var hub = await OpenAsync();
        Assert.Single(await hub.PacketsAsync());
    }

    [Fact]
    public async Task A_copy_of_the_file_alone_while_the_hub_runs_is_refused()
    {
        await using var hub = await OpenAsync();
        await hub.SendAsync(_league, 2, 2);
        var copy = Directory.CreateTempSubdirectory("novahub-opening-").FullName;
        _copies.Add(copy);
        Directory.CreateDirectory(Path.Combine(copy, "data"));
        File.Copy(Database, Path.Combine(copy, "data", "novahub.db"));

        var refusal = await Assert.ThrowsAsync<LedgerRefusedException>(() => TestHub.StartAsync(folder: copy));
        Assert.Contains("copied or moved without it", refusal.Message);
    }

    [Fact]
    public async Task A_database_of_before_beside_the_wal_of_later_is_refused_and_opens_without_it()
    {
        var before = await File.ReadAllBytesAsync(Database, TestContext.Current.CancellationToken);
        await KilledAsync(2, 3);
        await File.WriteAllBytesAsync(Database, before, TestContext.Current.CancellationToken);

        Assert.Contains("belongs to another database", await RefusedAsync());

        File.Delete(Wal);
        File.Delete(Database + "-shm");
        await AssertRestoredAsync(1);
    }

    [Fact]
    public async Task A_copy_made_by_sqlite_beside_the_wal_of_the_same_time_is_refused_and_opens_without_it()
    {
        var copy = Path.Combine(_folder, "copy.db");
        await KilledAsync(hub => CopyAsync(copy), 2, 3);
        File.Copy(copy, Database, overwrite: true);

        var refusal = await RefusedAsync();
        Assert.Contains("was replaced", refusal);
        Assert.Contains($"remove {Wal} and {Database}-shm", refusal);

        File.Delete(Wal);
        File.Delete(Database + "-shm");
        await AssertRestoredAsync(1, "or the ledger was restored");
    }

    [Fact]
    public async Task The_database_of_another_hub_beside_this_ones_wal_is_refused()
    {
        await KilledAsync(2);
        await using (var other = await TestHub.StartAsync(keep: true))
        {
            _copies.Add(other.Folder);
            await other.AddSandboxLeagueAsync("777");
        }

        File.Copy(Path.Combine(_copies[0], "data", "novahub.db"), Database, overwrite: true);
        Assert.Contains("belongs to another database", await RefusedAsync());
    }

    [Fact]
    public async Task A_database_of_another_time_is_opened_with_a_note()
    {
        var before = await File.ReadAllBytesAsync(Database, TestContext.Current.CancellationToken);
        await using (var hub = await OpenAsync())
        {
            await hub.SendAsync(_league, 2, 2);
        }

        await File.WriteAllBytesAsync(Database, before, TestContext.Current.CancellationToken);
        await AssertRestoredAsync(1);

        // Once
        await using var again = await OpenAsync();
        Assert.Null(again.Get<LedgerOpening>().Note);
    }

    [Fact]
    public async Task A_copy_that_sqlite_made_without_a_wal_gets_one_again()
    {
        var copy = Path.Combine(_folder, "vacuumed.db");
        await using (var hub = await OpenAsync())
        await using (var connection = new SqliteConnection(SqliteSettings.ConnectionString(Database)))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = $"VACUUM INTO '{copy}'";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal((byte)1, (await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken))[18]);
        File.Move(copy, Database, overwrite: true);
        await using var restored = await OpenAsync();
        Assert.Single(await restored.PacketsAsync());
        Assert.True(File.Exists(Wal));
        Assert.Equal((byte)2, (await File.ReadAllBytesAsync(Database, TestContext.Current.CancellationToken))[18]);
    }

    [Fact]
    public async Task The_backup_before_a_migration_opens_by_itself_and_takes_no_wal_for_its()
    {
        await using (var source = new SqliteConnection(SqliteSettings.ConnectionString(Database)))
        {
            await source.OpenAsync();
            await using var command = source.CreateCommand();
            command.CommandText = """DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = (SELECT MAX("MigrationId") FROM "__EFMigrationsHistory")""";
            // What the newest migration adds is there already, so that the migration fails after its backup
            await command.ExecuteNonQueryAsync();
        }

        Forget(Database);
        await Assert.ThrowsAnyAsync<Exception>(OpenAsync);
        var backup = Assert.Single(Directory.GetFiles(Path.Combine(Data, "backups"), "*.db"));
        Assert.Empty(Directory.GetFiles(Path.Combine(Data, "backups"), "*-wal"));
        Assert.Null(LedgerJudge.Inside(backup, TestContext.Current.CancellationToken));
        var mark = LedgerFile.Read(backup).Mark;
        Assert.False(mark.GoesOn);
        Assert.NotEqual(LedgerFile.Read(Database).Mark.Generation, mark.Generation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_malformed_page_is_found_before_the_hub_serves(bool killed)
    {
        if (killed)
        {
            await KilledAsync(2);
        }

        await using (var file = new FileStream(Database, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = PageOf("Packets") * 4096;
            await file.WriteAsync(new byte[4096].Select(_ => (byte)0xA5).ToArray());
        }

        // A checkpoint would mend a page that is in the WAL
        if (killed)
        {
            await File.WriteAllBytesAsync(Wal, []);
        }

        var before = await File.ReadAllBytesAsync(Database, TestContext.Current.CancellationToken);
        var refusal = await RefusedAsync();
        Assert.Contains("is damaged", refusal);
        Assert.Contains("No backup lies in", refusal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Database, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_is_no_database_or_is_gone_is_not_taken_for_a_new_hub()
    {
        var whole = await File.ReadAllBytesAsync(Database, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Database, new string('x', 10_000), TestContext.Current.CancellationToken);
        Assert.Contains("is no database", await RefusedAsync());
        await File.WriteAllBytesAsync(Database, [], TestContext.Current.CancellationToken);
        Assert.Contains("gone or empty", await RefusedAsync());
        File.Delete(Database);
        Assert.Contains("gone or empty", await RefusedAsync(template: false));
        await File.WriteAllBytesAsync(Database, whole[..(whole.Length / 2 / 4096 * 4096)], TestContext.Current.CancellationToken);
        Assert.Contains("is damaged", await RefusedAsync());
    }

    private async Task<TestHub> OpenAsync() => await TestHub.StartAsync(folder: _folder);

    private async Task AssertRestoredAsync(int packets, string note = "restored or brought here")
    {
        await using var hub = await OpenAsync();
        Assert.Equal(packets, (await hub.PacketsAsync()).Count);
        Assert.NotNull(hub.Get<LedgerOpening>().Note);
        var told = await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.LedgerRestored), null, false, 10, CancellationToken.None);
        Assert.Contains(note, Assert.Single(told.Items).Sentence);
    }

    private async Task<string> RefusedAsync(bool template = true)
    {
        if (template)
        {
            return (await Assert.ThrowsAsync<LedgerRefusedException>(OpenAsync)).Message;
        }

        var options = new StorageOptions { DataFolder = Data };
        return Assert.Throws<LedgerRefusedException>(
            () => LedgerJudge.Files(options, LedgerFile.Read(Database), WalFile.Read(Wal), LedgerRecord.Read(options))).Message;
    }

    private Task KilledAsync(params int[] sequences) => KilledAsync(_ => Task.CompletedTask, sequences);

    // What a killed hub leaves: its files as they are while it runs, put in the place of those it closed in order
    private async Task KilledAsync(Func<TestHub, Task> first, params int[] sequences)
    {
        var left = Directory.CreateDirectory(Path.Combine(_folder, "left")).FullName;
        await using (var hub = await OpenAsync())
        {
            await first(hub);
            foreach (var sequence in sequences)
            {
                await hub.SendAsync(_league, 2, sequence);
            }

            foreach (var file in Directory.GetFiles(Data, "novahub.db*"))
            {
                File.Copy(file, Path.Combine(left, Path.GetFileName(file)), overwrite: true);
            }
        }

        Forget(Database);
        foreach (var file in Directory.GetFiles(left))
        {
            File.Move(file, Path.Combine(Data, Path.GetFileName(file)), overwrite: true);
        }
    }

    private async Task CopyAsync(string path)
    {
        await using var from = new SqliteConnection(SqliteSettings.ConnectionString(Database));
        await using var to = new SqliteConnection($"Data Source={path};Pooling=False");
        await from.OpenAsync();
        await to.OpenAsync();
        from.BackupDatabase(to);
    }

    private long PageOf(string table)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT rootpage - 1 FROM sqlite_master WHERE name = '{table}'";
        return (long)command.ExecuteScalar()!;
    }

    private static void Forget(string database)
    {
        using var connection = new SqliteConnection(SqliteSettings.ConnectionString(database));
        SqliteConnection.ClearPool(connection);
    }
}
