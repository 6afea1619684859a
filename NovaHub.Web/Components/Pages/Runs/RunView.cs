using System.Collections.Immutable;
using NovaHub.Engine.Runs;

namespace NovaHub.Web.Components.Pages.Runs;

/// <summary>How far a step of a run is.</summary>
public enum StepState
{
    /// <summary>Not reached yet.</summary>
    Ahead,

    /// <summary>Going on.</summary>
    Now,

    /// <summary>Done.</summary>
    Done,

    /// <summary>The run ended before it.</summary>
    NotReached,
}

/// <summary>A step of a run as the page shows it.</summary>
public sealed record StepView(string Name, StepState State);

/// <summary>A phase of the game with its length; null while it goes on.</summary>
public sealed record PhaseView(string Name, DateTime At, DateTime? Until);

/// <summary>Items of one direction on one route.</summary>
public sealed record RouteItems(bool Read, int Source, int Dest, int Count, long Bytes, IReadOnlyList<(string Type, int Count)> Types);

/// <summary>One run as its page shows it: what the database has, and over it what is seen live.</summary>
/// <param name="Report">What the database has.</param>
/// <param name="Live">What this process has seen, or null when it does not run here.</param>
/// <param name="Glance">The run at a glance as long as it runs anywhere, or null.</param>
public sealed record RunView(RunReport Report, LiveRunState? Live, RunGlance? Glance)
{
    private static readonly (RunStep Step, string Name)[] Steps =
    [
        (RunStep.Stage, "Stage"), (RunStep.Play, "Play"), (RunStep.Verify, "Verify"), (RunStep.Collect, "Collect"),
        (RunStep.Report, "Report"), (RunStep.Nodelist, "Nodelist"),
    ];

    public Run Run => Report.Run;

    private RunGlance? Seen => Live?.Glance ?? Glance;

    public DateTime? EndedAt => Run.EndedAt ?? Seen?.EndedAt;

    public bool Running => EndedAt is null;

    public RunOutcome? Outcome => Run.Outcome ?? Seen?.Outcome;

    public string? Summary => Run.Summary ?? Seen?.Summary;

    public int Staged => Math.Max(Run.Staged, Seen?.Staged ?? 0);

    /// <summary>Whether somebody asked it to stop and it has not ended yet.</summary>
    public bool Stopping => Running && Run.CancelRequestedAt is not null;

    public IReadOnlyList<RunVerdict> Verdicts => Longer(Live?.Verdicts, Report.Verdicts);

    public IReadOnlyList<RunItem> Items => Longer(Live?.Items, Report.Items);

    public IReadOnlyList<PhaseView> Phases()
    {
        var phases = Longer(Live?.Phases, Report.Phases);
        return [.. phases.Select((p, i) => new PhaseView(p.Name, p.At, i + 1 < phases.Count ? phases[i + 1].At : Run.PlayEndedAt ?? EndedAt))];
    }

    public IReadOnlyList<StepView> StepViews()
    {
        var now = Running ? Seen?.Step ?? ByDates() : RunStep.Ended;
        return [.. Steps.Select(s => new StepView(s.Name, StateOf(s.Step, now)))];
    }

    /// <summary>Items by route, read before written, the fullest route first.</summary>
    public IReadOnlyList<RouteItems> Routes() =>
    [
        .. Sums.Select(r => new RouteItems(
                r.Key.Read, r.Key.Source, r.Key.Dest, r.Value.Count, r.Value.Bytes,
                [.. r.Value.Types.Select(t => (t.Key, t.Value)).OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal)]))
            .OrderByDescending(r => r.Read).ThenByDescending(r => r.Count).ThenBy(r => r.Source).ThenBy(r => r.Dest),
    ];

    private ImmutableDictionary<(bool Read, int Source, int Dest), RunRoute> Sums =>
        Live is { } live && ReferenceEquals(Items, live.Items) ? live.Routes : RunRoute.Of(Report.Items);

    private StepState StateOf(RunStep step, RunStep now)
    {
        if (now != RunStep.Ended)
        {
            return step < now ? StepState.Done : step == now ? StepState.Now : StepState.Ahead;
        }

        var done = step switch
        {
            RunStep.Stage => Run.StagedAt is not null,
            RunStep.Play => Run.PlayEndedAt is not null,
            RunStep.Verify => Run.VerifiedAt is not null,
            RunStep.Collect => Run.CollectedAt is not null,
            // The nodelist leaves no date of its own, only what was said about it
            RunStep.Nodelist => Verdicts.Any(v => v.Kind == VerdictKind.Nodelist),
            _ => Run.ReportedAt is not null,
        };
        return done ? StepState.Done : StepState.NotReached;
    }

    private RunStep ByDates() => Run switch
    {
        { ReportedAt: not null } => RunStep.Nodelist,
        { CollectedAt: not null } => RunStep.Report,
        { VerifiedAt: not null } => RunStep.Collect,
        { PlayEndedAt: not null } => RunStep.Verify,
        { PlayStartedAt: not null } or { StagedAt: not null } => RunStep.Play,
        _ => RunStep.Stage,
    };

    private static IReadOnlyList<T> Longer<T>(IReadOnlyList<T>? seen, IReadOnlyList<T> stored) =>
        seen is not null && seen.Count > stored.Count ? seen : stored;
}
