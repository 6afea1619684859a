using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Runs;

/// <summary>
/// Watches OUTBOUND of every league for what local play causes: a notice from the file system starts a look, a sweep
/// finds what no notice came for. Files are taken once they have rested, and never beside a run.
/// </summary>
internal sealed class OutboundWatch(
    LeagueAdmin leagues, HubDirectory directory, RunControl control, OutboundCollector collector, RunTools tools, ILogger<OutboundWatch> log)
    : BackgroundService
{
    private readonly ConcurrentDictionary<LeagueId, FileSystemWatcher> _watchers = new();
    private readonly Channel<LeagueId> _noticed = Channel.CreateBounded<LeagueId>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        directory.Refreshed += OnRefreshed;
        var nextSweep = tools.Clock.GetTimestamp();
        try
        {
            await SweepAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                var wait = tools.Options.Sweep - tools.Clock.GetElapsedTime(nextSweep);
                if (wait <= TimeSpan.Zero || !await NoticedAsync(wait, stoppingToken))
                {
                    nextSweep = tools.Clock.GetTimestamp();
                    await SweepAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The hub closes
        }
        finally
        {
            directory.Refreshed -= OnRefreshed;
            foreach (var watcher in _watchers.Values)
            {
                watcher.Dispose();
            }
        }
    }

    private void OnRefreshed() => _noticed.Writer.TryWrite(default);

    // Waits for a notice, lets the files rest, and looks at the league. False when the time went by
    private async Task<bool> NoticedAsync(TimeSpan wait, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(wait);
        var noticed = new HashSet<LeagueId>();
        try
        {
            noticed.Add(await _noticed.Reader.ReadAsync(limit.Token));
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return false;
        }

        await Task.Delay(tools.Options.SettleTime + TimeSpan.FromMilliseconds(50), tools.Clock, stoppingToken);
        while (_noticed.Reader.TryRead(out var more))
        {
            noticed.Add(more);
        }

        if (noticed.Contains(default))
        {
            return false;
        }

        foreach (var league in await leagues.ListAsync(stoppingToken))
        {
            if (noticed.Contains(league.Id))
            {
                await LookAsync(league);
            }
        }

        return true;
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        foreach (var league in await leagues.ListAsync(stoppingToken))
        {
            if (GameFolder.Of(league) is { } folder && Directory.Exists(folder.Outbound))
            {
                Watch(league.Id, folder.Outbound);
                await LookAsync(league);
            }
        }
    }

    private void Watch(LeagueId league, string outbound)
    {
        if (_watchers.TryGetValue(league, out var there) && there.Path == outbound)
        {
            return;
        }

        there?.Dispose();
        var watcher = new FileSystemWatcher(outbound) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
        watcher.Created += (_, _) => _noticed.Writer.TryWrite(league);
        watcher.Changed += (_, _) => _noticed.Writer.TryWrite(league);
        watcher.Renamed += (_, _) => _noticed.Writer.TryWrite(league);
        watcher.EnableRaisingEvents = true;
        _watchers[league] = watcher;
    }

    private async Task LookAsync(League league)
    {
        var folder = GameFolder.Of(league)!;
        try
        {
            // While a player is inside, the game may still be writing
            if (folder.Lock is not null || !Directory.EnumerateFiles(folder.Outbound).Any())
            {
                return;
            }

            var collected = new Collected(0, [], []);
            var held = await control.HoldAsync(league, async () =>
                collected = await collector.CollectAsync(folder, null, tools.Options.SettleTime, killed: false));
            if (held && collected.Entered > 0)
            {
                Log.CollectedOutsideRun(log, collected.Entered, league.Id.ToString());
            }

            foreach (var file in collected.Foreign)
            {
                Log.ForeignFile(log, file, league.Id.ToString());
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.Data.Common.DbException)
        {
            Log.OutboundUnreadable(log, league.Id.ToString(), failure);
        }
    }
}
