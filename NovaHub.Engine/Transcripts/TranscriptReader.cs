using System.Globalization;
using System.Text.RegularExpressions;

namespace NovaHub.Engine.Transcripts;

/// <summary>Direction of an item as the hub's game sees it.</summary>
public enum TranscriptDirection
{
    /// <summary>Read from a packet (<c>DeCompress:</c>).</summary>
    In,

    /// <summary>Written to a packet (<c>Compress:</c>).</summary>
    Out,
}

/// <summary>One thing the game said it did.</summary>
public abstract record TranscriptEntry;

/// <summary>A phase began, for example <c>Processing Incoming Data</c>; a remark in parentheses is left out.</summary>
/// <param name="Name">As the game prints it.</param>
public sealed record TranscriptPhase(string Name) : TranscriptEntry;

/// <summary>An item moved.</summary>
/// <param name="Phase">Phase in which it was printed, empty before the first.</param>
/// <param name="Direction">Read or written.</param>
/// <param name="Type">Kind of the item, for example <c>Recon Update</c>.</param>
/// <param name="Source">BBS index of the board it comes from, 1..255.</param>
/// <param name="Dest">BBS index of the board it is for, 1..255.</param>
/// <param name="Size">Bytes in the packet (compressed).</param>
/// <param name="Expanded">Bytes in the game (decompressed).</param>
public sealed record TranscriptItem(
    string Phase,
    TranscriptDirection Direction,
    string Type,
    int Source,
    int Dest,
    int Size,
    int Expanded) : TranscriptEntry;

/// <summary>A packet was written for a board.</summary>
/// <param name="Name">Name of the BBS.</param>
/// <param name="Node">Its BBS index, 1..255.</param>
public sealed record TranscriptMail(string Name, int Node) : TranscriptEntry;

/// <summary>
/// Reads what a maintenance run printed, row by row, while it runs or afterwards. Repeated and run-together lines are
/// understood; a whole record counts once per phase. Never keeps anything but the lines named here: the rest of a
/// transcript may hold what a player must not see.
/// </summary>
public sealed partial class TranscriptReader
{
    private const string CompletionLine = "Planetary Maintenance Complete";
    private const int MaxIndex = 255;

    // A name that is the begin of one of these is a mangled half; the whole one is somewhere else
    private static readonly string[] KnownPhases =
    [
        "Checking Daily Maintenance",
        "Running Daily Maintenance",
        "Processing Incoming Data",
        "Creating Local Recon Info",
        "Creating Global Recon Requests",
        "Creating Routing Data",
        "Processing Outbound Data",
        "Checking for Any Lost Attacks",
        CompletionLine,
    ];

    private readonly List<TranscriptPhase> _phases = [];
    private readonly List<TranscriptItem> _items = [];
    private readonly List<TranscriptMail> _mails = [];
    private readonly HashSet<TranscriptEntry> _seen = [];
    private readonly SortedSet<int> _nodesRead = [];
    private readonly SortedSet<int> _nodesShown = [];
    private int _opened;
    private string _phase = "";

    /// <summary>Phases in the order in which they began.</summary>
    public IReadOnlyList<TranscriptPhase> Phases => _phases;

    /// <summary>Items in the order in which they were printed.</summary>
    public IReadOnlyList<TranscriptItem> Items => _items;

    /// <summary>Packets written, one per board.</summary>
    public IReadOnlyList<TranscriptMail> Mails => _mails;

    /// <summary>BBS indices whose mail was read: named by "from Node N" or the source of an item that came in.</summary>
    public IReadOnlySet<int> NodesRead => _nodesRead;

    /// <summary>
    /// BBS indices whose mail held something that the game took in: the source of an item, and the node under whose line it
    /// stood. The two differ when a board hands on what others wrote.
    /// </summary>
    public IReadOnlySet<int> NodesShown => _nodesShown;

    /// <summary>The game's own completion line was there.</summary>
    public bool Completed { get; private set; }

    /// <summary>The Pascal runtime error as printed, for example <c>Runtime error 200 at 0000:0000</c>; null when none.</summary>
    public string? RuntimeError { get; private set; }

    /// <summary>What to set against the runtime error, as a sentence for the sysop; null when there is none or nothing helps.</summary>
    public string? Advice => RuntimeError is { } error && error.Contains("error 200 ", StringComparison.Ordinal)
        ? "The game's CRT unit cannot run on a CPU this fast. Set Dos:DosBoxCycles to 'fixed 20000' (or lower), or $_cpuemu = (1) in dosemu2's configuration, or patch the game."
        : null;

