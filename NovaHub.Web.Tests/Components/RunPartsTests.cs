using System.Security.Cryptography;
using System.Text;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Pages.Dashboard;
using NovaHub.Web.Components.Pages.Runs;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

/// <summary>The parts of a run's page beside the overview: files, transcript, log; and the small screen of the dashboard.</summary>
public sealed class RunPartsTests
{
    [Fact]
    public async Task A_bulletin_is_drawn_as_on_a_dos_screen()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync([EndedRun(league, 1, RunOutcome.Good, "Good."),
            .. File(1, "ROUTES.LST", "Routes"u8.ToArray()), .. File(1, "SCORES.ANS", [.. "\e[1;33;44m"u8, 0xC9, 0xCD, .. " <b>Gold</b> "u8, 0x01, .. "\e[0m\r\nplain"u8])]);

        var page = Open(console, 1, "?view=files");
        Eventually(page, "plain");
        var screen = page.Find("pre.dos-page");
        Assert.Equal("SCORES.ANS", screen.GetAttribute("aria-label"));
        Assert.Equal("0", screen.GetAttribute("tabindex"));
        Assert.Equal("╔═ <b>Gold</b> ☺\nplain\n", screen.TextContent);
        Assert.Equal([("f11 b4", "╔═ <b>Gold</b> ☺"), ("f7", "plain")], page.FindAll("pre.dos-page span").Select(s => (s.ClassName!, s.TextContent)));
        Assert.Equal("SCORES.ANS", page.Find(".files a[aria-current]").TextContent);
        Assert.Contains("/runs/1/files/ROUTES.LST", page.Markup);

