using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

public class LiveRunTests
{
    [Fact]
    public async Task Phases_appear_while_the_game_runs_and_the_screen_comes_in_order_and_is_what_is_kept()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED SLOW FORCE");
        await hub.SendAsync(league, 2, 1);
        using var dashboard = hub.Get<LiveRuns>().Feed.Subscribe();
        var id = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        // There from the moment that the number is known
        var live = hub.Get<LiveRuns>().Find(id)!;
        using var changes = live.Feed.Subscribe();
        using var screen = live.Screen.Subscribe();
        var bytes = screen.Snapshot.Chunks.SelectMany(c => c).ToList();
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var drawing = Task.Run(async () =>
        {
            await foreach (var batch in screen.Batches(TimeSpan.FromMilliseconds(50), TimeProvider.System, done.Token))
            {
                bytes.AddRange(batch.SelectMany(c => c));
            }
        });

        await hub.LiveAsync(id, s => s.Glance.Phase == "Processing Incoming Data", "The first phases");
        Assert.Null((await hub.Get<RunHistory>().FindAsync(id, CancellationToken.None))!.Run.PlayEndedAt);
        var state = changes.Snapshot;
        await foreach (var batch in changes.Batches(TimeSpan.FromMilliseconds(50), TimeProvider.System, done.Token))
        {
            state = batch.Aggregate(state, Apply);
            if (state.Glance.EndedAt is not null)
            {
                break;
            }
        }

