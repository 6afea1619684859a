using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using System.Data.Common;

namespace NovaHub.Engine.Storage;

/// <summary>How connections to SQLite are made: WAL, every commit on disk, patient with a busy writer.</summary>
public static class SqliteSettings
{
    /// <summary>The connection string for a database file.</summary>
    public static string ConnectionString(string path) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        ForeignKeys = true,
        Pooling = true,
        DefaultTimeout = 30,
    }.ToString();

    /// <summary>Points a context at the database file.</summary>
    public static DbContextOptionsBuilder UseHubSqlite(this DbContextOptionsBuilder builder, string path) => builder
        .UseSqlite(ConnectionString(path))
        .AddInterceptors(PragmaInterceptor.Instance)
        .ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning));

    /// <summary>Sets what SQLite keeps per connection only. FULL: an acknowledged upload survives a power cut.</summary>
    public static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout=30000; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=8000;";
        command.ExecuteNonQuery();
    }

    private sealed class PragmaInterceptor : DbConnectionInterceptor
    {
        public static readonly PragmaInterceptor Instance = new();

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

        public override Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Apply(connection);
            return Task.CompletedTask;
        }
    }
}

/// <summary>For <c>dotnet ef migrations add</c>.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<HubDb>
{
    public HubDb CreateDbContext(string[] args) =>
        new((DbContextOptions<HubDb>)new DbContextOptionsBuilder<HubDb>()
            .UseHubSqlite(Path.Combine(Path.GetTempPath(), "novahub-design.db")).Options);
}
