using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Live;

namespace NovaHub.Web.Components.Pages.Runs;

/// <summary>One thing that the hub did in a run.</summary>
/// <param name="At">When, UTC; null where nothing wrote it down.</param>
/// <param name="Text">What.</param>
/// <param name="Detail">What more there is to say, or null.</param>
/// <param name="Length">How long it took, or null where that is not known.</param>
/// <param name="Verdicts">What was judged there.</param>
/// <param name="Inner">Whether it is the game's own, within what the hub did.</param>
/// <param name="Own">How it is by itself, or null.</param>
public sealed record RunLogEntry(
    DateTime? At, string Text, string? Detail = null, TimeSpan? Length = null, IReadOnlyList<RunVerdict>? Verdicts = null, bool Inner = false, Tone? Own = null)
{
    /// <summary>Its own, or as the worst of its verdicts.</summary>
    public Tone Tone => Own ?? (Verdicts is { Count: > 0 } ? Words.Of(Verdicts.Max(v => v.Weight)) : Tone.Quiet);
}

/// <summary>
/// What the hub did in a run, in order, told from the dates that the run's row keeps. What no date tells is said to be not known.
/// </summary>
public static class RunLog
{
    public static IReadOnlyList<RunLogEntry> Of(RunView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var run = view.Run;
        var left = view.Verdicts.OrderBy(v => v.Order).ToList();
        IReadOnlyList<RunVerdict> Judged(Func<RunVerdict, bool> which)
        {
            var judged = left.Where(which).ToList();
            left = [.. left.Except(judged)];
            return judged;
        }

        var log = new List<RunLogEntry>
        {
            new(run.StartedAt, "The run began", Asked(run), Verdicts: run.PlayStartedAt is null ? Judged(BeforeTheGame) : Judged(v => v.Kind == VerdictKind.GameFolder)),
        };
        if (run.PlayStartedAt is { } played)
        {
            log.Add(new RunLogEntry(played, $"{Words.Count(run.Staged, "packet")} lay in INBOUND and the game was started under {run.Machine ?? "the emulator"}",
                "Looking at the game folder, waiting for a player or a free place, and copying the packets took that long together.", played - run.StartedAt));
            log.AddRange(view.Phases().Select(p => new RunLogEntry(p.At, p.Name, Length: p.Until - p.At, Inner: true)));
        }

        if (run.PlayEndedAt is { } ended)
        {
            log.Add(new RunLogEntry(ended, "The game ended", run.ExitCode is { } code ? $"Exit code {code}" : "It left no exit code.", ended - run.PlayStartedAt));
        }

        if (run.VerifiedAt is { } verified)
        {
            log.Add(new RunLogEntry(verified, "Judged what the game did", run.Staged == 0 ? null : $"{run.Consumed} of {Words.Count(run.Staged, "packet")} read", verified - run.PlayEndedAt, Judged(ByTheGame)));
        }

        if (run.CollectedAt is { } collected)
        {
            log.Add(new RunLogEntry(collected, "Took OUTBOUND into the ledger", $"{Words.Count(run.Written, "packet")} written", collected - run.VerifiedAt, Judged(v => v.Kind == VerdictKind.Outbound)));
        }

        if (run.ReportedAt is { } reported)
        {
            log.Add(new RunLogEntry(reported, "Had the game write its reports", $"{Words.Count(view.Report.Files.Count, "file")} kept", reported - run.CollectedAt, Judged(v => v.Kind == VerdictKind.Reports)));
        }

        if (Judged(v => v.Kind == VerdictKind.Nodelist) is { Count: > 0 } nodelist)
        {
            log.Add(new RunLogEntry(null, "Looked at the nodelist", "When is not kept; it is the last thing a run does.", Verdicts: nodelist));
        }

        if (run.CancelRequestedAt is { } cancelled)
        {
            log.Insert(log.FindLastIndex(e => e.At <= cancelled) + 1, new RunLogEntry(cancelled, "Somebody asked for it to stop"));
        }

        log.Add(view.EndedAt is { } over
            ? new RunLogEntry(over, $"The run ended: {Words.Of(view.Outcome).Text.ToLowerInvariant()}", view.Summary, Verdicts: left, Own: Words.Of(view.Outcome).Tone)
            : new RunLogEntry(null, "It goes on", view.StepViews().FirstOrDefault(s => s.State == StepState.Now)?.Name));
        return log;
    }

    /// <summary>The steps that a run which has ended never came to.</summary>
    public static IReadOnlyList<string> NotReached(RunView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return [.. view.StepViews().Where(s => s.State == StepState.NotReached).Select(s => s.Name)];
    }

    private static string Asked(Run run) => run.Trigger switch
    {
        RunTrigger.Schedule => "It was due by the league's schedule.",
        RunTrigger.Arrival => "Mail for the hub had come in.",
        RunTrigger.Reprocess => $"{run.RequestedBy ?? "Somebody"} had the packets of {(run.ReprocessOf is { } of ? $"run {of}" : "an earlier run")} read again.",
        _ => $"{run.RequestedBy ?? "Somebody"} asked for it.",
    };

    // A run that the game folder, the emulator or a player kept from starting was judged before the game
    private static bool BeforeTheGame(RunVerdict verdict) => verdict.Kind is VerdictKind.GameFolder or VerdictKind.Emulator or VerdictKind.Lock or VerdictKind.Consumption;

    private static bool ByTheGame(RunVerdict verdict) =>
        verdict.Kind is VerdictKind.Emulator or VerdictKind.Completion or VerdictKind.ExitCode or VerdictKind.Consumption or VerdictKind.Lock;
}