    /// <summary>Takes one row of the screen and returns what it says that was not known.</summary>
    public IReadOnlyList<TranscriptEntry> Line(string row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var news = new List<TranscriptEntry>();
        foreach (Match match in Records().Matches(row))
        {
            if (Take(match) is { } entry && _seen.Add(entry))
            {
                news.Add(entry);
                Keep(entry);
            }
        }

        Completed |= row.Contains(CompletionLine, StringComparison.OrdinalIgnoreCase);
        return news;
    }

    private TranscriptEntry? Take(Match match)
    {
        if (match.Groups["phase"] is { Success: true } phase)
        {
            return Phase(phase.Value.Trim());
        }

        if (match.Groups["type"].Success)
        {
            var item = Item(match);
            Show(item);
            return item;
        }

        if (match.Groups["error"] is { Success: true } error)
        {
            RuntimeError ??= error.Value;
        }
        else if (match.Groups["mail"] is { Success: true } mail)
        {
            return Number(match, "node") is var node and >= 1 and <= MaxIndex ? new TranscriptMail(mail.Value.Trim(), node) : null;
        }
        else if (Number(match, "from") is var from and >= 1 and <= MaxIndex)
        {
            _nodesRead.Add(from);
            _opened = from;
        }

        return null;
    }

    // Also an item that repeats an earlier one: it may stand under another node's line
    private void Show(TranscriptItem? item)
    {
        if (item is not { Direction: TranscriptDirection.In })
        {
            return;
        }

        _nodesShown.Add(item.Source);
        if (_opened > 0)
        {
            _nodesShown.Add(_opened);
        }
    }

    private TranscriptPhase? Phase(string name)
    {
        if (name.Length == 0 || KnownPhases.Any(known => known.Length > name.Length && known.StartsWith(name, StringComparison.Ordinal)))
        {
            return null;
        }

        (_phase, _opened) = (name, 0);
        return new TranscriptPhase(name);
    }

    private TranscriptItem? Item(Match match)
    {
        var (source, dest) = (Number(match, "source"), Number(match, "dest"));
        var (old, @new) = (Number(match, "old"), Number(match, "new"));
        if (source is < 1 or > MaxIndex || dest is < 1 or > MaxIndex || old < 0 || @new < 0)
        {
            return null;
        }

        var type = match.Groups["type"].Value.Trim();
        return match.Groups["de"].Success
            ? new TranscriptItem(_phase, TranscriptDirection.In, type, source, dest, old, @new)
            : new TranscriptItem(_phase, TranscriptDirection.Out, type, source, dest, @new, old);
    }

    private void Keep(TranscriptEntry entry)
    {
        switch (entry)
        {
            case TranscriptPhase phase:
                _phases.Add(phase);
                break;
            case TranscriptMail mail:
                _mails.Add(mail);
                break;
            case TranscriptItem item:
                _items.Add(item);
                if (item.Direction == TranscriptDirection.In)
                {
                    _nodesRead.Add(item.Source);
                }

                break;
        }
    }

    private static int Number(Match match, string group) =>
        int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1;

    [GeneratedRegex(
        """
        ■ [ ]* (?<phase> [A-Za-z] (?: (?! DeCompress: | Compress: | Compressed: | Outbound[ ]mail[ ]for | Processing[ ]Incoming[ ]Data[ ]from | [ ]{2} | [ ]\( | [■:] ) . )* )
        | (?<de>De)? Compress: \s* Old: \s* (?<old>\d+) \s* (?:New|Size): \s* (?<new>\d+) \s* (?: %: \s* [\d.]+ \s* % \s* )?
          Type: \s* (?<type>[A-Za-z0-9][A-Za-z0-9 /-]{0,30}?) \s+ (?<source>\d{1,3}) \s* -> \s* (?<dest>\d{1,3})
        | Outbound[ ]mail[ ]for [ ]+ (?<mail> (?: (?! Outbound[ ]mail[ ]for | ■ | Compress: ) . ){1,80}? ) [ ]+ - [ ]* Node [ ]+ (?<node>\d{1,3}) [ ]+ created
        | Processing[ ]Incoming[ ]Data[ ]from[ ]Node [ ]+ (?<from>\d{1,3})
        | (?<error> Runtime[ ]error[ ]\d{1,3}[ ]at[ ][0-9A-F]{4}:[0-9A-F]{4} )
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Records();
}
