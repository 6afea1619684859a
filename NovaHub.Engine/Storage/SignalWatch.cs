using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine.Storage;

/// <summary>Notices what other processes on the same database changed, and tells whoever asked, within a quarter of a second.</summary>
public sealed class SignalWatch(StorageOptions options, LedgerDamage damage, TimeProvider clock, ILogger<SignalWatch> log) : BackgroundService
{
    /// <summary>How often the few rows are read.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs for each topic whose version rose. Handlers are short and don't throw.</summary>
    public event Action<string>? Changed;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var connection = SqliteSettings.Open(options.DatabasePath);
        using var command = connection.CreateCommand();
        command.CommandText = """SELECT "Topic", "Version" FROM "Signals" """;
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            Look(command, seen);
        }
        while (await NextAsync(timer, stoppingToken));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Look(DbCommand command, Dictionary<string, long> seen)
    {
        var changed = new List<string>();
        try
        {
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var (topic, version) = (reader.GetString(0), reader.GetInt64(1));
                if (!seen.TryGetValue(topic, out var before) || before != version)
                {
                    seen[topic] = version;
                    changed.Add(topic);
                }
            }
        }
        catch (DbException failure)
        {
            damage.Note(failure);
            Log.SignalsUnreadable(log, failure);
        }

        foreach (var topic in changed)
        {
            Changed?.Invoke(topic);
        }
    }
}