        console.Bunit.Services.GetRequiredService<NavigationManager>().NavigateTo("/runs/1?file=routes.lst");
        page.WaitForAssertion(() => Assert.Equal("Routes\n", page.Find("pre.dos-page").TextContent), TimeSpan.FromSeconds(5));
        console.Bunit.Services.GetRequiredService<NavigationManager>().NavigateTo("/runs/1?file=../secret");
        Eventually(page, "This run left no file named");
        Assert.Empty(page.FindAll("pre.dos-page"));
    }

    [Fact]
    public async Task A_run_without_files_says_why_and_a_file_that_is_too_long_says_so()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync([EndedRun(league, 1, RunOutcome.Failed, "Failed."), EndedRun(league, 2, RunOutcome.Good, "Good."), new Run { Id = 3, LeagueId = league, StartedAt = DateTime.UtcNow },
            .. File(2, "SCORES.ANS", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("x\r\n", 1200)))), .. File(2, "EMPTY.ANS", [])]);
        Eventually(Open(console, 1, "?view=files"), "It left none");
        Eventually(Open(console, 2, "?view=files"), "It goes on: 1");
        Eventually(Open(console, 2, "?file=EMPTY.ANS"), "EMPTY.ANS is empty.");
        Eventually(Open(console, 3, "?view=files"), "Reports are made when the game has ended well.");
    }

    [Fact]
    public async Task A_transcript_is_searched_and_its_places_are_gone_through()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var lines = Enumerable.Range(0, 3000).Select(i => i is 20 or 50 or 2500 ? $"{i} DeCompress: Recon Update" : $"{i} ═══").ToList();
        await console.StoreAsync(EndedRun(league, 1, RunOutcome.Good, "Good."), new RunRecording { RunId = 1, Bytes = [], Transcript = string.Join('\n', lines) });
        var scrolls = console.Bunit.JSInterop.SetupModule("./console.mjs");
        scrolls.Mode = JSRuntimeMode.Loose;
        var page = Open(console, 1, "?view=transcript");
        page.WaitForElement(".find input", TimeSpan.FromSeconds(5));
        Assert.Contains("3\u202f000 lines", page.Markup);
        Assert.All(page.FindAll(".find button"), b => Assert.True(b.HasAttribute("disabled")));

        page.Find(".find input").Input("recon");
        Assert.Equal("1 of 3", page.Find(".find-count").TextContent);
        // Only the rows around what is seen are drawn
        Assert.Equal(["Recon", "Recon"], page.FindAll("mark").Select(m => m.TextContent));
        Assert.StartsWith("20 ", page.Find(".line.current").TextContent);
        page.Find(".find input").KeyDown(Key.Enter);
        Assert.Equal("2 of 3", page.Find(".find-count").TextContent);
        Assert.StartsWith("50 ", page.Find(".line.current").TextContent);
        page.Find(".find input").KeyDown(new KeyboardEventArgs { Key = "Enter", ShiftKey = true });
        page.Find("button[aria-label=Previous]").Click();
        Assert.Equal("3 of 3", page.Find(".find-count").TextContent);
        page.Find("button[aria-label=Next]").Click();
        Assert.Equal("1 of 3", page.Find(".find-count").TextContent);
        page.WaitForAssertion(() => Assert.Equal([20, 50, 20, 2500, 20], scrolls.Invocations.Where(i => i.Identifier == "scrollToRow").Select(i => (int)i.Arguments[1]!)));
        page.Find(".find input").Change("recon");
        Assert.EndsWith("/runs/1?view=transcript&find=recon", console.Bunit.Services.GetRequiredService<NavigationManager>().Uri);
        page.Find(".find input").Input("nothing like it");
        Assert.Equal("Not found", page.Find(".find-count").TextContent);
        Assert.Empty(page.FindAll("mark"));
    }

    [Fact]
    public async Task A_transcript_that_is_not_there_is_explained()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(EndedRun(league, 1, RunOutcome.Failed, "Failed."), EndedRun(league, 2, RunOutcome.Failed, "Failed."),
            new RunRecording { RunId = 2, Bytes = [], Transcript = "" }, new Run { Id = 3, LeagueId = league, StartedAt = DateTime.UtcNow });
        Eventually(Open(console, 1, "?view=transcript"), "Nothing was recorded");
        Eventually(Open(console, 2, "?view=transcript"), "The game printed nothing that the hub saw");
        Eventually(Open(console, 3, "?view=transcript"), "It is here when the game has ended");
    }

    [Fact]
    public void A_search_counts_no_further_than_it_must()
    {
        var search = new TranscriptSearch(string.Join('\n', Enumerable.Repeat(new string('a', 80), 1000)));
        search.Find("A");
        Assert.Equal(TranscriptSearch.Most, search.Count);
        search.Find(new string('a', 500));
        Assert.Equal((80, 1000), (search.Query.Length, search.Count));
        search.Find("");
        Assert.Equal((0, -1, null), (search.Count, search.Current, search.Place));
        search.Find("aa");
        Assert.Equal(40, search.Parts(search.Lines[0]).Count(p => p.Found));
        Assert.Equal(1, search.Parts(search.Lines[0]).Count(p => p.Current));
    }

    [Fact]
    public async Task The_log_tells_what_the_hub_did_and_what_it_does_not_know()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var at = new DateTime(2026, 11, 20, 10, 0, 0, DateTimeKind.Utc);
        await console.StoreAsync(
            new Run
            {
                Id = 1, LeagueId = league, Trigger = RunTrigger.ByHand, RequestedBy = "Ada", StartedAt = at, StagedAt = at.AddSeconds(2), PlayStartedAt = at.AddSeconds(2), PlayEndedAt = at.AddSeconds(12),
                VerifiedAt = at.AddSeconds(12.5), CollectedAt = at.AddSeconds(13), EndedAt = at.AddSeconds(14), Outcome = RunOutcome.Failed, Machine = "DOSBox", ExitCode = 3, Staged = 2, Consumed = 1, Unconsumed = 1,
                Summary = "The game did not finish.", CancelRequestedAt = at.AddSeconds(5),
            },
            new RunPhase { RunId = 1, Order = 0, Name = "Processing Incoming Data", At = at.AddSeconds(3) },
            new RunVerdict { RunId = 1, Order = 0, Kind = VerdictKind.ExitCode, Weight = VerdictWeight.Bad, Sentence = "The exit code is 3." },
            new RunVerdict { RunId = 1, Order = 1, Kind = VerdictKind.Outbound, Weight = VerdictWeight.Good, Sentence = "Nothing was written." },
            new RunVerdict { RunId = 1, Order = 2, Kind = VerdictKind.Nodelist, Weight = VerdictWeight.Good, Sentence = "The nodelist is as it was." });
        var page = Open(console, 1, "?view=log");
        Eventually(page, "Ada asked for it.");
        Assert.Equal(
        [
            "The run began", "2 packets lay in INBOUND and the game was started under DOSBox", "Processing Incoming Data", "Somebody asked for it to stop", "The game ended",
            "Judged what the game did", "Took OUTBOUND into the ledger", "Looked at the nodelist", "The run ended: failed",
        ], page.FindAll(".log strong").Select(s => s.TextContent));
        var entries = page.FindAll(".log > li");
        Assert.Contains("The exit code is 3.", entries[5].TextContent);
        Assert.Contains("10:00:12", entries[4].TextContent);
        Assert.Contains("10 s", entries[4].QuerySelector(".log-when")!.TextContent);
        Assert.Contains("Nothing was written.", entries[6].TextContent);
        Assert.Contains("time not kept", entries[7].TextContent);
        Assert.Contains("The game did not finish.", entries[8].TextContent);
        Assert.Contains("Not reached: Report.", page.Markup);
    }

    [Fact]
    public async Task The_log_of_a_run_that_never_started_holds_every_verdict()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var run = new Run { Id = 1, LeagueId = league, Trigger = RunTrigger.Schedule, StartedAt = DateTime.UtcNow, EndedAt = DateTime.UtcNow, Outcome = RunOutcome.Failed, Summary = "No game folder." };
        RunVerdict Verdict(int order, VerdictKind kind) => new() { RunId = 1, Order = order, Kind = kind, Weight = VerdictWeight.Bad, Sentence = $"{kind} is bad." };
        await console.StoreAsync([run, .. Enum.GetValues<VerdictKind>().Select((k, i) => Verdict(i, k))]);
        var report = (await console.Hub.Get<RunHistory>().FindAsync(1, default))!;
        var told = RunLog.Of(new RunView(report, null, null));
        Assert.Equal(report.Verdicts.Select(v => v.Order), told.SelectMany(e => e.Verdicts ?? []).Select(v => v.Order).Order());
        Assert.Equal("It was due by the league's schedule.", told[0].Detail);
        Assert.Contains("It goes on", RunLog.Of(new RunView(report with { Run = new Run { Id = 2, LeagueId = league, StartedAt = DateTime.UtcNow } }, null, null)).Select(e => e.Text));
    }

    [Fact]
    public async Task Phases_have_bars_as_long_as_they_took()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var run = EndedRun(league, 1, RunOutcome.Good, "Good.");
        await console.StoreAsync(run,
            new RunPhase { RunId = 1, Order = 0, Name = "One", At = run.StartedAt }, new RunPhase { RunId = 1, Order = 1, Name = "Two", At = run.StartedAt.AddSeconds(1) });
        var page = Open(console, 1, "");
        Eventually(page, "Two");
        Assert.Equal(["width:25%", "width:100%"], page.FindAll(".phase-bar").Select(b => b.GetAttribute("style")));

        await console.StoreAsync(new Run { Id = 2, LeagueId = league, StartedAt = run.StartedAt },
            new RunPhase { RunId = 2, Order = 0, Name = "One", At = run.StartedAt }, new RunPhase { RunId = 2, Order = 1, Name = "Two", At = run.StartedAt.AddSeconds(1) });
        var running = Open(console, 2, "");
        Eventually(running, "Two");
        Assert.Empty(running.FindAll(".phase-bar"));
    }

    [Fact]
    public async Task A_running_card_shows_the_screen_small_and_live()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var elsewhere = console.Show<RunningCard>(p => p.Add(x => x.Glance, Glance(league, 1, RunStep.Play) with { Here = false }));
        Assert.Contains("in another process", elsewhere.Markup);
        Assert.Empty(elsewhere.FindAll(".mini-screen"));

        var live = new LiveRun(Glance(league, 2, RunStep.Play));
        live.Rows.Publish([new ScreenRow(3, "╔══ Sandbox Realms ══╗")]);
        var screen = console.Show<MiniScreen>(p => p.Add(x => x.Run, live));
        Eventually(screen, "╔══ Sandbox Realms ══╗");
        Assert.Equal(ScreenModel.RowCount, screen.FindAll("pre span").Count);
        Assert.Equal("true", screen.Find(".mini-screen").GetAttribute("aria-hidden"));
        Assert.Contains("The game's DOS screen", screen.Find(".sr-only").TextContent);
        live.Rows.Publish([new ScreenRow(3, ""), new ScreenRow(24, "Planetary Maintenance Complete")]);
        Eventually(screen, "Planetary Maintenance Complete");
        Assert.DoesNotContain("Sandbox Realms", screen.Markup);
    }

    private static IRenderedComponent<RunPage> Open(ConsoleContext console, long run, string query)
    {
        console.Bunit.Services.GetRequiredService<NavigationManager>().NavigateTo($"/runs/{run}{query}");
        return console.Show<RunPage>(p => p.Add(x => x.Id, run));
    }

    private static object[] File(long run, string name, byte[] bytes)
    {
        var hash = SHA256.HashData(bytes);
        return [new Content { Sha256 = hash, Bytes = bytes }, new RunFile { RunId = run, Name = name, Sha256 = hash, Size = bytes.Length }];
    }
}
