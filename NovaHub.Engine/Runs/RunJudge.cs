using NovaHub.Engine.Dos;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Runs;

/// <summary>What was seen of a session in which the game moved packets.</summary>
/// <param name="Outcome">How the emulator session ended.</param>
/// <param name="Transcript">What the game printed.</param>
/// <param name="Machine">The emulator.</param>
/// <param name="TimeLimit">The limit it had.</param>
/// <param name="HubCloses">Whether it was stopped because the hub ends, and not by somebody.</param>
internal sealed record PlayEvidence(DosOutcome Outcome, TranscriptReader Transcript, string Machine, TimeSpan TimeLimit, bool HubCloses)
{
    /// <summary>The pass, from 1.</summary>
    public int Pass { get; init; } = 1;

    /// <summary>It was the league's own maintenance command. A pass before it reads only, and has no completion line to show.</summary>
    public bool IsLast { get; init; } = true;

    /// <summary>The disk of the game folder was full while it ran.</summary>
    public bool DiskWasFull { get; init; }

    /// <summary>The game answered as it does when somebody is inside: exit code 1 and nothing printed.</summary>
    public bool LockedOut => Outcome.CommandCodes is [1, ..] && Transcript.Phases.Count == 0;
}

/// <summary>One judgement.</summary>
internal readonly record struct Judgement(VerdictKind Kind, VerdictWeight Weight, string Sentence);

/// <summary>
/// Judges a run by its evidence. A zero exit code proves nothing: what counts is the completion line, that every staged
/// packet is gone and its sender's mail was shown, room on the disk, and a clean lock.
/// </summary>
internal static class RunJudge
{
    /// <summary>A transcript below this size means that the emulator never got to the game.</summary>
    private const int NeverStarted = 500;

    public static IReadOnlyList<Judgement> Judge(PlayEvidence play, InboundFindings packets, LockEvidence left)
    {
        List<Judgement> all = [.. Ending(play), .. Completion(play), .. ExitCode(play), .. Disk(play), .. Consumption(play, packets), .. Lock(left)];
        // Of a pass before the last only what is wrong needs saying
        return play.IsLast
            ? all
            : [
                new Judgement(VerdictKind.Consumption, VerdictWeight.Good, $"Pass {play.Pass}: {Words.Packets(packets.Read.Count)} read, before the packets that come after {(packets.Read.Count == 1 ? "it" : "them")}."),
                .. all.Where(j => j.Weight != VerdictWeight.Good),
            ];
    }

    /// <summary>What the judgements add up to.</summary>
    public static RunOutcome Outcome(PlayEvidence play, IReadOnlyList<Judgement> judgements, LockEvidence left)
    {
        if (play.Outcome.Ending is DosEnding.TimedOut)
        {
            return RunOutcome.TimedOut;
        }

        if (play.Outcome.Ending is DosEnding.Stopped)
        {
            return play.HubCloses ? RunOutcome.Interrupted : RunOutcome.Cancelled;
        }

        if (left == LockEvidence.Player && play.LockedOut)
        {
            return RunOutcome.GameInUse;
        }

        if ((play.IsLast && !play.Transcript.Completed) || play.Outcome.CommandCodes is not [0, ..] || play.Transcript.RuntimeError is not null)
        {
            return RunOutcome.Failed;
        }

        return judgements.Any(j => j.Weight == VerdictWeight.Bad) ? RunOutcome.Incomplete : RunOutcome.Good;
    }

