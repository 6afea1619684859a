using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Engine.Games;

namespace NovaHub.Client.Sync;

/// <summary>Sends a league's packets: one after another, in the game's order, each let go of only after the hub's 200.</summary>
internal sealed class Sender(HubClient hub, SyncSettings settings, TimeProvider time, IVoice voice)
{
    public async Task SendAsync(LeagueSettings league, LeagueReport report, Action<string> error, Stop stop)
    {
        var look = await Outbound.LookAsync(league.OutboundDir, league.Id, league.BbsIndex, time, stop.Soon);
        Tell(league, look, report);
        if (look.Ready.Count == 0)
        {
            return;
        }

        var line = voice.Begin($"{league.Key} sends", look.Ready.Count);
        try
        {
            foreach (var file in look.Ready)
            {
                if (stop.Soon.IsCancellationRequested)
                {
                    return;
                }

                line.File(file.Name.ToString());
                if (!await OneAsync(league, file, report, error, stop))
                {
                    return;
                }

                line.Done();
            }
        }
        finally
        {
            line.End();
        }
    }

    // False when the ones behind it should not overtake it
    private async Task<bool> OneAsync(LeagueSettings league, OutboundFile file, LeagueReport report, Action<string> error, Stop stop)
    {
        try
        {
            await using (var body = FileLocks.TryOpen(file.Path))
            {
                if (body is null)
                {
                    report.Waiting++;
                    voice.Say(Level.Detail, $"{league.Key}: {file.Name} is in use and waits.");
                    return true;
                }

                if (body.Length == 0)
                {
                    // The hub takes no empty packet; a game that just made the file will fill it
                    report.Waiting++;
                    voice.Say(Level.Detail, $"{league.Key}: {file.Name} is empty and waits.");
                    return true;
                }

                await hub.UploadAsync(file.Name, body, stop.Now);
            }
        }
        catch (HubRefusedException refused)
        {
            error($"{file.Name} was not taken. {refused.Message}{(refused.Status == 403 ? $" Your file says this BBS is #{league.BbsIndex} ({league.Table}.bbs_index, line {league.IndexLine})." : "")}");
            if (refused.Status is 401 or 403)
            {
                // What goes for this one goes for all of them
                throw new LeagueOverException();
            }

            return refused.Status < 500;
        }
        catch (FileNotFoundException)
        {
            // The game took it back
            return true;
        }
        catch (UnauthorizedAccessException denied)
        {
            error($"{file.Name} can't be read: {denied.Message}");
            return true;
        }

        report.Uploaded++;
        report.BytesUploaded += file.Length;
        voice.Say(Level.Detail, $"{league.Key}: sent {file.Name} ({file.Length} bytes).");
        LetGo(file, error);
        return true;
    }

    // The hub has it: from here on a failure costs at most a second, harmless upload of the same bytes
    private void LetGo(OutboundFile file, Action<string> error)
    {
        try
        {
            var now = new FileInfo(file.Path);
            if (now.Exists && (now.Length != file.Length || now.LastWriteTimeUtc != file.WrittenAt))
            {
                voice.Say(Level.Warning, $"{file.Name} changed after it was sent; it stays and is sent again.");
                return;
            }

            if (settings.SentAction == SentAction.Delete)
            {
                File.Delete(file.Path);
                return;
            }

            Directory.CreateDirectory(settings.ArchiveDir);
            File.Move(file.Path, FreeName(file.Name));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error($"{file.Name} was sent but could not be {(settings.SentAction == SentAction.Delete ? "deleted" : $"moved to {settings.ArchiveDir}")}: {failure.Message}");
        }
    }

    // A name comes again after a thousand packets; nothing in the archive is written over
    private string FreeName(PacketName name)
    {
        var path = Path.Combine(settings.ArchiveDir, name.ToString());
        for (var n = 1; File.Exists(path); n++)
        {
            path = Path.Combine(settings.ArchiveDir, $"{name}.{n}");
        }

        return path;
    }

    private void Tell(LeagueSettings league, OutboundLook look, LeagueReport report)
    {
        report.Waiting += look.Unfinished.Count;
        foreach (var name in look.Unfinished)
        {
            voice.Say(Level.Detail, $"{league.Key}: {name} is still being written and waits.");
        }

        foreach (var source in look.Foreign.Select(n => n.Source).Distinct().Order())
        {
            var count = look.Foreign.Count(n => n.Source == source);
            voice.Say(Level.Warning, $"{league.Key}: {count} packet(s) in {league.OutboundDir} are from BBS #{source}, and your file says #{league.BbsIndex} ({league.Table}.bbs_index, line {league.IndexLine}); they are not sent.");
        }

        foreach (var name in look.Twins)
        {
            voice.Say(Level.Warning, $"{league.Key}: several files in {league.OutboundDir} are called {name} and differ only in case; all are sent, the oldest first.");
        }
    }
}

/// <summary>Nothing more can be done for this league in this sync; the reason has been told.</summary>
internal sealed class LeagueOverException : Exception;

/// <summary>How a sync is stopped: after the file in hand, or where it stands.</summary>
/// <param name="Soon">Begin nothing new.</param>
/// <param name="Now">Let go of what is in hand.</param>
internal sealed record Stop(CancellationToken Soon, CancellationToken Now);
