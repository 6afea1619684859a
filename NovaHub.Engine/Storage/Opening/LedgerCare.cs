using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>
/// Keeps the database file close behind its WAL, and looks through the database once a day for damage that came without
/// anybody writing the file.
/// </summary>
internal sealed class LedgerCare(StorageOptions options, LedgerDamage damage, TimeProvider clock, ILogger<LedgerCare> log) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_checkpoints = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_firstThrough = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_through = TimeSpan.FromDays(1);

    // A WAL this long is played at once, whenever the last time was; when that did not cut it back (a long reading, a full
    // disk) a little later again
    private const long LongWal = 32L * 1024 * 1024;

    // What the health checks of an idle hub write is not worth a checkpoint
    private const long WorthIt = 64 * 1024;

    private long WalLength => new FileInfo(options.DatabasePath + "-wal") is { Exists: true } wal ? wal.Length : 0;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (began, checkpoint) = (clock.GetTimestamp(), clock.GetTimestamp());
        var (nextThrough, pause) = (s_firstThrough, TimeSpan.Zero);
        using var timer = new PeriodicTimer(s_look, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var since = clock.GetElapsedTime(checkpoint);
                if ((WalLength >= LongWal && since >= pause) || (WalLength >= WorthIt && since >= s_checkpoints))
                {
                    // Off the pool: it waits for the disk
                    await Task.Factory.StartNew(Checkpoint, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                    checkpoint = clock.GetTimestamp();
                    pause = WalLength >= LongWal ? s_again : TimeSpan.Zero;
                }

                if (clock.GetElapsedTime(began) >= nextThrough)
                {
                    await Task.Factory.StartNew(() => LookThrough(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                    nextThrough = clock.GetElapsedTime(began) + s_through;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The hub closes
        }
    }

    private void Checkpoint()
    {
        if (damage.Found is not null)
        {
            return;
        }

        try
        {
            using var turn = LedgerTurn.TryTake(options);
            if (turn is not null)
            {
                LedgerCheckpoint.Run(options);
            }
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException)
        {
            damage.Note(failure);
            Log.NoCheckpoint(log, failure);
        }
    }

    // Table by table, so that no reading lasts so long that the WAL can't be cut back
    private void LookThrough(CancellationToken stoppingToken)
    {
        try
        {
            using var connection = new SqliteConnection(SqliteSettings.ConnectionString(options.DatabasePath));
            connection.Open();
            SqliteSettings.Apply(connection);
            foreach (var table in Tables(connection))
            {
                if (LedgerJudge.FirstFault(connection, $"PRAGMA quick_check(\"{table}\")", stoppingToken) is { } finding)
                {
                    damage.Note(finding);
                    return;
                }
            }
        }
        catch (DbException failure)
        {
            damage.Note(failure);
            Log.NotLookedThrough(log, failure);
        }
    }

    private static List<string> Tables(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        using var reader = command.ExecuteReader();
        var tables = new List<string>();
        while (reader.Read())
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }
}
