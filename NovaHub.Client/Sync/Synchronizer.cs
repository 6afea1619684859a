using System.Text.Json;
using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Wire;

namespace NovaHub.Client.Sync;

/// <summary>One sync of every league: sends first, then receives, and writes down what came of it.</summary>
internal sealed class Synchronizer(ClientConfig config, HubClient hub, TimeProvider time, IVoice voice, Redactor redactor)
{
    // Finishing the file in hand may take a while, but a service manager kills what does not end
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(20);

    private bool _hubSaysWho = true;

    /// <summary>Syncs all leagues that <paramref name="mayTouch"/> lets it.</summary>
    /// <param name="mayTouch">Takes a league for the time of its sync, or null while its game runs.</param>
    /// <param name="stop">Ends the sync after the file in hand.</param>
    public async Task<SyncReport> RunAsync(Func<LeagueSettings, IDisposable?> mayTouch, CancellationToken stop)
    {
        var report = new SyncReport(time.GetUtcNow());
        foreach (var league in config.Enabled)
        {
            report.Leagues[league.Key] = new LeagueReport(league.Id);
        }

        using var now = new CancellationTokenSource();
        await using var grace = stop.UnsafeRegister(_ => now.CancelAfter(s_grace), null);
        try
        {
            await voice.WatchAsync(() => AllAsync(report, mayTouch, new Stop(stop, now.Token)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            report.Interrupted = true;
        }

        report.Interrupted |= stop.IsCancellationRequested;
        report.Ended = time.GetUtcNow();
        WriteMetrics(report);
        return report;
    }

    private async Task AllAsync(SyncReport report, Func<LeagueSettings, IDisposable?> mayTouch, Stop stop)
    {
        try
        {
            var me = _hubSaysWho ? await hub.MeAsync(stop.Soon) : null;
            _hubSaysWho = me is not null;
            if (config.Leagues.Count == 0)
            {
                voice.Say(Level.Info, "Signed in. No league is configured yet, so there is nothing to carry.");
                return;
            }

            using var journal = Journal.Open(config.Beside(Journal.FileName), time);
            foreach (var league in config.Enabled)
            {
                if (stop.Soon.IsCancellationRequested)
                {
                    return;
                }

                using var taken = mayTouch(league);
                if (taken is null)
                {
                    voice.Say(Level.Detail, $"{league.Key}: its game runs; the league is synced afterwards.");
                    continue;
                }

                await LeagueAsync(league, me, journal, report, stop);
            }
        }
        catch (HubUnreachableException away)
        {
            Fail(report, null, $"The hub can't be reached. {away.Message}");
        }
        catch (HubRefusedException refused)
        {
            Fail(report, null, refused.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Fail(report, null, $"The journal beside the metrics file can't be written: {failure.Message}");
        }
    }

    private async Task LeagueAsync(LeagueSettings league, MeAnswer? me, Journal journal, SyncReport all, Stop stop)
    {
        var report = all.Leagues[league.Key];
        void Error(string message) => Fail(all, league, message);
        try
        {
            if (Membership.Fault(league, me) is { } fault)
            {
                Error(fault);
                return;
            }

            if (FolderFault(league) is { } wrong)
            {
                Error(wrong);
                return;
            }

            if (Directory.Exists(league.OutboundDir))
            {
                await new Sender(hub, config.Sync, time, voice).SendAsync(league, report, Error, stop);
            }
            else
            {
                voice.Say(Level.Warning, $"{league.Key}: the folder {league.OutboundDir} ({league.Setting("outbound_dir")}) does not exist; nothing is sent.");
            }

            if (!stop.Soon.IsCancellationRequested)
            {
                if (!Directory.Exists(league.InboundDir))
                {
                    Directory.CreateDirectory(league.InboundDir);
                    voice.Say(Level.Warning, $"{league.Key}: the folder {league.InboundDir} ({league.Setting("inbound_dir")}) did not exist and was made. Is it the one from which your game reads?");
                }

                var nodelists = new NodelistStore(config.Beside(NodelistStore.FileName), config.Sync.NodelistCheck, voice);
                await new Receiver(hub, journal, nodelists, time, voice).ReceiveAsync(league, report, Error, stop);
            }
        }
        catch (LeagueOverException)
        {
            voice.Say(Level.Detail, $"{league.Key}: nothing more can be done in this sync.");
        }
        catch (HubRefusedException refused) when (refused.Status is not 401)
        {
            Error(refused.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Error(IsDiskFull(failure, league) ? $"The disk is full: {failure.Message} Nothing is lost; what could not be stored is fetched again." : failure.Message);
        }
    }

    // A folder is made where nothing says that the path is wrong; mail in a folder that no game reads would be lost
    private static string? FolderFault(LeagueSettings league) =>
        league.Unfinished.FirstOrDefault() is { } unfinished
            ? $"The file still says {LeagueSettings.ChangeMe} in {unfinished}; write in where the game is. Nothing was sent or fetched for this league."
            : league.GameFolder is { } game && !Directory.Exists(game) && !Directory.Exists(league.InboundDir)
                ? $"The game's folder {game} ({league.Setting("game_folder")}) does not exist, and neither does {league.InboundDir}. Nothing was sent or fetched for this league."
                : null;

    private void Fail(SyncReport report, LeagueSettings? league, string message)
    {
        var text = league is null ? message : $"{league.Key}: {message}";
        report.AddError(time.GetUtcNow(), league?.Key, text);
        voice.Say(Level.Error, text);
    }

    private void WriteMetrics(SyncReport report)
    {
        try
        {
            AtomicFile.Write(config.Sync.MetricsFile, JsonSerializer.SerializeToUtf8Bytes(Metrics.Of(report, redactor.Clean), ClientJson.Default.Metrics));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Fail(report, null, $"The metrics file {config.Sync.MetricsFile} can't be written: {failure.Message}");
        }
    }

    // Asked of the disks themselves: the system's error has another number on each, and .NET words it in several ways
    private bool IsDiskFull(Exception failure, LeagueSettings league)
    {
        const long nearlyNothing = 1024 * 1024;
        if (failure is not IOException || failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }

        try
        {
            return new[] { league.InboundDir, Path.GetDirectoryName(config.Sync.MetricsFile)!, config.Sync.ArchiveDir }
                .Where(Directory.Exists).Any(f => new DriveInfo(f).AvailableFreeSpace < nearlyNothing);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>Holds the file's leagues against what the hub says.</summary>
internal static class Membership
{
    /// <summary>What is wrong with a league in our file, by what the hub says of us; null when nothing, or when the hub says nothing.</summary>
    public static string? Fault(LeagueSettings league, MeAnswer? me)
    {
        if (me is null)
        {
            return null;
        }

        var seat = (me.Leagues ?? []).FirstOrDefault(l => l.LeagueId == league.Id.ToString());
        return seat switch
        {
            null => $"The hub does not have this BBS in league {league.Id}; [{league.Table}] would be refused. Ask the hub's admin, or set enabled = false.",
            _ when seat.BbsIndex != league.BbsIndex =>
                $"The hub has this BBS as #{seat.BbsIndex}, your file says #{league.BbsIndex} ({league.Setting("bbs_index")}, line {league.IndexLine}). Nothing was sent or fetched for this league.",
            _ => null,
        };
    }
}
