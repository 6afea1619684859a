using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Engine.Games;
using NovaHub.Wire;

namespace NovaHub.Client.Sync;

/// <summary>
/// Fetches a league's mail, oldest first. A hub that takes receipts is told of a packet once it is safe here; with another one
/// the journal is written before anything is asked for. So whatever breaks, and whatever the hub believes, a packet is neither
/// lost nor given to the game twice.
/// </summary>
internal sealed class Receiver(HubClient hub, Journal journal, NodelistStore nodelists, TimeProvider time, IVoice voice)
{
    // So many packets share one wait for the disk
    private const int Batch = 64;

    // The hub answers each line only after it has noted the delivery on its disk, so several lines share that wait
    private const int Lines = 6;

    private readonly ReceiptSender _receipts = new(hub, voice);

    public async Task ReceiveAsync(LeagueSettings league, LeagueReport report, Action<string> error, Stop stop)
    {
        var folder = new InboundFolder(league.InboundDir, league.Id);
        var work = new Work(league, folder, report, error, stop);
        try
        {
            var unread = await hub.UnreadAsync(league.Id, stop.Now);
            await new Recovery(hub, journal, time, voice).FinishAsync(league, folder, unread, report, error, stop);
            folder.Look();
            await FetchAllAsync(work, Sort(work, unread));
            await nodelists.BringAsync(league, folder, hub, error, stop.Now);
        }
        finally
        {
            folder.Leave();
        }
    }

    // What of the list may be fetched now
    private List<Piece> Sort(Work work, IReadOnlyList<PacketEntry> unread)
    {
        var (league, report) = (work.League, work.Report);
        var mail = new List<Piece>();
        var seen = new Dictionary<string, Piece>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in unread)
        {
            var isNodelist = NodelistName.TryParse(entry.Filename ?? "", out var listed);
            if (isNodelist ? listed != league.Id : !PacketName.TryParse(entry.Filename, out var name) || name.League != league.Id)
            {
                voice.Say(Level.Warning, $"{league.Key}: the hub offers a file whose name is none of this league's; it is left alone.");
                continue;
            }

            if (!isNodelist && PacketName.TryParse(entry.Filename, out var packet) && packet.Dest != league.BbsIndex)
            {
                work.Error($"The hub has this BBS as #{packet.Dest}, your file says #{league.BbsIndex} ({league.Setting("bbs_index")}, line {league.IndexLine}); {entry.Filename} is left at the hub.");
                throw new LeagueOverException();
            }

            if (!isNodelist && seen.TryGetValue(entry.Filename!, out var earlier))
            {
                // The numbering went round while nobody fetched. Asked for as a part, the earlier one stays unread until it is safe
                earlier.AsPart = !earlier.HasReceipt;
                report.Waiting++;
                continue;
            }

            var known = journal.Find(league.Id, entry)?.Step;
            var piece = new Piece(entry, isNodelist) { IsHere = known == Step.Placed };
            seen[entry.Filename!] = piece;
            if (known == Step.Waiting)
            {
                // Gathered already and counted as waiting
                continue;
            }

            if (!isNodelist && !piece.IsHere && work.Folder.Has(entry.Filename!))
            {
                report.Waiting++;
                voice.Say(Level.Detail, $"{league.Key}: {entry.Filename} still lies in {league.InboundDir}; the next one of that name waits.");
                continue;
            }

            mail.Add(piece);
        }

