using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

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
        byte[] body;
        try
        {
            // Read at once and let go of: an open file is a lock to others, and a DOS emulator waits for it to go
            if (OutboundBody.TryRead(file) is not { } read)
            {
                report.Waiting++;
                voice.Say(Level.Detail, $"{league.Key}: {file.Name} is in use and waits.");
                return true;
            }

            if (read.Length == 0)
            {
                // The hub takes no empty packet; a game that just made the file will fill it
                report.Waiting++;
                voice.Say(Level.Detail, $"{league.Key}: {file.Name} is empty and waits.");
                return true;
            }

            body = read;
            await hub.UploadAsync(file.Name, body, stop.Now);
        }
        catch (HubRefusedException refused)
        {
            error($"{file.Name} was not taken. {refused.Message}{(refused.Status == 403 ? $" Your file says this BBS is #{league.BbsIndex} ({league.Setting("bbs_index")}, line {league.IndexLine})." : "")}");
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
        catch (PacketTooLargeException tooLarge)
        {
            error(tooLarge.Message);
            return true;
        }

        report.Uploaded++;
        report.BytesUploaded += body.Length;
        voice.Say(Level.Detail, $"{league.Key}: sent {file.Name} ({body.Length} bytes).");
        LetGo(file, body, league, error);
        return true;
    }

    // The hub has it: from here on a failure costs at most a second, harmless upload of the same bytes
    private void LetGo(OutboundFile file, byte[] sent, LeagueSettings league, Action<string> error)
    {
        try
        {
            // BRE adds to a packet that waits: what came after we read it is not at the hub
            if (!File.Exists(file.Path))
            {
                return;
            }

            if (!OutboundBody.IsStill(file, sent, league.OutboundDir))
            {
                voice.Say(Level.Warning, $"{file.Name} changed after it was sent; it stays and is sent again.");
            }
            else if (settings.SentAction == SentAction.Delete)
            {
                File.Delete(file.Path);
            }
            else
            {
                Archive(file, sent);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error($"{file.Name} was sent but could not be {(settings.SentAction == SentAction.Delete ? "deleted" : $"moved to {settings.ArchiveDir}")}: {failure.Message}");
        }
    }

    private void Archive(OutboundFile file, byte[] sent)
    {
        Directory.CreateDirectory(settings.ArchiveDir);
        var place = FreeName(file.Name, sent, out var kept);
        if (!kept && AtomicMove.TryRename(file.Path, place))
        {
            return;
        }

        if (!kept)
        {
            // The archive is on another file system
            DurableFile.Write(place, sent);
            File.SetLastWriteTimeUtc(place, file.WrittenAt);
        }

        File.Delete(file.Path);
    }

    // A name comes again after a thousand packets; nothing in the archive is written over. The same bytes need no second copy
    private string FreeName(PacketName name, byte[] bytes, out bool kept)
    {
        var path = Path.Combine(settings.ArchiveDir, name.ToString());
        kept = false;
        for (var n = 1; File.Exists(path) && !kept; n++)
        {
            kept = new FileInfo(path).Length == bytes.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes);
            path = kept ? path : Path.Combine(settings.ArchiveDir, $"{name}.{n}");
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
            voice.Say(Level.Warning, $"{league.Key}: {count} packet(s) in {league.OutboundDir} are from BBS #{source}, and your file says #{league.BbsIndex} ({league.Setting("bbs_index")}, line {league.IndexLine}); they are not sent.");
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
