using System.Text.Json;
using NovaHub.Client.Configuration;
using NovaHub.Client.Screen;
using NovaHub.Client.Sync;
using NovaHub.Engine.Games;

namespace NovaHub.Client.Play;

/// <summary>
/// Syncs and runs the games, each by its own schedule, until it is stopped. Schedules are counted by a clock that nobody sets.
/// </summary>
internal sealed class Daemon(ClientConfig config, Synchronizer synchronizer, GameRunner games, TimeProvider time, IVoice voice) : IDisposable
{
    private static readonly TimeSpan s_inUseAgain = TimeSpan.FromSeconds(30);

    // A game that is at work when we are stopped is let finish; inuse.flg stays behind one that is killed
    private static readonly TimeSpan s_gameGrace = TimeSpan.FromSeconds(40);

    private readonly GameFolders _folders = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Plan> _plans = config.Enabled.Where(l => l.GameFolder is not null).ToDictionary(l => l.Key, l => new Plan(l), StringComparer.Ordinal);
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private long _nextSync;
    private SyncReport? _last;
    private DateTimeOffset? _lastGood;
    private (int All, int Failed, int Uploaded, int Downloaded) _count;

    public async Task RunAsync(CancellationToken stop)
    {
        var now = time.GetTimestamp();
        _nextSync = now;
        foreach (var plan in _plans.Values)
        {
            plan.Due = config.Daemon.MaintenanceInterval > TimeSpan.Zero ? now : null;
        }

        using var gameStop = new CancellationTokenSource();
        while (!stop.IsCancellationRequested)
        {
            if (Left(_nextSync) <= TimeSpan.Zero)
            {
                _nextSync = After(config.Daemon.SyncInterval);
                await SyncAsync(stop);
            }

            StartDue(gameStop.Token, stop);
            WriteStatus("waiting");
            await WaitAsync(stop);
        }

        WriteStatus("stopping");
        gameStop.CancelAfter(s_gameGrace);
        await Task.WhenAll(_plans.Values.Select(p => p.Running ?? Task.CompletedTask));
        WriteStatus("stopped");
    }

    public void Dispose()
    {
        _folders.Dispose();
        _wake.Dispose();
    }

    private async Task SyncAsync(CancellationToken stop)
    {
        WriteStatus("syncing");
        SyncReport report;
        try
        {
            report = await synchronizer.RunAsync(_folders.TryTake, stop);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A fault of this program. A daemon that nobody looks at goes on, and says so
            voice.Say(Level.Error, $"The sync failed and is tried again in {config.Daemon.SyncInterval.TotalSeconds:F0} s: {fault}");
            _count = (_count.All + 1, _count.Failed + 1, _count.Uploaded, _count.Downloaded);
            return;
        }

        voice.Summary(report);
        var failed = report.Errors.Count > 0;
        lock (_gate)
        {
            _last = report;
            _lastGood = failed ? _lastGood : report.Ended;
            _count = (_count.All + 1, _count.Failed + (failed ? 1 : 0), _count.Uploaded + report.Uploaded, _count.Downloaded + report.Downloaded);
        }

        foreach (var (key, league) in report.Leagues)
        {
            if (league.Downloaded > 0 && config.Daemon.RunMaintenanceOnDownload && _plans.TryGetValue(key, out var plan))
            {
                plan.Due = time.GetTimestamp();
            }
        }
    }

    private void StartDue(CancellationToken gameStop, CancellationToken stop)
    {
        foreach (var plan in _plans.Values)
        {
            if (plan.Due is { } due && Left(due) <= TimeSpan.Zero && plan.Running is null or { IsCompleted: true } && !stop.IsCancellationRequested)
            {
                plan.Due = config.Daemon.MaintenanceInterval > TimeSpan.Zero ? After(config.Daemon.MaintenanceInterval) : null;
                plan.Running = PlayAsync(plan, gameStop, stop);
            }
        }
    }

