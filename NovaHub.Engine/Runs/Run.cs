using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>What asked for a run.</summary>
public enum RunTrigger
{
    /// <summary>The league's cron schedule.</summary>
    Schedule,

    /// <summary>Mail for the hub came in and a quiet time went by.</summary>
    Arrival,

    /// <summary>Somebody pressed Run now or typed it.</summary>
    ByHand,

    /// <summary>Somebody had an earlier run's packets read again.</summary>
    Reprocess,
}

/// <summary>How a run ended. Only <see cref="Good"/> is good, and it is never guessed.</summary>
public enum RunOutcome
{
    /// <summary>Seen with the hub's own eyes: completion line, everything consumed, clean lock, exit code 0.</summary>
    Good,

    /// <summary>The game finished, and packets stayed unread or something else is wrong; they wait for the next run.</summary>
    Incomplete,

    /// <summary>It did not work, or it can't be shown that it did.</summary>
    Failed,

    /// <summary>It took longer than the limit and was ended.</summary>
    TimedOut,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>A player was inside the hub's game the whole time; it is tried again.</summary>
    GameInUse,

    /// <summary>The hub's process ended in the middle; closed at the next start by the evidence.</summary>
    Interrupted,
}

/// <summary>One run of one league's game. Its dates tell how far it came, so that a crash leaves evidence.</summary>
public sealed class Run
{
    /// <summary>The run's number.</summary>
    public long Id { get; init; }

    /// <summary>The league.</summary>
    public required LeagueId LeagueId { get; init; }

    /// <summary>What asked for it.</summary>
    public RunTrigger Trigger { get; init; }

    /// <summary>Who asked for it by hand, or null.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>The run whose packets are read again, or null.</summary>
    public long? ReprocessOf { get; init; }

    /// <summary>The game folder in which it works, or null when the league had none. Evidence is looked for there.</summary>
    public string? GameFolder { get; init; }

    /// <summary>
    /// The mark that this run writes into the game folder before it puts anything there, or null for a run of an older hub. A
    /// folder without it is another copy: what is missing there proves nothing.
    /// </summary>
    public string? FolderMark { get; init; }

    /// <summary>When it began.</summary>
    public DateTime StartedAt { get; init; }

    /// <summary>When every packet of the pass under way lay in INBOUND, durably, or null.</summary>
    public DateTime? StagedAt { get; set; }

    /// <summary>When the game of the latest pass was started, or null. From here on a missing packet may have been read.</summary>
    public DateTime? PlayStartedAt { get; set; }

    /// <summary>When the last pass began: the league's own maintenance command, after which nothing more is read. Null before.</summary>
    public DateTime? MaintenanceAt { get; set; }

    /// <summary>When the game had ended, or null.</summary>
    public DateTime? PlayEndedAt { get; set; }

    /// <summary>When consumption was judged and recorded, or null.</summary>
    public DateTime? VerifiedAt { get; set; }

    /// <summary>When OUTBOUND had been taken into the ledger, or null.</summary>
    public DateTime? CollectedAt { get; set; }

    /// <summary>When the reports had been made and kept, or null.</summary>
    public DateTime? ReportedAt { get; set; }

    /// <summary>When it ended, or null while it runs.</summary>
    public DateTime? EndedAt { get; set; }

    /// <summary>How it ended, or null while it runs.</summary>
    public RunOutcome? Outcome { get; set; }

    /// <summary>When somebody asked it to stop, or null. Read by the process that runs it.</summary>
    public DateTime? CancelRequestedAt { get; set; }

    /// <summary>The emulator it ran under, or null when it never got that far.</summary>
    public string? Machine { get; set; }

    /// <summary>The game's DOS exit code from the proof file, or null when there was no proof.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Milliseconds spent in the emulator.</summary>
    public long EmulatorMs { get; set; }

    /// <summary>Packets put into INBOUND.</summary>
    public int Staged { get; set; }

    /// <summary>Of those, packets that were gone afterwards.</summary>
    public int Consumed { get; set; }

    /// <summary>Of those, packets that the game left. They stay queued.</summary>
    public int Unconsumed { get; set; }

    /// <summary>Of those, packets of which it can't be told whether the game read them. They are held for a person's decision.</summary>
    public int Doubtful { get; set; }

    /// <summary>How often the game was started to read or write packets: more than once when mail had to be read in order.</summary>
    public int Passes { get; set; }

    /// <summary>Packets taken from OUTBOUND into the ledger.</summary>
    public int Written { get; set; }

    /// <summary>What came of it in one sentence, or null while it runs.</summary>
    public string? Summary { get; set; }
}

/// <summary>A packet that a run put into INBOUND, and what became of it there.</summary>
public sealed class RunPacket
{
    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The packet.</summary>
    public long PacketId { get; init; }

    /// <summary>True: it was read. False: it was still there, unread. Null: not judged yet, or in <see cref="Doubt"/>.</summary>
    public bool? Consumed { get; set; }