    /// <summary>What came of a run in one sentence.</summary>
    public static string Summary(RunOutcome outcome, Run run) => outcome switch
    {
        RunOutcome.Good => run.Staged == 0 && run.Written == 0
            ? "Nothing to do: no mail in, none out."
            : $"{Words.Packets(run.Consumed)} read, {run.Written} written.",
        RunOutcome.Incomplete => $"{run.Consumed} of {Words.Packets(run.Staged)} read, {run.Written} written{Held(run)}; see the verdicts.",
        RunOutcome.TimedOut => $"The game took too long and was ended. {run.Consumed} read, {Words.Stay(run.Unconsumed)}{Held(run)}.",
        RunOutcome.Cancelled => $"Cancelled while the game ran. {run.Consumed} read, {Words.Stay(run.Unconsumed)}{Held(run)}.",
        RunOutcome.Interrupted => $"The hub was closed while the game ran. {run.Consumed} read, {Words.Stay(run.Unconsumed)}{Held(run)}.",
        RunOutcome.GameInUse => $"Somebody was inside the game. {Words.Stay(run.Unconsumed)}{Held(run)}.",
        _ => $"The game did not finish. {run.Consumed} read, {Words.Stay(run.Unconsumed)}{Held(run)}.",
    };

    /// <summary>What is held, for the end of a sentence.</summary>
    public static string Held(Run run) => run.Doubtful > 0 ? $", {run.Doubtful} held for your decision" : "";

    /// <summary>What is said about OUTBOUND.</summary>
    public static IEnumerable<Judgement> Outbound(Collected collected)
    {
        if (collected.PlayerInside)
        {
            yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Notice, "Somebody is inside the hub's game, so OUTBOUND was left alone. What is there is taken when they have left.");
        }

