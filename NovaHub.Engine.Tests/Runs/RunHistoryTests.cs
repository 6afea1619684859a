using System.Globalization;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

public class RunHistoryTests
{
    private static readonly DateTime s_first = new(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly LeagueId s_league = LeagueId.Parse("900B");
    private static readonly LeagueId s_other = LeagueId.Parse("555B");

    [Fact]
    public async Task Runs_are_found_by_what_they_are()
    {
        await using var hub = await TestHub.StartAsync();
        await StoreAsync(hub,
            Run(1, s_league, RunOutcome.Good), Run(2, s_other, RunOutcome.Failed, RunTrigger.Schedule), Run(3, s_league, RunOutcome.Failed, RunTrigger.Arrival), Run(4, s_league, null));

        Assert.Equal([4, 3, 2, 1], await ListAsync(hub, new RunFilter()));
        Assert.Equal([4, 3, 1], await ListAsync(hub, new RunFilter { League = s_league }));
        Assert.Equal([3, 2], await ListAsync(hub, new RunFilter { Outcome = RunOutcome.Failed }));
        Assert.Equal([3], await ListAsync(hub, new RunFilter { Outcome = RunOutcome.Failed, League = s_league }));
        Assert.Equal([4], await ListAsync(hub, new RunFilter { Running = true }));
        Assert.Equal([2], await ListAsync(hub, new RunFilter { Trigger = RunTrigger.Schedule }));
        Assert.Equal([3, 2], await ListAsync(hub, new RunFilter { From = s_first.AddHours(2), Until = s_first.AddHours(4) }));
        Assert.Empty(await ListAsync(hub, new RunFilter { League = LeagueId.Parse("123B") }));
        var (page, total) = await hub.Get<RunHistory>().PageAsync(new RunFilter(), 1, 2, CancellationToken.None);
        Assert.Equal([3, 2], page.Select(r => r.Id));
        Assert.Equal(4, total);
        Assert.True(await hub.Get<RunHistory>().AnyAsync(s_league, CancellationToken.None));
        Assert.False(await hub.Get<RunHistory>().AnyAsync(LeagueId.Parse("123B"), CancellationToken.None));
    }

    [Fact]
    public async Task Runs_are_sorted_by_the_database()
    {
        await using var hub = await TestHub.StartAsync();
        await StoreAsync(hub,
            Run(1, s_league, RunOutcome.Good, seconds: 1.25, read: 2, written: 9), Run(2, s_league, RunOutcome.Good, seconds: 90_000, read: 7, written: 1),
            Run(3, s_league, RunOutcome.Good, seconds: 1.2, read: 7, written: 3), Run(4, s_league, null));

        Assert.Equal([1, 2, 3, 4], await ListAsync(hub, new RunFilter { Descending = false }));
        Assert.Equal([2, 1, 3, 4], await ListAsync(hub, new RunFilter { Sort = RunSort.Took }));
        Assert.Equal([4, 3, 1, 2], await ListAsync(hub, new RunFilter { Sort = RunSort.Took, Descending = false }));
        Assert.Equal([3, 2, 1, 4], await ListAsync(hub, new RunFilter { Sort = RunSort.Read }));
        Assert.Equal([4, 1, 3, 2], await ListAsync(hub, new RunFilter { Sort = RunSort.Read, Descending = false }));
        Assert.Equal([1, 3, 2, 4], await ListAsync(hub, new RunFilter { Sort = RunSort.Written }));
        Assert.Equal([4, 2, 3, 1], await ListAsync(hub, new RunFilter { Sort = RunSort.Written, Descending = false }));
    }

    [Fact]
    public async Task The_run_before_is_one_of_the_same_league()
    {
        await using var hub = await TestHub.StartAsync();
        var last = Run(3, s_league, RunOutcome.Good);
        await StoreAsync(hub, Run(1, s_league, RunOutcome.Good), Run(2, s_other, RunOutcome.Good), last);
        Assert.Equal(1, await hub.Get<RunHistory>().BeforeAsync(last, CancellationToken.None));
        Assert.Null(await hub.Get<RunHistory>().BeforeAsync(Run(1, s_league, RunOutcome.Good), CancellationToken.None));
    }

    /// <summary>The figures stand in docs/decisions.md.</summary>
    [Fact(Explicit = true)]
    public async Task What_a_page_of_100_000_runs_costs()
    {
        await using var hub = await TestHub.StartAsync();
        for (var from = 1; from <= 100_000; from += 10_000)
        {
            await StoreAsync(hub, [.. Enumerable.Range(from, 10_000).Select(i => Run(
                i, i % 5 == 0 ? s_other : s_league, i % 50 == 0 ? RunOutcome.Failed : RunOutcome.Good, (RunTrigger)(i % 3), i % 977, i % 13, i % 7, "The game finished: 4 of 4 packets read, 3 written."))]);
        }

        foreach (var (name, filter, skip) in new (string, RunFilter, int)[]
        {
            ("newest", new(), 0), ("oldest page of newest", new(), 99_975), ("league", new() { League = s_other }, 0), ("failed", new() { Outcome = RunOutcome.Failed }, 0),
            ("failed of a league", new() { League = s_other, Outcome = RunOutcome.Failed }, 0), ("running", new() { Running = true }, 0), ("by hand", new() { Trigger = RunTrigger.ByHand }, 0),
            ("last 30 days", new() { From = s_first.AddHours(100_000 - 720) }, 0), ("took", new() { Sort = RunSort.Took }, 0), ("read", new() { Sort = RunSort.Read }, 0), ("written, league", new() { Sort = RunSort.Written, League = s_other }, 0),
        })
        {
            var times = new List<double>();
            for (var i = 0; i < 12; i++)
            {
                var began = TimeProvider.System.GetTimestamp();
                await hub.Get<RunHistory>().PageAsync(filter, skip, 25, CancellationToken.None);
                times.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }

            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {times.Skip(2).Order().ElementAt(5):F1} ms, worst {times.Skip(2).Max():F1} ms"));
        }
    }

    private static async Task<IReadOnlyList<long>> ListAsync(TestHub hub, RunFilter filter) =>
        [.. (await hub.Get<RunHistory>().PageAsync(filter, 0, 100, CancellationToken.None)).Runs.Select(r => r.Id)];

    private static async Task StoreAsync(TestHub hub, params Run[] runs)
    {
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        db.AddRange(runs);
        await db.SaveChangesAsync();
    }

    private static Run Run(
        long id, LeagueId league, RunOutcome? outcome, RunTrigger trigger = RunTrigger.ByHand, double seconds = 1, int read = 0, int written = 0, string? summary = null) => new()
        {
            Id = id,
            LeagueId = league,
            Trigger = trigger,
            StartedAt = s_first.AddHours(id),
            EndedAt = outcome is null ? null : s_first.AddHours(id).AddSeconds(seconds),
            Outcome = outcome,
            Consumed = read,
            Written = written,
            Summary = summary,
        };
}
