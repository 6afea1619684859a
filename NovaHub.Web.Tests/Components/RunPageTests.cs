using System.Text;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Pages.Runs;
using NovaHub.Web.Components.Shared;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class RunPageTests
{
    [Fact]
    public async Task A_number_that_no_run_has_is_answered_in_plain_words()
    {
        await using var console = await ConsoleContext.StartAsync();
        var page = console.Show<RunPage>(p => p.Add(x => x.Id, 404));
        Eventually(page, "There is no run 404");
    }

    [Fact]
    public async Task An_ended_run_shows_what_was_judged_worst_first()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(
            EndedRun(league, 1, RunOutcome.Failed, "The game did not finish.", r => (r.Staged, r.Consumed, r.Unconsumed) = (3, 1, 2)),
            new RunVerdict { RunId = 1, Order = 0, Kind = VerdictKind.Emulator, Weight = VerdictWeight.Good, Sentence = "DOSBox ran." },
            new RunVerdict { RunId = 1, Order = 1, Kind = VerdictKind.Completion, Weight = VerdictWeight.Bad, Sentence = "The completion line is missing." },
            new RunPhase { RunId = 1, Order = 0, Name = "Processing Incoming Data", At = DateTime.UtcNow },
            Item(0, true, 2, 1, "Recon Update"), Item(1, true, 2, 1, "Recon Update"), Item(2, true, 2, 1, "Time Check"), Item(3, false, 1, 3, "Routing List"),
            new RunFile { RunId = 1, Name = "SCORES.ANS", Sha256 = new byte[32], Size = 2048 });

        var page = console.Show<RunPage>(p => p.Add(x => x.Id, 1));
        Eventually(page, "The game did not finish.");

        Assert.Equal(["The completion line is missing.", "DOSBox ran."], page.FindAll(".verdicts li span:not(.mud-icon-root)").Select(s => s.TextContent));
        Assert.Contains("1 of 3 read", page.Markup);
        Assert.Contains("Recon Update × 2, Time Check", page.Markup);
        Assert.Contains("No screen was recorded", page.Markup);
        Assert.Equal(["/runs/1?file=SCORES.ANS", "/runs/1/files/SCORES.ANS"], page.FindAll(".files a").Select(a => a.GetAttribute("href")));
        Assert.Equal(["Stage: done", "Play: done", "Verify: done", "Collect: not reached", "Report: not reached", "Nodelist: not reached"], page.FindAll(".steps li").Select(s => s.TextContent.Trim()));
        Assert.Contains("Reprocess", page.Markup);
        console.BeSysop();
        var sysops = console.Show<RunPage>(p => p.Add(x => x.Id, 1));
        Eventually(sysops, "Run again");
        Assert.DoesNotContain("Reprocess", sysops.Markup);
    }

    [Fact]
    public async Task A_run_of_another_process_moves_through_the_database()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(new Run { Id = 1, LeagueId = league, StartedAt = DateTime.UtcNow });
        var page = console.Show<RunPage>(p => p.Add(x => x.Id, 1));
        Eventually(page, "goes on in another process");

        await console.StoreAsync(new RunPhase { RunId = 1, Order = 0, Name = "Processing Incoming Data", At = DateTime.UtcNow });
        console.Runs.Feed.Publish(Glance(league, 1, RunStep.Play) with { Here = false });

        Eventually(page, "Processing Incoming Data");
        Assert.Contains("Play: going on", page.Find(".steps").TextContent);
        Assert.Contains("Cancel", page.Markup);
    }

    [Fact]
    public async Task Another_run_number_on_the_same_page_is_another_run()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(EndedRun(league, 1, RunOutcome.Good, "The first."), EndedRun(league, 2, RunOutcome.Failed, "The second."));
        var page = console.Show<RunPage>(p => p.Add(x => x.Id, 1));
        Eventually(page, "The first.");
        page.Render(p => p.Add(x => x.Id, 2));
        Eventually(page, "The second.");
        Assert.DoesNotContain("The first.", page.Markup);
    }

    [Fact]
    public async Task The_live_screen_reaches_the_terminal_from_the_beginning()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var module = console.Bunit.JSInterop.SetupModule("./dos-terminal.mjs");
        var terminal = module.SetupModule("create", _ => true);
        terminal.Mode = JSRuntimeMode.Loose;
        var live = new LiveRun(Glance(league, 1, RunStep.Play));
        live.Screen.Publish("Hello "u8.ToArray());

        var screen = console.Show<RunScreen>(p => p.Add(x => x.RunId, 1).Add(x => x.Live, live).Add(x => x.Running, true));
        live.Screen.Publish("DOS"u8.ToArray());

        // Nothing is drawn for it, so there is no drawing to wait for
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        for (var written = ""; written != "Hello DOS"; await Task.Delay(20, patience.Token))
        {
            await screen.InvokeAsync(() => { written = Written(terminal); });
            Assert.StartsWith(written, "Hello DOS", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_may_not_is_refused_even_if_the_button_was_pressed()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var actions = console.Bunit.Services.GetRequiredService<RunActions>();
        console.BeNobody();
        Assert.Equal(RunActions.NotAllowed, (await actions.RunNowAsync(league, default)).Refusal);
        Assert.Equal(RunActions.NotAllowed, (await actions.CancelAsync(1, default)).Refusal);
        console.BeSysop();
        Assert.Equal(RunActions.NotAllowed, (await actions.ReprocessAsync(1, default)).Refusal);
        console.BeAdmin();
        Assert.Contains("There is no run 1", (await actions.ReprocessAsync(1, default)).Refusal);
        Assert.Contains("There is no league 123B", (await actions.RunNowAsync(LeagueId.Parse("123B"), default)).Refusal);
    }

    [Fact]
    public async Task A_question_shows_why_not_and_then_offers_nothing_to_confirm()
    {
        await using var console = await ConsoleContext.StartAsync();
        var provider = console.Bunit.Render<MudBlazor.MudDialogProvider>();
        var dialogs = console.Bunit.Services.GetRequiredService<MudBlazor.IDialogService>();
        var asked = provider.InvokeAsync(() => ConfirmDialog.AskAsync(dialogs, "Reprocess run 1?", "Do it", [], "Run 1 still goes on."));
        provider.WaitForAssertion(() => Assert.Contains("Run 1 still goes on.", provider.Markup));
        Assert.Equal(["Close"], provider.FindAll("button").Select(b => b.TextContent.Trim()).Where(t => t.Length > 0));
        await provider.InvokeAsync(() => provider.Find("button.mud-button-text").Click());
        Assert.False(await asked);
    }

    private static RunItem Item(int order, bool read, int source, int dest, string type) =>
        new() { RunId = 1, Order = order, Read = read, Source = source, Dest = dest, Type = type, Size = 100 };

    private static string Written(BunitJSModuleInterop terminal) =>
        Encoding.UTF8.GetString([.. terminal.Invocations.Where(i => i.Identifier == "write").SelectMany(i => (byte[])i.Arguments[0]!)]);
}
