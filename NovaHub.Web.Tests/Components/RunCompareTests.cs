using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Runs;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class RunCompareTests
{
    [Fact]
    public async Task A_failed_run_is_held_against_the_good_one_before_it()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var other = await console.Hub.AddLeagueAsync("555", "Other", withGame: false);
        var (good, failed) = (Run(league, 1, RunOutcome.Good), Run(league, 3, RunOutcome.Failed, unread: 2));
        await console.StoreAsync(good, Run(other, 2, RunOutcome.Good), failed,
            Verdict(1, 0, VerdictKind.Consumption, VerdictWeight.Good, "All 2 packets were read."), Verdict(3, 0, VerdictKind.Consumption, VerdictWeight.Bad, "2 packets were not read."),
            Verdict(1, 1, VerdictKind.ExitCode, VerdictWeight.Notice, "Took 10 tries."), Verdict(3, 1, VerdictKind.ExitCode, VerdictWeight.Notice, "Took 12 tries."),
            Item(1, 0, true, 2, 1, "Recon Update"), Item(1, 1, false, 1, 3, "Time Check"), Item(3, 0, false, 1, 3, "Time Check"),
            Phase(good, 0, "Processing Incoming Data", 0), Phase(good, 1, "Planetary Maintenance Complete", 4), Phase(failed, 0, "Processing Incoming Data", 0));

        var page = console.Show<RunComparePage>(p => p.Add(x => x.Id, 3));
        Eventually(page, "Run 3 compared with run 1");
        Assert.Equal(
        [
            "It ended failed; run 1 ended good.", "New: 2 packets were not read.", "2 packets stayed unread; 0 in run 1.",
            "The game did not come to “Planetary Maintenance Complete”.", "0 packets read; 2 in run 1.", "Nothing was read from node 2 to node 1; 1 item in run 1.",
        ], page.FindAll("[aria-labelledby=differs-title] li").Select(l => l.TextContent.Trim()));
        Assert.Equal(["2 packets were not read."], page.FindAll("[aria-labelledby=new-title] li span:not(.mud-icon-root)").Select(s => s.TextContent));
        Assert.Equal(["All 2 packets were read."], page.FindAll("[aria-labelledby=gone-title] li span:not(.mud-icon-root)").Select(s => s.TextContent));
        var moved = page.FindAll("[aria-labelledby=items-title] tbody tr");
        Assert.Equal([("differs", "0", "1"), ("", "1", "1")], moved.Select(r => (r.ClassName ?? "", r.Children[1].TextContent, r.Children[2].TextContent)));
        Assert.Equal("page", page.FindAll(".tabs a").Single(a => a.TextContent == "Compare").GetAttribute("aria-current"));
    }

    [Fact]
    public async Task Any_other_run_will_do_and_two_alike_differ_in_nothing()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(Run(league, 1, RunOutcome.Good), Run(league, 2, RunOutcome.Failed), Run(league, 3, RunOutcome.Good));
        var navigation = console.Bunit.Services.GetRequiredService<NavigationManager>();
        var page = console.Show<RunComparePage>(p => p.Add(x => x.Id, 3));
        Eventually(page, "Run 3 compared with run 2");
        page.Find("input[type=number]").Change("1");
        await page.InvokeAsync(() => page.Find("form").Submit());
        Assert.EndsWith("/runs/3/compare?with=1", navigation.Uri);
        Eventually(page, "Run 3 compared with run 1");
        Assert.Contains("Nothing that counts", page.Markup);
        Assert.Contains("With run 2, the one before", page.Markup);
    }

    [Theory]
    [InlineData(9, null, "There is no run 9")]
    [InlineData(1, null, "There is nothing to compare it with")]
    [InlineData(1, 9, "There is no run 9")]
    [InlineData(1, 1, "That is the same run")]
    public async Task What_can_not_be_compared_is_said(long id, int? with, string said)
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(Run(league, 1, RunOutcome.Good));
        console.Bunit.Services.GetRequiredService<NavigationManager>().NavigateTo($"/runs/{id}/compare{(with is null ? "" : $"?with={with}")}");
        Eventually(console.Show<RunComparePage>(p => p.Add(x => x.Id, id)), said);
    }

    [Fact]
    public async Task A_run_that_goes_on_is_compared_again_when_it_has_ended()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var running = new Run { Id = 2, LeagueId = league, StartedAt = DateTime.UtcNow };
        await console.StoreAsync(Run(league, 1, RunOutcome.Good), running);
        var page = console.Show<RunComparePage>(p => p.Add(x => x.Id, 2));
        Eventually(page, "Run 2 still goes on; this is what is known so far.");
        await using (var db = await console.Hub.Get<Microsoft.EntityFrameworkCore.IDbContextFactory<NovaHub.Engine.Storage.HubDb>>().CreateDbContextAsync())
        {
            db.Attach(running);
            (running.EndedAt, running.Outcome) = (DateTime.UtcNow, RunOutcome.TimedOut);
            await db.SaveChangesAsync();
        }

        console.Runs.Feed.Publish(Glance(league, 2, RunStep.Ended, outcome: RunOutcome.TimedOut));
        Eventually(page, "It ended timed out; run 1 ended good.");
    }

    [Fact]
    public void Only_a_length_that_changed_much_is_worth_a_word()
    {
        TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
        Assert.True(new ComparedPhase("", S(5), S(2)).ChangedMuch);
        Assert.True(new ComparedPhase("", S(2), S(5)).ChangedMuch);
        Assert.False(new ComparedPhase("", S(0.9), S(0.1)).ChangedMuch);
        Assert.False(new ComparedPhase("", S(30), S(20)).ChangedMuch);
        Assert.False(new ComparedPhase("", null, S(20)).ChangedMuch);
    }

    [Fact]
    public void Another_emulator_and_another_league_are_said()
    {
        static RunView View(Run run) => new(new RunReport(run, [], [], [], [], [], []), null, null);
        var now = Run(LeagueId.Parse("900B"), 2, RunOutcome.Good);
        var other = Run(LeagueId.Parse("555B"), 1, RunOutcome.Good);
        (now.Machine, other.Machine) = ("dosemu2", "DOSBox");
        Assert.Equal(
            [new(Tone.Notice, "They are runs of two leagues, 900B and 555B."), new(Tone.Notice, "It ran under dosemu2; run 1 under DOSBox.")],
            RunComparison.Of(View(now), View(other)).Differences);
    }

    [Fact]
    public void Of_many_routes_that_differ_the_first_are_named_and_the_rest_counted()
    {
        var (now, other) = (Run(LeagueId.Parse("900B"), 2, RunOutcome.Good), Run(LeagueId.Parse("900B"), 1, RunOutcome.Good));
        var differences = RunComparison.Of(
            new RunView(new RunReport(now, [], [.. Enumerable.Range(2, 20).Select(i => Item(2, i, true, i, 1, "Time Check"))], [], [], [], []), null, null),
            new RunView(new RunReport(other, [], [], [], [], [], []), null, null)).Differences;
        Assert.Equal("1 item read from node 2 to node 1; none in run 1.", differences[0].Sentence);
        Assert.Equal("12 more routes had mail in one of the two only; see what moved.", differences[^1].Sentence);
        Assert.Equal(9, differences.Count);
    }

    private static Run Run(LeagueId league, long id, RunOutcome outcome, int unread = 0)
    {
        var at = new DateTime(2026, 11, 20, 10, 0, 0, DateTimeKind.Utc).AddHours(id);
        return new Run
        {
            Id = id, LeagueId = league, StartedAt = at, StagedAt = at, PlayStartedAt = at, PlayEndedAt = at.AddSeconds(5), VerifiedAt = at.AddSeconds(5), EndedAt = at.AddSeconds(6),
            Outcome = outcome, Summary = outcome.ToString(), Staged = 2, Consumed = 2 - unread, Unconsumed = unread, Machine = "DOSBox", EmulatorMs = 4000, ExitCode = 0,
        };
    }

    private static RunVerdict Verdict(long run, int order, VerdictKind kind, VerdictWeight weight, string sentence) => new() { RunId = run, Order = order, Kind = kind, Weight = weight, Sentence = sentence };

    private static RunItem Item(long run, int order, bool read, int source, int dest, string type) => new() { RunId = run, Order = order, Read = read, Source = source, Dest = dest, Type = type, Size = 100 };

    private static RunPhase Phase(Run run, int order, string name, int second) => new() { RunId = run.Id, Order = order, Name = name, At = run.StartedAt.AddSeconds(second) };
}
