using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Storage.Opening;

/// <summary>Looks through the database once a day for damage that came without anybody writing the file.</summary>
internal sealed class LedgerCare(StorageOptions options, LedgerDamage damage, TimeProvider clock, ILogger<LedgerCare> log) : BackgroundService
{
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_first, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // Off the pool: it waits for the disk
                await Task.Factory.StartNew(() => LookThrough(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                timer.Period = s_day;
            }
        }
        catch (OperationCanceledException)
        {
            // The hub closes
        }
    }

    // Table by table, so that no reading lasts so long that the WAL can't be cut back
    private void LookThrough(CancellationToken stoppingToken)
    {
        try
        {
            using var connection = SqliteSettings.Open(options.DatabasePath);
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
