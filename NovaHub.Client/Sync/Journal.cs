using System.Globalization;
using System.Text;
using System.Text.Json;
using NovaHub.Engine.Games;
using NovaHub.Wire;

namespace NovaHub.Client.Sync;

/// <summary>How far a download came.</summary>
internal enum Step
{
    /// <summary>About to be asked for. From here on the hub may believe that we have it.</summary>
    Wanted,

    /// <summary>All of it is on disk and gets its name now: if it lies no longer where it was gathered, it has it.</summary>
    Whole,

    /// <summary>All of it is on disk, and it has not got its name: that is taken.</summary>
    Waiting,

    /// <summary>It has its own name: it is the game's.</summary>
    Placed,

    /// <summary>It can't be had any more; told once.</summary>
    Lost,
}

/// <summary>A line of the journal.</summary>
internal sealed record JournalLine(
    string League, string Name, string ReceivedAt, long Size, string Step, string At, string? Sha256, long? PacketId = null, int? Delivery = null);

/// <summary>
/// A download as the journal knows it. A hub that takes receipts numbers its packets and their deliveries; what is put back
/// there has a new delivery number and is a new download. With other hubs, where a name comes again after a thousand packets,
/// the arrival belongs to the identity.
/// </summary>
internal sealed record Download(
    string League, string Name, string ReceivedAt, long Size, Step Step, DateTimeOffset At, string? Sha256, long? PacketId, int? Delivery)
{
    public string Identity => PacketId is { } id && Delivery is { } delivery ? ByNumber(League, id, delivery) : ByArrival(League, Name, ReceivedAt);

    public static string ByNumber(string league, long packetId, int delivery) => string.Create(CultureInfo.InvariantCulture, $"{league} #{packetId}/{delivery}");

    public static string ByArrival(string league, string name, string receivedAt) => $"{league} {name} {receivedAt}";
}

/// <summary>
/// What we asked the hub for and what became of it, beside the metrics file. A hub that takes receipts counts a packet as
/// delivered when we say so, which we do only once it stands here. Another one does when the last byte left it; if we are killed
/// before the packet has its name in INBOUND, only we can know that it has to be asked for again.
/// </summary>
internal sealed class Journal : IDisposable
{
    public const string FileName = "novahub-downloads.jsonl";

    // The hub offers a packet again only in its next lists; this is for boards that were away for a while
    private static readonly TimeSpan s_memory = TimeSpan.FromDays(60);

    private readonly Dictionary<string, Download> _downloads = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly FileStream _file;

    private Journal(string path, TimeProvider time)
    {
        _time = time;
        if (!TryLoad(path, out var lines) || lines > (2 * _downloads.Count) + 100)
        {
            var text = string.Concat(_downloads.Values.Select(d => Line(d) + "\n"));
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(text));
        }

        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    /// <summary>Opens the journal. It is written anew when most of it is of no use any more.</summary>
    public static Journal Open(string path, TimeProvider time) => new(path, time);

    /// <summary>Downloads of a league that were begun and are not finished.</summary>
    public IReadOnlyList<Download> Unfinished(LeagueId league) =>
        [.. _downloads.Values.Where(d => d.League == league.ToString() && d.Step is Step.Wanted or Step.Whole or Step.Waiting)];

    /// <summary>What is known about an entry of the hub's list.</summary>
    public Download? Find(LeagueId league, PacketEntry entry)
    {
        var name = entry.Filename.ToUpperInvariant();
        var byArrival = _downloads.GetValueOrDefault(Download.ByArrival(league.ToString(), name, entry.ReceivedAt ?? ""));
        if (entry is not { PacketId: { } id, Delivery: { } delivery })
        {
            return byArrival;
        }

        // A hub whose ledger was restored gives a number to another packet
        if (_downloads.GetValueOrDefault(Download.ByNumber(league.ToString(), id, delivery)) is { } known && known.Name == name && known.Size == entry.FileSize)
        {
            return known;
        }

        // Fetched before the hub or this program knew of numbers. What was put back since is a new delivery
        return delivery == 1 ? byArrival : null;
    }

    /// <summary>Whether exactly these bytes were placed under this name.</summary>
    public bool WasPlaced(LeagueId league, string name, string sha256) =>
        _downloads.Values.Any(d => d.Step == Step.Placed && d.League == league.ToString() && d.Name == name && d.Sha256 == sha256);

    /// <summary>Notes that packets will be asked for which then count as delivered. On disk when it returns.</summary>
    public void Want(LeagueId league, IEnumerable<PacketEntry> entries) => Append(entries.Select(e =>
        new Download(league.ToString(), e.Filename.ToUpperInvariant(), e.ReceivedAt ?? "", e.FileSize, Step.Wanted, _time.GetUtcNow(), null, null, null)), durable: true);

    /// <summary>Notes a step of downloads.</summary>
    /// <param name="downloads">As they are now.</param>
    /// <param name="durable">Whether it must be on disk on return.</param>
    public void Append(IEnumerable<Download> downloads, bool durable)
    {
        var text = new StringBuilder();
        foreach (var download in downloads)
        {
            _downloads[download.Identity] = download;
            text.Append(Line(download)).Append('\n');
        }

        if (text.Length > 0)
        {
            _file.Write(Encoding.UTF8.GetBytes(text.ToString()));
            _file.Flush(flushToDisk: durable);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string Line(Download d) => JsonSerializer.Serialize(
        new JournalLine(d.League, d.Name, d.ReceivedAt, d.Size, d.Step.ToString(), d.At.ToString("O", CultureInfo.InvariantCulture), d.Sha256, d.PacketId, d.Delivery),
        JournalJson.Default.JournalLine);

    // False when there is none, or a crash cut off its last line: what is appended must begin on a line of its own
    private bool TryLoad(string path, out int lines)
    {
        lines = 0;
        if (!File.Exists(path))
        {
            return false;
        }

        var text = File.ReadAllText(path);
        var whole = text.Length == 0 || text[^1] == '\n';
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            lines++;
            whole &= TryAdd(line);
        }

        var oldest = _time.GetUtcNow() - s_memory;
        foreach (var old in _downloads.Values.Where(d => d.Step is Step.Placed or Step.Lost && d.At < oldest).ToList())
        {
            _downloads.Remove(old.Identity);
        }

        return whole;
    }

    private bool TryAdd(string line)
    {
        try
        {
            if (JsonSerializer.Deserialize(line, JournalJson.Default.JournalLine) is { } read && Enum.TryParse<Step>(read.Step, out var step)
                && DateTimeOffset.TryParse(read.At, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at))
            {
                var download = new Download(read.League, read.Name, read.ReceivedAt, read.Size, step, at, read.Sha256, read.PacketId, read.Delivery);
                _downloads[download.Identity] = download;
                return true;
            }

            return false;
        }
        catch (JsonException)
        {
            // A line that a crash cut off says nothing; what went before it counts
            return false;
        }
    }
}
