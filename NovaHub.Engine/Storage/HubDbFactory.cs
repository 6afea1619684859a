using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using NovaHub.Engine.Storage.Opening;
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
    /// <param name="builder">The context's options.</param>
    /// <param name="path">The file.</param>
    /// <param name="damage">Told of damage that the context meets; once there is any, it can't write.</param>
    public static DbContextOptionsBuilder UseHubSqlite(this DbContextOptionsBuilder builder, string path, LedgerDamage? damage = null)
    {
        builder.UseSqlite(ConnectionString(path))
            .AddInterceptors(new PragmaInterceptor(damage))
            .ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning));
        return damage is null ? builder : builder.AddInterceptors(new DamageInterceptor(damage));
    }

    /// <summary>Opens a connection beside Entity Framework's.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="pooled">Whether it is one of the pool, or one of its own.</param>
    public static SqliteConnection Open(string path, bool pooled = true)
    {
        var connection = new SqliteConnection(ConnectionString(path) + (pooled ? "" : ";Pooling=False"));
        try
        {
            connection.Open();
            Apply(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Sets what SQLite keeps per connection only. FULL: an acknowledged upload survives a power cut. Checkpoints are made in
    /// one place (<c>Storage/Opening</c>), never by a commit.
    /// </summary>
    public static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout=30000; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0;";
        command.ExecuteNonQuery();
    }

    private sealed class PragmaInterceptor(LedgerDamage? damage) : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Prepare(connection);

        public override Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Prepare(connection);
            return Task.CompletedTask;
        }

        private void Prepare(DbConnection connection)
        {
            Apply(connection);
            if (damage?.Found is not null)
            {
                using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA query_only=1";
                command.ExecuteNonQuery();
            }
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
