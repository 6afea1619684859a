using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Engine.Games;
using NovaHub.Wire;

namespace NovaHub.Client.Sync;

/// <summary>Finishes downloads that an earlier sync began and did not live to finish.</summary>
internal sealed class Recovery(HubClient hub, Journal journal, TimeProvider time, IVoice voice)
{
    public async Task FinishAsync(
        LeagueSettings league, InboundFolder folder, IReadOnlyList<PacketEntry> unread, LeagueReport report, Action<string> error, Stop stop)
    {
        var unfinished = journal.Unfinished(league.Id);
        var gathered = unfinished.Where(d => d.Step is Step.Whole or Step.Waiting).ToList();
        var removed = folder.RemoveLeftovers(gathered.Select(d => d.Name).ToHashSet(StringComparer.Ordinal));
        if (removed > 0)
        {
            voice.Say(Level.Detail, $"{league.Key}: {removed} leftover(s) of a broken sync removed.");
        }

        folder.Look();
        foreach (var download in gathered)
        {
            Name(download, league, folder, report);
        }

        var offered = unread.SelectMany(e => Identities(league, e)).ToHashSet(StringComparer.Ordinal);
        foreach (var download in journal.Unfinished(league.Id).Where(d => d.Step == Step.Wanted && !offered.Contains(d.Identity)))
        {
            if (stop.Soon.IsCancellationRequested)
            {
                return;
            }

            await AskAgainAsync(download, league, folder, unread, report, error, stop);
        }
    }

    private static IEnumerable<string> Identities(LeagueSettings league, PacketEntry entry)
    {
        yield return Download.ByArrival(league.Id.ToString(), entry.Filename.ToUpperInvariant(), entry.ReceivedAt ?? "");
        if (entry is { PacketId: { } id, Delivery: { } delivery })
        {
            yield return Download.ByNumber(league.Id.ToString(), id, delivery);
        }
    }

    // All of it was on disk. Unless it was noted as waiting, its part is gone exactly when it got its name, whatever the game did with it since
    private void Name(Download download, LeagueSettings league, InboundFolder folder, LeagueReport report)
    {
        var digest = folder.PartDigest(download.Name);
        if (digest is null && download.Step == Step.Whole)
        {
            Note(download, Step.Placed, durable: true);
        }
        else if (digest is null || digest != download.Sha256)
        {
            folder.Drop(download.Name);
            Note(download with { Sha256 = null }, Step.Wanted);
        }
        else if (!folder.Has(download.Name) && TryPlace(download, folder))
        {
            folder.Sync();
            Note(download, Step.Placed, durable: true);
            report.Downloaded++;
            report.BytesDownloaded += download.Size;
            voice.Say(Level.Info, $"{league.Key}: {download.Name}, which an earlier sync had fetched, has its name now.");
        }
        else
        {
            report.Waiting++;
            if (download.Step == Step.Whole)
            {
                Note(download, Step.Waiting, durable: true);
            }
        }
    }

    private bool TryPlace(Download download, InboundFolder folder)
    {
        if (download.Step == Step.Waiting)
        {
            Note(download, Step.Whole, durable: true);
        }

        if (folder.TryPlace(download.Name))
        {
            return true;
        }

        Note(download, Step.Waiting, durable: true);
        return false;
    }

    // The hub does not offer it any more, so it believes that we have it. It gives the latest delivered of a name to whoever asks
    private async Task AskAgainAsync(
        Download download, LeagueSettings league, InboundFolder folder, IReadOnlyList<PacketEntry> unread, LeagueReport report, Action<string> error, Stop stop)
    {
        folder.Look();
        if (folder.Has(download.Name))
        {
            report.Waiting++;
            return;
        }

        Fetched fetched;
        try
        {
            // Where the hub takes receipts nothing is marked by this: it might give another one of that name, which still waits
            var withReceipt = download.PacketId is not null || unread.Any(ReceiptSender.IsWanted);
            fetched = await hub.DownloadAsync(
                new PacketQuery(league.Id, download.Name, folder.PartOf(download.Name)) { Size = download.Size, WithReceipt = withReceipt, PacketId = download.PacketId }, stop.Now);
        }
        catch (HubRefusedException refused)
        {
            folder.Drop(download.Name);
            Note(download, Step.Lost);
            error($"{download.Name}, whose download broke off in an earlier sync, can't be had any more. {refused.Message}");
            return;
        }
        catch
        {
            folder.Drop(download.Name);
            throw;
        }

        if (fetched.Length != download.Size || unread.Any(e => e.PacketId is { } id && id == fetched.PacketId) || journal.WasPlaced(league.Id, download.Name, fetched.Sha256))
        {
            folder.Drop(download.Name);
            Note(download, Step.Lost);
            error($"{download.Name}, whose download broke off in an earlier sync, can't be had any more: the hub has a later packet of that name. Tell the hub's admin; the packet is in the hub's ledger.");
            return;
        }

        folder.Sync();
        var whole = Note(download with { Sha256 = fetched.Sha256 }, Step.Whole, durable: true);
        if (!TryPlace(whole, folder))
        {
            report.Waiting++;
            return;
        }

        folder.Sync();
        Note(whole, Step.Placed);
        report.Downloaded++;
        report.BytesDownloaded += fetched.Length;
        voice.Say(Level.Info, $"{league.Key}: {download.Name}, whose download broke off in an earlier sync, was fetched again.");
    }

    private Download Note(Download download, Step step, bool durable = false)
    {
        var noted = download with { Step = step, At = time.GetUtcNow() };
        journal.Append([noted], durable);
        return noted;
    }
}
