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
    LeagueAdmin leagues, HubDirectory directory, RunControl control, OutboundCollector collector, RunTools tools, FolderWatching watching, ILogger<OutboundWatch> log)
    : BackgroundService
{
    private readonly ConcurrentDictionary<LeagueId, FileSystemWatcher> _watchers = new();
    private readonly Channel<LeagueId> _noticed = Channel.CreateBounded<LeagueId>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        directory.Refreshed += OnRefreshed;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var swept = tools.Clock.GetTimestamp();
                await SweepAsync(stoppingToken);
                TimeSpan left;
                do
                {
                    left = watching.Pause(tools.Options.Sweep) - tools.Clock.GetElapsedTime(swept);
                }
                while (left > TimeSpan.Zero && await NoticedAsync(left, stoppingToken));
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
        using var time = new CancellationTokenSource(wait, tools.Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, time.Token);
        var noticed = new HashSet<LeagueId>();
        try
        {
            noticed.Add(await _noticed.Reader.ReadAsync(limit.Token));
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return false;
        }

        var there = await ListAsync(stoppingToken);
        Observe(there.Where(l => noticed.Contains(l.Id)));
        await Task.Delay(tools.Options.SettleTime + TimeSpan.FromMilliseconds(50), tools.Clock, stoppingToken);
        while (_noticed.Reader.TryRead(out var more))
        {
            noticed.Add(more);
        }

        if (noticed.Contains(default))
        {
            return false;
        }

        foreach (var league in there.Where(l => noticed.Contains(l.Id)))
        {
            await LookAsync(league);
        }

        return true;
    }

    // From here on it counts how long the files rest
    private void Observe(IEnumerable<League> noticed)
    {
        foreach (var league in noticed)
        {
            try
            {
                if (GameFolder.Of(league) is { } folder)
                {
                    collector.Observe(folder);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                Log.OutboundUnreadable(log, league.Id.ToString(), failure);
            }
        }
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        foreach (var league in await ListAsync(stoppingToken))
        {
            if (GameFolder.Of(league) is { } folder && Directory.Exists(folder.Outbound))
            {
                Watch(league.Id, folder.Outbound);
                await LookAsync(league);
            }
        }
    }

    private async Task<IReadOnlyList<League>> ListAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await leagues.ListAsync(stoppingToken);
        }
        catch (System.Data.Common.DbException failure)
        {
            Log.WatchFailed(log, failure);
            return [];
        }
    }

    private void Watch(LeagueId league, string outbound)
    {
        if (_watchers.TryGetValue(league, out var there) && there.Path == outbound)
        {
            return;
        }

        there?.Dispose();
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(outbound) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
            watcher.Created += (_, _) => _noticed.Writer.TryWrite(league);
            watcher.Changed += (_, _) => _noticed.Writer.TryWrite(league);
            watcher.Renamed += (_, _) => _noticed.Writer.TryWrite(league);
            // Its folder is gone or it lost count: the next sweep makes another
            watcher.Error += (_, _) => _watchers.TryRemove(league, out var _);
            watcher.EnableRaisingEvents = true;
            _watchers[league] = watcher;
            watching.Given(league);
        }
        catch (IOException failure)
        {
            // The system's limit of watches is reached; each sweep tries again
            watcher?.Dispose();
            _watchers.TryRemove(league, out _);
            if (watching.Refused(league))
            {
                Log.NotWatched(log, watching.Missing!, failure.Message);
            }
        }
    }

    private async Task LookAsync(League league)
    {
        if (GameFolder.Of(league) is not { } folder)
        {
            return;
        }

        try
        {
            // With a player inside the game may be at work there; the lease keeps out everybody else
            if (!Directory.Exists(folder.Outbound) || folder.Lock is not null || !MayHaveWork(folder))
            {
                return;
            }

            var collected = new Collected();
            var held = await control.HoldAsync(league, async () =>
                collected = await collector.CollectAsync(folder, null, tools.Options.SettleTime));
            if (collected.Resting.Count > 0)
            {
                // The notice of its last write may be used up: look once more
                _noticed.Writer.TryWrite(league.Id);
            }

            if (held && collected.Entered > 0)
            {
                Log.CollectedOutsideRun(log, collected.Entered, league.Id.ToString());
            }

            foreach (var sentence in collected.Foreign.Concat(collected.SetAside))
            {
                Log.OutboundOdd(log, sentence);
            }

            foreach (var file in collected.Stuck)
            {
                Log.OutboundStuck(log, file, league.Id.ToString());
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // One league's trouble must not end the watch over the others
            Log.OutboundUnreadable(log, league.Id.ToString(), failure);
        }
    }

    private static bool MayHaveWork(GameFolder folder) =>
        Directory.EnumerateFileSystemEntries(folder.Outbound).Any() || TakenFolder.MayHoldFiles(folder);
}