        var report = await hub.ReportAsync(id);
        screen.Dispose();
        await drawing;
        Assert.Equal((RunOutcome.Good, RunStep.Ended, report.Run.Summary), (state.Glance.Outcome, state.Glance.Step, state.Glance.Summary));
        Assert.Null(hub.Get<LiveRuns>().Find(id));
        Assert.Equal(report.Phases.Select(p => (p.Order, p.Name)), state.Phases.Select(p => (p.Order, p.Name)));
        Assert.Equal(report.Items.Select(i => (i.Order, i.Type, i.Source, i.Dest)), state.Items.Select(i => (i.Order, i.Type, i.Source, i.Dest)));
        Assert.Equal(report.Verdicts.Select(v => (v.Order, v.Sentence)), state.Verdicts.Select(v => (v.Order, v.Sentence)));
        // The phases came one by one, not all at the end: the game waits half a second after each
        Assert.True(report.Phases[^1].At - report.Phases[1].At > TimeSpan.FromSeconds(1.5), "All phases were seen at once.");
        var recording = (await hub.Get<RunHistory>().RecordingAsync(id, CancellationToken.None))!;
        Assert.Equal(Recording.Read(recording.Bytes).SelectMany(f => f.Bytes.ToArray()), bytes);
        Assert.Contains("Planetary Maintenance Complete", recording.Transcript, StringComparison.Ordinal);
        await SeenAsync(dashboard, id);
    }

    [Fact]
    public async Task The_small_screen_tells_changed_rows_twice_a_second_at_most()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED SLOW FORCE");
        var id = await hub.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        using var rows = hub.Get<LiveRuns>().Find(id)!.Rows.Subscribe();
        var began = TimeProvider.System.GetTimestamp();
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var screen = rows.Snapshot.ToArray();
        var told = 0;
        await foreach (var batch in rows.Batches(TimeSpan.FromMilliseconds(1), TimeProvider.System, done.Token))
        {
            foreach (var row in batch.SelectMany(r => r))
            {
                Assert.NotEqual(screen[row.Row], row.Text);
                screen[row.Row] = row.Text;
            }

            told += batch.Count;
            if (screen.Any(r => r.Contains("Planetary Maintenance Complete", StringComparison.Ordinal)))
            {
                break;
            }
        }

        Assert.Equal(ScreenModel.RowCount, screen.Length);
        // And once more at the end, when all is there
        Assert.InRange(told, 3, (TimeProvider.System.GetElapsedTime(began).TotalSeconds * 2) + 2);
        await hub.ReportAsync(id);
    }

    [Fact]
    public void A_look_that_comes_late_does_not_bring_an_ended_run_back()
    {
        var running = new RunGlance(1, LeagueId.Parse("900B"), RunTrigger.ByHand, DateTime.UnixEpoch, RunStep.Play, null, 0, null, null, null, true);
        var now = new RunsNow([], []).With(running);
        Assert.Equal([running], now.Running);
        now = now.With(running with { EndedAt = DateTime.UnixEpoch, Outcome = RunOutcome.Good }).With(running with { Here = false });
        Assert.Empty(now.Running);
        Assert.Equal(RunOutcome.Good, Assert.Single(now.Ended).Outcome);
    }

    [Fact]
    public void Items_add_up_by_direction_and_route_as_they_come()
    {
        var live = new LiveRun(new RunGlance(1, LeagueId.Parse("900B"), RunTrigger.ByHand, DateTime.UnixEpoch, RunStep.Play, null, 0, null, null, null, true));
        foreach (var (read, dest, type, size) in new[] { (true, 1, "Message", 100), (true, 1, "Time Check", 20), (false, 3, "Message", 50), (true, 1, "Message", 7) })
        {
            live.Feed.Publish(new LiveRunChange(Item: new RunItem { Read = read, Source = 2, Dest = dest, Type = type, Size = size, Phase = "" }));
        }

        var routes = live.Feed.State.Routes;
        Assert.Equal(2, routes.Count);
        Assert.Equal((3, 127L), (routes[(true, 2, 1)].Count, routes[(true, 2, 1)].Bytes));
        Assert.Equal([new("Message", 2), new("Time Check", 1)], routes[(true, 2, 1)].Types);
        Assert.Equal((1, 50L), (routes[(false, 2, 3)].Count, routes[(false, 2, 3)].Bytes));
        Assert.Equal(4, live.Feed.State.Items.Count);
    }

    [Fact]
    public async Task A_run_of_another_process_is_seen_here_begin_and_end()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        await using var other = await TestHub.StartAsync(folder: hub.Folder);
        await File.WriteAllTextAsync(hub.LockOf(league), "x");

        var id = await other.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(hub.Get<LiveRuns>().Feed.State.Running.Exists(r => r.RunId == id && !r.Here)), "The run in the other hub's view");
        await hub.Runs.CancelAsync(id, CancellationToken.None);
        await Eventually.TrueAsync(
            () => Task.FromResult(hub.Get<LiveRuns>().Feed.State is var now && now.Running.IsEmpty && now.Ended.Exists(r => r.RunId == id && r.Outcome == RunOutcome.Cancelled)),
            "Its end in the other hub's view");
        await other.ReportAsync(id);
    }

    private static LiveRunState Apply(LiveRunState state, LiveRunChange change) => change switch
    {
        { Glance: { } glance } => state with { Glance = glance },
        { Phase: { } phase } => state with { Phases = state.Phases.Add(phase) },
        { Item: { } item } => state with { Items = state.Items.Add(item) },
        { Verdict: { } verdict } => state with { Verdicts = state.Verdicts.Add(verdict) },
        _ => state,
    };

    // Whoever watches all runs saw it begin here and end
    private static async Task SeenAsync(Engine.Live.LiveSubscription<RunsNow, RunGlance> dashboard, long id)
    {
        dashboard.Dispose();
        var glances = new List<RunGlance>();
        await foreach (var batch in dashboard.Batches(TimeSpan.FromMilliseconds(1), TimeProvider.System))
        {
            glances.AddRange(batch.Where(g => g.RunId == id));
        }

        Assert.All(glances.TakeWhile(g => g.EndedAt is null), g => Assert.True(g.Here));
        var steps = glances.Where(g => g.Here).Select(g => g.Step).Distinct().ToList();
        Assert.Equal(steps.Order(), steps);
        Assert.Contains(glances, g => g is { Outcome: RunOutcome.Good, Here: true });
    }
}
