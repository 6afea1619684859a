using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Storage;

public sealed class DatabaseMigrationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("novahub-migration-").FullName;
    private readonly ServiceProvider _services;

    public DatabaseMigrationTests()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Storage:DataFolder"] = _folder }).Build();
        _services = new ServiceCollection().AddLogging().AddNovaHubEngine(configuration).BuildServiceProvider();
    }

    private string Database => Path.Combine(_folder, "novahub.db");

    private DatabaseMigration Migration => _services.GetRequiredService<DatabaseMigration>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _services.Dispose();
        SqliteConnection.ClearPool(new SqliteConnection(SqliteSettings.ConnectionString(Database)));
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_new_database_has_the_whole_schema_and_is_safe_from_a_power_cut()
    {
        await Migration.ApplyAsync(Stop);
        Assert.Equal("wal", Ask("PRAGMA journal_mode"));
        await using var db = await _services.GetRequiredService<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Stop));
        Assert.False(db.Database.HasPendingModelChanges());
        await db.Database.OpenConnectionAsync(Stop);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA synchronous";
        Assert.Equal(2L, await command.ExecuteScalarAsync(Stop));
        Assert.Empty(Backups());
    }

    [Fact]
    public async Task A_database_of_an_older_program_is_copied_and_then_migrated()
    {
        await MigrateToFirstAsync();
        Run("""INSERT INTO "Signals" ("Topic", "Version") VALUES ('kept', 7)""");
        await Migration.ApplyAsync(Stop);

        Assert.Equal("7", Ask("""SELECT "Version" FROM "Signals" WHERE "Topic" = 'kept'"""));
        var backup = Assert.Single(Backups());
        Assert.EndsWith(".db", backup);
        Assert.Equal("1", Ask("""SELECT COUNT(*) FROM "__EFMigrationsHistory" """, backup));
        Assert.Equal("7", Ask("""SELECT "Version" FROM "Signals" WHERE "Topic" = 'kept'""", backup));
        Assert.Equal("ok", Ask("PRAGMA integrity_check", backup));

        // Nothing to do, nothing to copy
        await Migration.ApplyAsync(Stop);
        Assert.Single(Backups());
    }

    [Fact]
    public async Task A_packet_of_a_program_that_knew_no_delivery_numbers_has_the_first_one_and_what_it_was()
    {
        await MigrateToAsync("ConsoleDay");
        Run("""
            INSERT INTO "Packets" ("LeagueId", "Source", "Dest", "Sequence", "RouteOrdinal", "Sha256", "Size", "ReceivedAt", "DeliveredAt")
            VALUES ('555B', 2, 3, 1, 1, x'00', 1, '2026-11-01 10:00:00', '2026-11-01 10:05:00')
            """);
        await Migration.ApplyAsync(Stop);
        Assert.Equal(
            "1 unknown 2026-11-01 10:05:00",
            Ask("""SELECT "Delivery" || ' ' || COALESCE("DeliveryProof", 'unknown') || ' ' || "DeliveredAt" FROM "Packets" """));
        await using var db = await _services.GetRequiredService<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        var packet = await db.Set<NovaHub.Engine.Packets.Packet>().SingleAsync(Stop);
        Assert.Equal((1, null), (packet.Delivery, packet.DeliveryProof));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_not_touched()
    {
        await Migration.ApplyAsync(Stop);
        Run("""INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_FromTheFuture', '99.0')""");
        Run("PRAGMA wal_checkpoint(TRUNCATE)");
        var before = SHA256.HashData(await File.ReadAllBytesAsync(Database, Stop));

        var refusal = await Assert.ThrowsAsync<NewerDatabaseException>(() => Migration.ApplyAsync(Stop));
        Assert.Contains("FromTheFuture", refusal.Message);
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(Database, Stop)));
        Assert.Empty(Backups());
    }

    [Fact]
    public async Task Several_processes_that_start_at_once_migrate_once()
    {
        await MigrateToFirstAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Migration.ApplyAsync(Stop))));
        Assert.Single(Backups());
        Assert.Equal("ok", Ask("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task A_process_that_was_killed_while_it_migrated_stops_nobody()
    {
        await MigrateToFirstAsync();
        Run("""CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL)""");
        Run("""INSERT OR REPLACE INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00')""");
        await Migration.ApplyAsync(Stop).WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.Equal("0", Ask("""SELECT COUNT(*) FROM "__EFMigrationsLock" """));
    }

    private async Task MigrateToAsync(string name)
    {
        await using var db = await _services.GetRequiredService<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        await db.GetService<IMigrator>().MigrateAsync(name, Stop);
    }

    private async Task MigrateToFirstAsync()
    {
        await using var db = await _services.GetRequiredService<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        var migrations = db.Database.GetMigrations().ToList();
        Assert.True(migrations.Count > 1);
        await db.GetService<IMigrator>().MigrateAsync(migrations[0], Stop);
    }

    private string[] Backups()
    {
        var folder = Path.Combine(_folder, "backups");
        return Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
    }

    private void Run(string sql) => Ask(sql);

    private string? Ask(string sql, string? path = null)
    {
        using var connection = new SqliteConnection($"Data Source={path ?? Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }
}
