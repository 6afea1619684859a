using System.Collections.Immutable;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Live;

namespace NovaHub.Engine.Runs;

/// <summary>How far a run is.</summary>
public enum RunStep
{
    /// <summary>Looking at the game folder and the emulator, waiting for a player to leave.</summary>
    Prepare,

    /// <summary>Putting packets into INBOUND.</summary>
    Stage,

    /// <summary>The game runs.</summary>
    Play,

    /// <summary>Judging what the game did.</summary>
    Verify,

    /// <summary>Taking OUTBOUND into the ledger.</summary>
    Collect,

    /// <summary>Making and keeping the reports.</summary>
    Report,

    /// <summary>Bringing the nodelist up to date.</summary>
    Nodelist,

    /// <summary>It is over.</summary>
    Ended,
}

/// <summary>A run at a glance.</summary>
/// <param name="RunId">The run.</param>
/// <param name="LeagueId">Its league.</param>
/// <param name="Trigger">What asked for it.</param>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="Step">How far it is.</param>
/// <param name="Phase">The game's latest phase, or null.</param>
/// <param name="Staged">Packets in INBOUND.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="Outcome">How it ended, or null.</param>
/// <param name="Summary">What came of it, or null.</param>
/// <param name="Here">Whether it runs in this process, so that its screen can be watched.</param>
public sealed record RunGlance(
    long RunId, LeagueId LeagueId, RunTrigger Trigger, DateTime StartedAt, RunStep Step, string? Phase, int Staged,
    DateTime? EndedAt, RunOutcome? Outcome, string? Summary, bool Here);

/// <summary>The runs of now and of a moment ago. Immutable.</summary>
/// <param name="Running">What runs, oldest first.</param>
/// <param name="Ended">The latest that ended, newest first; at most <see cref="KeepEnded"/>.</param>
public sealed record RunsNow(ImmutableList<RunGlance> Running, ImmutableList<RunGlance> Ended)
{
    /// <summary>How many ended runs are kept at hand.</summary>
    public const int KeepEnded = 20;

    /// <summary>The state after a run changed.</summary>
    public RunsNow With(RunGlance run)
    {
        if (run.EndedAt is null && Ended.Exists(r => r.RunId == run.RunId))
        {
            // A look at the database that began before the run ended comes too late
            return this;
        }

        var running = Running.RemoveAll(r => r.RunId == run.RunId);
        var ended = Ended.RemoveAll(r => r.RunId == run.RunId);
        return run.EndedAt is null
            ? new RunsNow(running.Add(run).Sort((a, b) => a.RunId.CompareTo(b.RunId)), ended)
            : new RunsNow(running, [.. ended.Insert(0, run).OrderByDescending(r => r.RunId).Take(KeepEnded)]);
    }
}

/// <summary>What a running run has shown so far. Immutable.</summary>
/// <param name="Glance">The run at a glance.</param>
/// <param name="Phases">The game's phases.</param>
/// <param name="Items">Items read and written.</param>
/// <param name="Verdicts">What was judged.</param>
public sealed record LiveRunState(
    RunGlance Glance, ImmutableList<RunPhase> Phases, ImmutableList<RunItem> Items, ImmutableList<RunVerdict> Verdicts)
{
    /// <summary>The items by direction and route. Added up as they come: each of many watchers would sort thousands several times a second.</summary>
    public ImmutableDictionary<(bool Read, int Source, int Dest), RunRoute> Routes { get; private init; } = RunRoute.Of(Items);

    internal LiveRunState With(RunItem item) => this with { Items = Items.Add(item), Routes = RunRoute.Add(Routes, item) };
}

/// <summary>One change of a running run: exactly one of the parts is set.</summary>
/// <param name="Glance">It moved on.</param>
/// <param name="Phase">The game printed a phase.</param>
/// <param name="Item">The game named an item.</param>
/// <param name="Verdict">Something was judged.</param>
public sealed record LiveRunChange(RunGlance? Glance = null, RunPhase? Phase = null, RunItem? Item = null, RunVerdict? Verdict = null);