    /// <summary>Why it can't be told whether it was read, or null. It stays here after a person has decided.</summary>
    public Packets.HeldReason? Doubt { get; set; }
}

/// <summary>A sender whose mail the game took up, in one pass of a run. Written as soon as it is seen on the screen.</summary>
public sealed class RunSender
{
    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The pass, from 1.</summary>
    public int Pass { get; init; }

    /// <summary>BBS index of the sender.</summary>
    public int Node { get; init; }

    /// <summary>Whether it was shown that something in it was read, too.</summary>
    public bool Shown { get; set; }
}

/// <summary>A phase that the game printed.</summary>
public sealed class RunPhase
{
    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>Order within the run, from 0.</summary>
    public int Order { get; init; }

    /// <summary>The game's words: <c>Processing Incoming Data</c>.</summary>
    public required string Name { get; init; }

    /// <summary>When the hub saw it.</summary>
    public DateTime At { get; init; }
}

/// <summary>An item that the game said it read or wrote.</summary>
public sealed class RunItem
{
    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>Order within the run, from 0.</summary>
    public int Order { get; init; }

    /// <summary>The phase in which it stood, or an empty text.</summary>
    public string Phase { get; init; } = "";

    /// <summary>True: read (DeCompress). False: written (Compress).</summary>
    public bool Read { get; init; }

    /// <summary>The game's word for it: <c>Recon Update</c>.</summary>
    public required string Type { get; init; }

    /// <summary>BBS index it comes from.</summary>
    public int Source { get; init; }

    /// <summary>BBS index it goes to.</summary>
    public int Dest { get; init; }

    /// <summary>Bytes in the packet.</summary>
    public int PackedSize { get; init; }

    /// <summary>Bytes unpacked.</summary>
    public int Size { get; init; }
}

/// <summary>What a verdict is about.</summary>
public enum VerdictKind
{
    /// <summary>The game's program, its folder, BBS.CFG.</summary>
    GameFolder,

    /// <summary>The emulator.</summary>
    Emulator,

    /// <summary>The game's own completion line.</summary>
    Completion,

    /// <summary>Whether every staged packet was read.</summary>
    Consumption,

    /// <summary>The game's lock, <c>inuse.flg</c>.</summary>
    Lock,

    /// <summary>The exit code from the proof file.</summary>
    ExitCode,

    /// <summary>What was collected from OUTBOUND.</summary>
    Outbound,

    /// <summary>The reports.</summary>
    Reports,

    /// <summary>The nodelist.</summary>
    Nodelist,

    /// <summary>The disk of the game folder.</summary>
    Disk,

    /// <summary>What was found and done after an interruption.</summary>
    Recovery,
}

/// <summary>How much a verdict weighs.</summary>
public enum VerdictWeight
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth a look; the run may be good all the same.</summary>
    Notice,

    /// <summary>The run can't be called good.</summary>
    Bad,
}

/// <summary>One thing that was judged, in plain words, with what to do when it is bad.</summary>
public sealed class RunVerdict
{
    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>Order within the run, from 0.</summary>
    public int Order { get; init; }

    /// <summary>What it is about.</summary>
    public VerdictKind Kind { get; init; }

    /// <summary>How much it weighs.</summary>
    public VerdictWeight Weight { get; init; }

    /// <summary>The sentence for the sysop.</summary>
    public required string Sentence { get; init; }
}

/// <summary>A file that a run left: a bulletin, a list. The bytes are in <see cref="Packets.Content"/>.</summary>
public sealed class RunFile
{
    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>File name, upper case, without a folder.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the bytes.</summary>
    public required byte[] Sha256 { get; init; }

    /// <summary>Bytes.</summary>
    public int Size { get; init; }
}

/// <summary>The screen of a run, every byte with its time, compressed.</summary>
public sealed class RunRecording
{
    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>A recording in the format of <c>Dos.Recording</c>.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>The transcript as text, one line a row.</summary>
    public string Transcript { get; init; } = "";
}

/// <summary>Who runs a league now. One row a league, so that two processes never run it at once.</summary>
public sealed class RunLease
{
    /// <summary>The league.</summary>
    public required LeagueId LeagueId { get; init; }

    /// <summary>The process that holds it: machine, process id and a random part.</summary>
    public required string Holder { get; set; }

    /// <summary>Its run. Zero or less: held without a run, to take OUTBOUND in or to close an interrupted run.</summary>
    public long RunId { get; set; }

    /// <summary>When the holder last said that it lives, by its own clock. To others it is a mark that changes.</summary>
    public DateTime HeartbeatAt { get; set; }
}

/// <summary>A file in OUTBOUND that is no packet of its league: left where it is, reported once.</summary>
public sealed class ForeignFile
{
    /// <summary>The league.</summary>
    public required LeagueId LeagueId { get; init; }

    /// <summary>File name, upper case.</summary>
    public required string Name { get; init; }

    /// <summary>When it was reported.</summary>
    public DateTime ReportedAt { get; init; }
}
