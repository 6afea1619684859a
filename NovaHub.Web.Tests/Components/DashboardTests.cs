using Bunit;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Pages.Dashboard;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class DashboardTests
{
    [Fact]
    public async Task An_empty_hub_teaches_the_first_steps()
    {
        await using var console = await ConsoleContext.StartAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "./novahub league add 555B");
        Assert.Contains("The board's program signs in", page.Markup);
    }

    [Fact]
    public async Task A_new_league_appears_on_the_open_page()
    {
        await using var console = await ConsoleContext.StartAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "No league yet");
        await console.AddLeagueAsync();
        Eventually(page, "Sandbox Realms");
        Assert.DoesNotContain("No league yet", page.Markup);
    }

    [Fact]
    public async Task An_uploaded_packet_appears_on_the_open_page_within_half_a_second()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "No packet yet");
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        page.WaitForAssertion(() => Assert.Contains("900B0201.001", page.Markup), TimeSpan.FromMilliseconds(500));
        Assert.Contains("Waits for the game", page.Markup);
        Assert.Contains("The Dive to the hub", page.Markup);
    }

    [Fact]
    public async Task A_run_is_seen_from_its_beginning_to_its_end()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "No run has ended yet");

        console.Runs.Feed.Publish(Glance(league, 7, RunStep.Stage));
        Eventually(page, "Staging packets");
        Assert.Contains("3 packets staged", page.Markup);
        console.Runs.Feed.Publish(Glance(league, 7, RunStep.Play, "Processing Incoming Data"));
        Eventually(page, "Processing Incoming Data");
        await console.StoreAsync(EndedRun(league, 7, RunOutcome.Incomplete, "2 packets were left unread."));
        console.Runs.Feed.Publish(Glance(league, 7, RunStep.Ended, outcome: RunOutcome.Incomplete));

        Eventually(page, "2 packets were left unread.");
        EventuallyNot(page, "Running now");
        Assert.Contains("Incomplete", page.Markup);
    }

    [Fact]
    public async Task What_a_league_lacks_is_said_and_its_run_button_is_off()
    {
        await using var console = await ConsoleContext.StartAsync();
        console.MissingEmulator = "No DOS emulator is installed.";
        await console.Hub.AddLeagueAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "No DOS emulator is installed.");
        Assert.Contains("No board plays in it yet.", page.Markup);
        Assert.True(page.Find("button[aria-label='Run now: league 900B']").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Who_may_not_steer_runs_sees_no_button_and_a_sysop_sees_it()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        console.BeNobody();
        var page = console.Show<DashboardPage>();
        Eventually(page, "Sandbox Realms");
        Assert.Empty(page.FindAll("button[aria-label^='Run now']"));
        console.BeSysop();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("button[aria-label^='Run now']")));
    }

    [Fact]
    public async Task What_is_planned_and_what_happened_stand_there_and_change_by_themselves()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var page = console.Show<DashboardPage>();
        Eventually(page, "No run is planned");
        Eventually(page, "The Dive was added");
        Assert.Contains("usual not known yet", page.Markup);
        await console.Hub.Get<NovaHub.Engine.Leagues.LeagueAdmin>().ChangeAsync(league, l => l.Cron = "0 0 4 * * ?", default);
        page.WaitForAssertion(() => Assert.Contains("by cron", page.Find(".next-runs").TextContent), TimeSpan.FromSeconds(10));
        Eventually(page, "was changed");
        Assert.InRange(page.FindAll(".activity li").Count, 1, 8);
    }

    [Fact]
    public async Task Today_stands_against_the_usual()
    {
        await using var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        var today = DateTime.UtcNow.Date;
        await console.StoreAsync([.. Enumerable.Range(1, 5).Select(d => new NovaHub.Engine.Packets.TrafficHour { Hour = today.AddDays(-d), LeagueId = league, Received = 118 })]);
        // The first hour of these days is over, whatever the time is now: past it, or as far as it is
        var usual = (long)Math.Round(118 * Math.Clamp((DateTime.UtcNow - today).TotalHours, 0, 1));
        var page = console.Show<DashboardPage>();
        page.WaitForAssertion(() => Assert.Matches($"usually ({usual - 2}|{usual - 1}|{usual}|{usual + 1}|{usual + 2}) by now", page.Find(".totals").TextContent), TimeSpan.FromSeconds(5));
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        page.WaitForAssertion(() => Assert.StartsWith("Received today1", page.Find(".totals div").TextContent), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_page_that_is_left_leaves_no_subscriber()
    {
        await using var console = await ConsoleContext.StartAsync();
        var others = console.Runs.Feed.Subscribers;
        var page = console.Show<DashboardPage>();
        Eventually(page, "No league yet");
        page.WaitForAssertion(() => Assert.Equal(others + 2, console.Runs.Feed.Subscribers));
        await console.Bunit.DisposeComponentsAsync();
        Assert.Equal(others, console.Runs.Feed.Subscribers);
    }
}