/// <summary>The screen of a running run so far, as terminal bytes. Immutable.</summary>
/// <param name="Chunks">Bytes in order; at most the last <see cref="KeepBytes"/> or so.</param>
/// <param name="Bytes">How many bytes the chunks hold.</param>
public sealed record LiveScreen(ImmutableList<byte[]> Chunks, int Bytes)
{
    /// <summary>How much of a long session a newcomer is shown.</summary>
    public const int KeepBytes = 512 * 1024;

    internal LiveScreen With(byte[] chunk)
    {
        var (chunks, bytes) = (Chunks.Add(chunk), Bytes + chunk.Length);
        while (bytes > KeepBytes && chunks.Count > 1)
        {
            bytes -= chunks[0].Length;
            chunks = chunks.RemoveAt(0);
        }

        return new LiveScreen(chunks, bytes);
    }
}

/// <summary>A row of a DOS screen that changed.</summary>
/// <param name="Row">Which one, 0..24.</param>
/// <param name="Text">What it says now.</param>
public readonly record struct ScreenRow(int Row, string Text);

/// <summary>One run that runs in this process, to be watched.</summary>
public sealed class LiveRun(RunGlance glance)
{
    /// <summary>The run's number.</summary>
    public long RunId { get; } = glance.RunId;

    /// <summary>Phases, items and verdicts: so far, and as they come.</summary>
    public LiveFeed<LiveRunState, LiveRunChange> Feed { get; } = new(
        new LiveRunState(glance, [], [], []),
        (state, change) => change switch
        {
            { Glance: { } next } => state with { Glance = next },
            { Phase: { } phase } => state with { Phases = state.Phases.Add(phase) },
            { Item: { } item } => state.With(item),
            { Verdict: { } verdict } => state with { Verdicts = state.Verdicts.Add(verdict) },
            _ => state,
        },
        capacity: 4096);

    /// <summary>The DOS screen: terminal bytes (UTF-8, ANSI) so far, and as they come.</summary>
    public LiveFeed<LiveScreen, byte[]> Screen { get; } = new(new LiveScreen([], 0), (state, chunk) => state.With(chunk), capacity: 4096);

    /// <summary>
    /// The 25 rows of the DOS screen as text, and those that changed; twice a second at most. One screen serves everybody who
    /// looks at it small.
    /// </summary>
    public LiveFeed<ImmutableArray<string>, IReadOnlyList<ScreenRow>> Rows { get; } = new(
        [.. Enumerable.Repeat("", ScreenModel.RowCount)],
        (rows, changed) => [.. changed.Aggregate(rows.ToBuilder(), (all, row) =>
        {
            all[row.Row] = row.Text;
            return all;
        })],
        capacity: 64);
}

/// <summary>Every run that is going on, for pages: the runs of all processes at a glance, this process's own in full.</summary>
public sealed class LiveRuns
{
    private ImmutableDictionary<long, LiveRun> _here = ImmutableDictionary<long, LiveRun>.Empty;

    /// <summary>The runs of now, and every change.</summary>
    public LiveFeed<RunsNow, RunGlance> Feed { get; } = new(new RunsNow([], []), (state, run) => state.With(run));

    /// <summary>The run, when it runs in this process; otherwise null, and the database has what there is.</summary>
    public LiveRun? Find(long runId) => _here.GetValueOrDefault(runId);

    internal LiveRun Begin(RunGlance glance)
    {
        var run = new LiveRun(glance);
        ImmutableInterlocked.TryAdd(ref _here, run.RunId, run);
        Feed.Publish(glance);
        return run;
    }

    internal void Leave(long runId) => ImmutableInterlocked.TryRemove(ref _here, runId, out _);

    internal void Update(RunGlance glance)
    {
        Find(glance.RunId)?.Feed.Publish(new LiveRunChange(Glance: glance));
        Feed.Publish(glance);
        if (glance.EndedAt is not null)
        {
            ImmutableInterlocked.TryRemove(ref _here, glance.RunId, out _);
        }
    }
}