    private async Task PlayAsync(Plan plan, CancellationToken gameStop, CancellationToken stop)
    {
        var league = plan.League;
        try
        {
            // Two leagues may share a folder
            using var taken = await _folders.TakeAsync(league, stop);
            voice.Say(Level.Info, $"{league.Key}: maintenance begins ({league.GameCommand} {league.MaintenanceArgs}).");
            var began = time.GetTimestamp();
            var result = await games.RunAsync(league, gameStop);
            plan.Note(result, time.GetUtcNow());
            switch (result.Outcome)
            {
                case PlayResult.Done:
                    voice.Say(Level.Info, $"{league.Key}: maintenance done in {time.GetElapsedTime(began).TotalSeconds:F1} s.");
                    break;
                case PlayResult.InUse:
                    voice.Say(Level.Info, $"{league.Key}: {result.Trouble} Trying again in {s_inUseAgain.TotalSeconds:F0} s.");
                    plan.Due = After(s_inUseAgain);
                    break;
                default:
                    voice.Say(Level.Error, $"{league.Key}: maintenance failed. {result.Trouble}");
                    break;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            plan.Note(new PlayResult(PlayResult.Failed, failure.Message), time.GetUtcNow());
            voice.Say(Level.Error, $"{league.Key}: maintenance failed. {(failure is IOException or UnauthorizedAccessException ? failure.Message : failure)}");
        }

        if (HasMail(league))
        {
            _nextSync = time.GetTimestamp();
        }

        _wake.Release();
    }

    private static bool HasMail(LeagueSettings league) => Directory.Exists(league.OutboundDir) && Directory.EnumerateFiles(league.OutboundDir)
        .Any(f => PacketName.TryParse(Path.GetFileName(f), out var name) && name.League == league.Id && name.Source == league.BbsIndex);

    private async Task WaitAsync(CancellationToken stop)
    {
        var next = _plans.Values.Where(p => p.Running is null or { IsCompleted: true }).Select(p => p.Due).OfType<long>().Append(_nextSync).Min();
        var wait = Left(next);
        try
        {
            // A turn at least each minute keeps the status file fresh
            await _wake.WaitAsync(TimeSpan.FromMilliseconds(Math.Clamp(wait.TotalMilliseconds, 0, 60_000)), stop);
        }
        catch (OperationCanceledException)
        {
            voice.Say(Level.Info, "Stopping.");
        }
    }

    private TimeSpan Left(long at) => time.GetElapsedTime(time.GetTimestamp(), at);

    private long After(TimeSpan span) => time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);

    private void WriteStatus(string doing)
    {
        DaemonStatus status;
        lock (_gate)
        {
            status = new DaemonStatus(
                Environment.ProcessId, ClientVersion.Text, Metrics.Stamp(_started), Metrics.Stamp(time.GetUtcNow()), doing,
                _last is null ? null : Metrics.Stamp(_last.Ended), _last is null ? null : _last.Errors.Count == 0,
                _lastGood is { } good ? Metrics.Stamp(good) : null, _count.All, _count.Failed, _count.Uploaded, _count.Downloaded,
                config.Enabled.ToDictionary(l => l.Key, l => _plans.TryGetValue(l.Key, out var plan) ? plan.Status : new LeagueStatus(null, null, null, 0), StringComparer.Ordinal));
        }

        try
        {
            AtomicFile.Write(config.Beside(DaemonStatus.FileName), JsonSerializer.SerializeToUtf8Bytes(status, ClientJson.Default.DaemonStatus));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            voice.Say(Level.Warning, $"The status file can't be written: {failure.Message}");
        }
    }

    /// <summary>A league's place in the schedule.</summary>
    private sealed class Plan(LeagueSettings league)
    {
        public LeagueSettings League { get; } = league;

        public long? Due { get; set; }

        public Task? Running { get; set; }

        public LeagueStatus Status { get; private set; } = new(null, null, null, 0);

        public void Note(PlayResult result, DateTimeOffset at) =>
            Status = new LeagueStatus(Metrics.Stamp(at), result.Outcome, result.Trouble, Status.Maintenances + (result.Outcome == PlayResult.InUse ? 0 : 1));
    }
}