        return mail;
    }

    private async Task FetchAllAsync(Work work, List<Piece> mail)
    {
        if (mail.Count == 0)
        {
            return;
        }

        var line = voice.Begin($"{work.League.Key} receives", mail.Count);
        try
        {
            await FetchAllAsync(work, mail, line);
        }
        finally
        {
            line.End();
        }
    }

    private async Task FetchAllAsync(Work work, List<Piece> mail, IProgressLine line)
    {
        journal.Want(work.League.Id, mail.Where(m => !m.IsNodelist && !m.IsHere && !m.HasReceipt).Select(m => m.Entry));
        foreach (var batch in mail.Chunk(Batch))
        {
            try
            {
                await Parallel.ForEachAsync(
                    batch, new ParallelOptions { MaxDegreeOfParallelism = Lines }, async (piece, _) => await FetchAsync(work, piece, line));
            }
            finally
            {
                // In the list's order, whichever line was faster
                await PlaceAsync(work, [.. batch.Where(p => p.IsGathered)]);
            }

            if (work.Stop.Soon.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task FetchAsync(Work work, Piece piece, IProgressLine line)
    {
        if (work.Stop.Soon.IsCancellationRequested)
        {
            return;
        }

        line.File(piece.Entry.Filename);
        if (piece.IsNodelist)
        {
            await nodelists.TakeAsync(work.League, work.Folder, hub, piece.Entry, work.Error, work.Stop.Now);
        }
        else if (!piece.HasReceipt || !piece.IsHere)
        {
            piece.IsGathered = await GatherAsync(work, piece);
        }
        else if (!await _receipts.TryConfirmAsync(work.League, piece.Entry, journal.Find(work.League.Id, piece.Entry)!.Sha256 ?? "", work.Error, work.Stop.Now))
        {
            // Either the number is another packet's now (the hub's ledger was restored), or something is wrong: its bytes tell
            piece.IsGathered = await GatherAsync(work, piece);
            if (!piece.IsGathered && piece.Fetched is not null)
            {
                work.Error(ReceiptSender.Conflict(piece.Entry));
            }
        }

        line.Done();
    }

    private async Task<bool> GatherAsync(Work work, Piece piece)
    {
        var (league, folder, entry) = (work.League, work.Folder, piece.Entry);
        try
        {
            piece.Fetched = await hub.DownloadAsync(piece.Query(league.Id, folder), work.Stop.Now);
            if (piece.HasReceipt && piece.Fetched.Delivery is { } delivery)
            {
                // It may have been put back since the list was made: what came is what is noted and confirmed
                piece.Entry = entry = entry with { Delivery = delivery };
            }
        }
        catch (HubRefusedException refused)
        {
            folder.Drop(entry.Filename);
            work.Error($"{entry.Filename} could not be fetched. {refused.Message}");
            return false;
        }
        catch
        {
            folder.Drop(entry.Filename);
            throw;
        }

        if (piece.IsHere && journal.Find(league.Id, entry)?.Sha256 == piece.Fetched.Sha256)
        {
            // The game had it already; the hub did not know, and knows now
            folder.Drop(entry.Filename);
            voice.Say(Level.Detail, $"{league.Key}: {entry.Filename} was here already and is not given to the game again.");
            return false;
        }

        return true;
    }

    // Whole on disk, noted, named: in this order, so that a crash between any two leaves something that tells how far it came
    private async Task PlaceAsync(Work work, List<Piece> pieces)
    {
        if (pieces.Count == 0)
        {
            return;
        }

        var (league, folder, report) = (work.League, work.Folder, work.Report);
        folder.Sync();
        journal.Append(pieces.Select(p => Download(league, p, Step.Whole)), durable: true);
        folder.Look();
        var placed = new List<Piece>();
        foreach (var piece in pieces)
        {
            if (!folder.TryPlace(piece.Entry.Filename))
            {
                report.Waiting++;
                journal.Append([Download(league, piece, Step.Waiting)], durable: true);
                voice.Say(Level.Detail, $"{league.Key}: {piece.Entry.Filename} waits; a file of that name came into {league.InboundDir}.");
                continue;
            }

            report.Downloaded++;
            report.BytesDownloaded += piece.Fetched!.Length;
            voice.Say(Level.Detail, $"{league.Key}: received {piece.Entry.Filename} ({piece.Fetched.Length} bytes).");
            placed.Add(piece);
        }

        folder.Sync();
        journal.Append(placed.Select(p => Download(league, p, Step.Placed)), durable: placed.Exists(p => p.HasReceipt));
        await TellAsync(work, placed);
    }

    // On disk, named and noted: now the hub may count them as delivered
    private async Task TellAsync(Work work, List<Piece> placed)
    {
        await Parallel.ForEachAsync(placed.Where(p => p.HasReceipt), new ParallelOptions { MaxDegreeOfParallelism = Lines }, async (piece, _) =>
        {
            if (!await _receipts.TryConfirmAsync(work.League, piece.Entry, piece.Fetched!.Sha256, work.Error, work.Stop.Now))
            {
                work.Error(ReceiptSender.Conflict(piece.Entry));
            }
        });
        foreach (var piece in placed.Where(p => p.Fetched!.Partial))
        {
            await TellReadAsync(work, piece);
        }
    }

    // A part does not count as delivered; now that it is safe it may
    private async Task TellReadAsync(Work work, Piece piece)
    {
        var scratch = work.Folder.PartOf(piece.Entry.Filename);
        try
        {
            await hub.DownloadAsync(new PacketQuery(work.League.Id, piece.Entry.Filename, scratch) { Size = piece.Entry.FileSize }, work.Stop.Now);
        }
        finally
        {
            File.Delete(scratch);
        }
    }

    private Download Download(LeagueSettings league, Piece piece, Step step) => new(
        league.Id.ToString(), piece.Entry.Filename.ToUpperInvariant(), piece.Entry.ReceivedAt ?? "", piece.Entry.FileSize, step, time.GetUtcNow(), piece.Fetched!.Sha256,
        piece.HasReceipt ? piece.Entry.PacketId : null, piece.HasReceipt ? piece.Entry.Delivery : null);

    private sealed record Work(LeagueSettings League, InboundFolder Folder, LeagueReport Report, Action<string> Error, Stop Stop);

    private sealed class Piece(PacketEntry entry, bool isNodelist)
    {
        public PacketEntry Entry { get; set; } = entry with { Filename = entry.Filename.ToUpperInvariant() };

        public bool IsNodelist { get; } = isNodelist;

        /// <summary>The hub counts it as delivered only when we say so.</summary>
        public bool HasReceipt => !IsNodelist && ReceiptSender.IsWanted(Entry);

        /// <summary>Another one of this name waits behind it.</summary>
        public bool AsPart { get; set; }

        /// <summary>The game was given it; only the hub does not know.</summary>
        public bool IsHere { get; init; }

        public Fetched? Fetched { get; set; }

        /// <summary>It lies whole where it is gathered.</summary>
        public bool IsGathered { get; set; }

        public PacketQuery Query(LeagueId league, InboundFolder folder) => new(league, Entry.Filename, folder.PartOf(Entry.Filename))
        {
            Size = Entry.FileSize, AsPart = AsPart && !IsHere, WithReceipt = HasReceipt, PacketId = HasReceipt ? Entry.PacketId : null,
        };
    }
}