        if (collected is { PlayerInside: false, Resting.Count: 0 } or { Entered: > 0 })
        {
            yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Good, collected.Entered switch
            {
                0 => "The game wrote no packets. On a second run of one game day that is normal.",
                1 => "1 packet was taken from OUTBOUND and waits for its board.",
                var n => $"{n} packets were taken from OUTBOUND and wait for their boards.",
            });
        }

        foreach (var sentence in collected.Foreign)
        {
            yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Notice, sentence);
        }

        foreach (var sentence in collected.SetAside)
        {
            yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Bad, sentence);
        }

        foreach (var name in collected.Resting)
        {
            yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Notice, $"{name} is still open in another program, so it was left in OUTBOUND. It is taken when that program is done with it.");
        }

        foreach (var file in collected.Stuck)
        {
            yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Bad, $"A file in OUTBOUND could not be taken: {file} Check its owner and rights; it is tried again.");
        }
    }

    private static IEnumerable<Judgement> Ending(PlayEvidence play)
    {
        switch (play.Outcome.Ending)
        {
            case DosEnding.TimedOut:
                yield return Bad(VerdictKind.Emulator, $"The game did not end within {play.TimeLimit:hh\\:mm\\:ss} and was ended. It may wait for a key; look at its last screen.");
                break;
            case DosEnding.Stopped:
                yield return Bad(VerdictKind.Emulator, play.HubCloses ? "The hub was closed while the game ran." : "The run was cancelled while the game ran.");
                break;
            case DosEnding.NotStarted:
                yield return Bad(VerdictKind.Emulator, $"{play.Machine} could not be started. {play.Outcome.Trouble}");
                yield break;
            default:
                yield return new Judgement(VerdictKind.Emulator, VerdictWeight.Good, $"{play.Machine} ran for {play.Outcome.Elapsed.TotalSeconds:F1} s and ended by itself.");
                break;
        }

        if (play.Outcome.Trouble is { } trouble)
        {
            yield return Bad(VerdictKind.Emulator, trouble);
        }

        if (play.Transcript.RuntimeError is { } error)
        {
            yield return Bad(VerdictKind.Completion, $"The game died: {error}. {play.Transcript.Advice}".TrimEnd());
        }
    }

    private static IEnumerable<Judgement> Completion(PlayEvidence play)
    {
        if (!play.IsLast)
        {
            yield break;
        }

        if (play.Transcript.Completed)
        {
            yield return new Judgement(VerdictKind.Completion, VerdictWeight.Good, "The game printed its completion line: Planetary Maintenance Complete.");
        }
        else if (play.Outcome.Ending != DosEnding.NotStarted)
        {
            yield return Bad(VerdictKind.Completion, play.Outcome.OutputBytes < NeverStarted
                ? $"The completion line was not seen, and only {play.Outcome.OutputBytes} bytes of screen: the game hardly started."
                : "The completion line “Planetary Maintenance Complete” was not seen, so it can't be said that the game finished.");
        }
    }

    private static IEnumerable<Judgement> ExitCode(PlayEvidence play)
    {
        if (play.Outcome.Ending == DosEnding.NotStarted)
        {
            yield break;
        }

        yield return play.Outcome.CommandCodes[0] switch
        {
            null => Bad(VerdictKind.ExitCode, "The proof file with the game's exit code was not written: the game did not come back to DOS."),
            0 => new Judgement(VerdictKind.ExitCode, VerdictWeight.Good, "The game's exit code was 0 (by the proof file)."),
            1 => Bad(VerdictKind.ExitCode, "The game's exit code was 1: it could not work, or somebody was inside it."),
            { } code => Bad(VerdictKind.ExitCode, $"The game's exit code was {code}."),
        };
    }

    private static IEnumerable<Judgement> Disk(PlayEvidence play)
    {
        if (play.DiskWasFull)
        {
            yield return Bad(VerdictKind.Disk, "The disk of the game folder was full while the game ran. DOS programs are often told that such writing succeeded, so what the game changed may not have been kept. Free some room and look into the game.");
        }
    }

    private static IEnumerable<Judgement> Consumption(PlayEvidence play, InboundFindings packets)
    {
        var staged = packets.Read.Count + packets.Left.Count + packets.Doubtful.Count;
        if (staged == 0)
        {
            if (play.Pass == 1)
            {
                yield return new Judgement(VerdictKind.Consumption, VerdictWeight.Good, "No packet was waiting for the game.");
            }

            yield break;
        }

        if (packets.Left.Count > 0)
        {
            yield return Bad(VerdictKind.Consumption, $"{packets.Left.Count} of {Words.Packets(staged)} {(packets.Left.Count == 1 ? "was" : "were")} not read ({Some(packets.Left)}). What was not read stays queued for the next run. If it happens again, check line 4 of BBS.CFG and the folder names.");
        }

        foreach (var group in packets.Doubtful.GroupBy(d => d.Reason))
        {
            var doubtful = group.Select(d => d.Packet).ToList();
            yield return Bad(VerdictKind.Consumption, $"{Words.Packets(doubtful.Count)} {(doubtful.Count == 1 ? "is" : "are")} held for your decision ({Some(doubtful)}; from node {string.Join(", ", doubtful.Select(p => p.Name.Source).Distinct().Order())}). {group.Key.Short()}: {group.Key.Sentence()}");
        }

        if (packets.Read.Count == staged)
        {
            yield return new Judgement(VerdictKind.Consumption, VerdictWeight.Good, staged == 1
                ? "The one packet was read: it is gone from INBOUND, and its sender was on the screen."
                : $"All {staged} packets were read: none is left in INBOUND, and every sender was on the screen.");
        }
    }

    private static string Some(IEnumerable<StagedPacket> packets) => Words.Some([.. packets.Select(p => p.Name.ToString())]);

    private static IEnumerable<Judgement> Lock(LockEvidence left)
    {
        yield return left switch
        {
            LockEvidence.LeftByRun => Bad(VerdictKind.Lock, "The game left its lock inuse.flg behind, so it did not end cleanly. The hub removed the lock."),
            LockEvidence.Player => new Judgement(VerdictKind.Lock, VerdictWeight.Notice, "inuse.flg is there: somebody is inside the hub's game now."),
            _ => new Judgement(VerdictKind.Lock, VerdictWeight.Good, "The game's lock inuse.flg is gone, as it should be."),
        };
    }

    private static Judgement Bad(VerdictKind kind, string sentence) => new(kind, VerdictWeight.Bad, sentence);
}
