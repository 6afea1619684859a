using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Pages.Runs;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class RunListTests
{
    [Fact]
    public async Task A_hub_without_runs_says_what_a_run_is_and_offers_one()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = console.Show<RunList>();
        Eventually(page, "No run yet");
        Assert.Contains("Run 900B now", page.Markup);
    }

    [Fact]
    public async Task The_list_is_paged_and_filtered_by_its_address()
    {
        await using var console = await ConsoleContext.StartAsync();
        var (first, second) = (await console.AddLeagueAsync(), await console.Hub.AddLeagueAsync("555", "Other", withGame: false));
        await console.StoreAsync([.. Enumerable.Range(1, 30).Select(i => EndedRun(i > 28 ? second : first, i, RunOutcome.Good, $"Run number {i} was good."))]);
        var navigation = console.Bunit.Services.GetRequiredService<NavigationManager>();

        var page = console.Show<RunList>();
        Eventually(page, "Run number 30 was good.");
        Assert.Equal(25, page.FindAll("tbody tr").Count);
        Assert.Contains("Page 1 of 2", page.Markup);
        Assert.Equal("/runs?page=2", page.Find(".pager a").GetAttribute("href"));

        navigation.NavigateTo("/runs?page=2");
        Eventually(page, "Run number 5 was good.");
        Assert.Equal(5, page.FindAll("tbody tr").Count);

        navigation.NavigateTo("/runs?league=555b");
        Eventually(page, "Run number 29 was good.");
        Assert.Equal(2, page.FindAll("tbody tr").Count);
        Assert.Equal("555B", page.Find("form.filters select").GetAttribute("value"));
    }

    [Fact]
    public async Task A_run_that_begins_elsewhere_joins_the_open_list_with_its_phase()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var page = console.Show<RunList>();
        Eventually(page, "No run yet");
        await console.StoreAsync(new Run { Id = 4, LeagueId = league, StartedAt = DateTime.UtcNow });
        console.Runs.Feed.Publish(Glance(league, 4, RunStep.Play, "Processing Outbound Data"));
        Eventually(page, "Processing Outbound Data");
        Assert.Contains("Running", page.Markup);
    }

    [Fact]
    public async Task What_is_chosen_above_the_list_stands_in_its_address()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(
            EndedRun(league, 1, RunOutcome.Good, "The good one."), EndedRun(league, 2, RunOutcome.Failed, "The failed one."), new Run { Id = 3, LeagueId = league, StartedAt = DateTime.UtcNow });
        var navigation = console.Bunit.Services.GetRequiredService<NavigationManager>();
        var page = console.Show<RunList>();
        Eventually(page, "The good one.");

        page.FindAll("form.filters select")[1].Change("failed");
        EventuallyNot(page, "The good one.");
        Assert.Contains("The failed one.", page.Markup);
        Assert.EndsWith("/runs?outcome=failed", navigation.Uri);

        page.FindAll("form.filters select")[1].Change("running");
        Eventually(page, "#3");
        Assert.Single(page.FindAll("tbody tr"));
        page.FindAll("form.filters select")[3].Change("24");
        page.WaitForAssertion(() => Assert.EndsWith("/runs?outcome=running&hours=24", navigation.Uri));
        Assert.Equal("/runs", page.Find(".filters-clear").GetAttribute("href"));
    }

    [Fact]
    public async Task No_run_that_fits_is_something_else_than_no_run_yet()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.Hub.AddLeagueAsync("555", "Other", withGame: false);
        await console.StoreAsync(EndedRun(league, 1, RunOutcome.Good, "The good one."));
        var navigation = console.Bunit.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo("/runs?outcome=timed-out&league=900B");
        var page = console.Show<RunList>();
        Eventually(page, "No run fits");
        Assert.Equal("/runs?league=900B", page.Find(".empty a").GetAttribute("href"));
        Assert.DoesNotContain("No run yet", page.Markup);
        Assert.Equal("The hub has had runs, and none is like that. Show all runs of 900B", string.Join(' ', page.Find(".empty-text").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

        navigation.NavigateTo("/runs?outcome=running");
        Eventually(page, "Nothing runs now.");
        navigation.NavigateTo("/runs?league=555B");
        Eventually(page, "No run of 555B yet");
        navigation.NavigateTo("/runs?page=7");
        Eventually(page, "There is no page 7");
        Assert.Equal("/runs", page.Find(".empty a").GetAttribute("href"));
    }

    [Fact]
    public async Task The_list_is_sorted_by_its_heads()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(
            EndedRun(league, 1, RunOutcome.Good, "One.", r => r.Written = 5), EndedRun(league, 2, RunOutcome.Good, "Two.", r => r.Written = 9), EndedRun(league, 3, RunOutcome.Good, "Three.", r => r.Written = 1));
        var navigation = console.Bunit.Services.GetRequiredService<NavigationManager>();
        var page = console.Show<RunList>();
        Eventually(page, "Three.");
        Assert.Equal(["/runs?sort=began", "/runs?sort=-took", "/runs?sort=-read", "/runs?sort=-written"], page.FindAll("th a").Select(a => a.GetAttribute("href")));
        Assert.Equal("descending", page.Find("th[aria-sort]").GetAttribute("aria-sort"));

        navigation.NavigateTo("/runs?sort=-written");
        page.WaitForAssertion(() => Assert.Equal(["#2", "#1", "#3"], page.FindAll("tbody tr td:first-child").Select(c => c.TextContent)), TimeSpan.FromSeconds(5));
        navigation.NavigateTo("/runs?sort=nonsense&page=-3&outcome=x&trigger=y&hours=z");
        page.WaitForAssertion(() => Assert.Equal(["#3", "#2", "#1"], page.FindAll("tbody tr td:first-child").Select(c => c.TextContent)), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Columns_can_be_left_out()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.StoreAsync(EndedRun(league, 1, RunOutcome.Good, "One."));
        var page = console.Show<RunList>();
        Eventually(page, "One.");
        await page.InvokeAsync(() => page.FindAll(".menu-body input")[^2].Change(false));
        Assert.Contains("hide-8", page.Find("table").ClassName);
    }

    [Fact]
    public void An_address_says_what_it_was_read_from()
    {
        const string All = "/runs?league=900B&outcome=game-in-use&trigger=by-hand&since=2026-11-20T10%3A00Z&until=2026-11-21T10%3A00Z&sort=took&page=3";
        var address = new RunAddress
        {
            League = LeagueId.Parse("900B"), Outcome = RunOutcome.GameInUse, Trigger = RunTrigger.ByHand, Sort = new("took", false), Page = 3,
            From = new DateTime(2026, 11, 20, 10, 0, 0, DateTimeKind.Utc), Until = new DateTime(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc),
        };
        Assert.Equal(All, address.ToString());
        Assert.Equal(address, RunAddress.Read(All.Split('?')[1].Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => (string?)Uri.UnescapeDataString(p[1]))));
        Assert.All(Enum.GetValues<RunOutcome>(), o => Assert.Equal(o, RunAddress.OutcomeOf(RunAddress.WordOf(o))));
        Assert.All(Enum.GetValues<RunTrigger>(), t => Assert.Equal(t, RunAddress.TriggerOf(RunAddress.WordOf(t))));
    }
}
