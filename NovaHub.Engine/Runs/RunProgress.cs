using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>
/// Tells people how far a run is and what was judged: at once to who watches, and into the database with the run's next
/// commit, so that a verdict costs no commit of its own.
/// </summary>
internal sealed class RunProgress(Run run, LiveRun live, LiveRuns lives)
{
    private readonly List<RunVerdict> _pending = [];
    private int _verdicts;
    private RunGlance _glance = live.Feed.State.Glance;

    /// <summary>The run's live view.</summary>
    public LiveRun Live => live;

    /// <summary>Shows the step, and what the game or the hub is at.</summary>
    public void Show(RunStep step, string? phase = null)
    {
        _glance = _glance with
        {
            Step = step,
            Phase = phase ?? (step == RunStep.Play ? _glance.Phase : null),
            Staged = run.Staged,
            EndedAt = run.EndedAt,
            Outcome = run.Outcome,
            Summary = run.Summary,
        };
        lives.Update(_glance);
    }

    /// <summary>Shows judgements; <see cref="Write"/> brings them into the database.</summary>
    public void Judge(params IEnumerable<Judgement> judgements)
    {
        foreach (var judgement in judgements)
        {
            var verdict = new RunVerdict
            {
                RunId = run.Id,
                Order = _verdicts++,
                Kind = judgement.Kind,
                Weight = judgement.Weight,
                Sentence = judgement.Sentence,
            };
            _pending.Add(verdict);
            live.Feed.Publish(new LiveRunChange(Verdict: verdict));
        }
    }

    /// <summary>Whether anything that was judged so far keeps the run from being good.</summary>
    public bool HasBad => _pending.Exists(v => v.Weight == VerdictWeight.Bad);

    /// <summary>Shows one judgement.</summary>
    public void Judge(VerdictKind kind, VerdictWeight weight, string sentence) => Judge(new Judgement(kind, weight, sentence));

    /// <summary>Writes what was judged, within the caller's commit. Doing it twice is no harm: each verdict has its place.</summary>
    public void Write(LedgerWriter writer) => _pending.ForEach(verdict => RunStore.AddVerdict(writer, verdict));
}
