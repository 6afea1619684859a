using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Web.Components.Layout;
using NovaHub.Web.Components.Pages.Activities;
using NovaHub.Web.Components.Pages.Alerts;
using NovaHub.Web.Components.Pages.Bbses;
using NovaHub.Web.Components.Pages.Dashboard;
using NovaHub.Web.Components.Pages.Leagues;
using NovaHub.Web.Components.Pages.Machine;
using NovaHub.Web.Components.Pages.Packets;
using NovaHub.Web.Components.Pages.Runs;
using NovaHub.Web.Components.Pages.Schedules;
using AlertPageView = NovaHub.Web.Components.Pages.Alerts.AlertPage;

namespace NovaHub.Web.Tests.Components;

/// <summary>What holds for every page: it says that it loads, it survives a failure in plain words, and it offers nobody what they may not do.</summary>
public sealed class EveryPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Pages with their parameters and a text that stands there once they have loaded.</summary>
    public static TheoryData<Type, string?, object?, string> Pages => new()
    {
        { typeof(DashboardPage), null, null, "Sandbox Realms" },
        { typeof(RunList), null, null, "#7" },
        { typeof(RunPage), nameof(RunPage.Id), 7L, "2 packets were left unread." },
        { typeof(PacketDetail), nameof(PacketDetail.Id), 1L, "900B0201.001" },
        { typeof(LeagueList), null, null, "Sandbox Realms" },
        { typeof(LeaguePage), nameof(LeaguePage.Text), "900B", "Sandbox Realms" },
        { typeof(BbsList), null, null, "The Dive" },
        { typeof(BbsPage), nameof(BbsPage.Id), 1, "The Dive" },
        { typeof(ScheduleList), null, null, "900B" },
        { typeof(ActivityList), null, null, "was added" },
        { typeof(RunComparePage), nameof(RunComparePage.Id), 7L, "Compare with run" },
        { typeof(AlertList), null, null, "2 packets were left unread." },
        { typeof(AlertPageView), nameof(AlertPageView.Id), 1L, "2 packets were left unread." },
        { typeof(SystemPage), null, null, "Storage and queues" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task It_says_that_it_loads_and_who_may_do_nothing_then_sees_everything_and_is_offered_nothing(Type page, string? name, object? value, string text)
    {
        await using var console = await StartAsync();
        console.BeNobody();
        console.Gate.Hold();
        var shown = Show(console, page, name, value);
        try
        {
            Assert.Single(shown.FindAll("[role=progressbar]"));
            Assert.DoesNotContain(text, shown.Markup);
        }
        finally
        {
            console.Gate.Release();
        }

        shown.WaitForAssertion(() => Assert.Contains(text, shown.Markup), Patience);
        shown.WaitForAssertion(() => Assert.Empty(shown.FindAll("[role=progressbar][aria-label^=Loading]")), Patience);
        // These two change nothing but what is seen
        Assert.DoesNotContain(shown.FindAll("button.mud-button-root"), b => b.TextContent.Trim() is not ("Compare" or "Put it away"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_failure_is_told_in_plain_words_and_the_page_can_be_tried_again(Type page, string? name, object? value, string text)
    {
        await using var console = await StartAsync();
        console.Gate.Broken = true;
        var shown = Show(console, page, name, value);
        shown.WaitForAssertion(() => Assert.Contains("This page could not be shown", shown.Markup), Patience);
        Assert.Contains("Nothing was changed.", shown.Markup);
        Assert.DoesNotContain(" at NovaHub.", shown.Markup);

        console.Gate.Broken = false;
        await shown.Find(".failed button").ClickAsync(new MouseEventArgs());
        shown.WaitForAssertion(() => Assert.Contains(text, shown.Markup), Patience);
    }

    [Fact]
    public async Task A_ledger_that_can_not_be_read_is_told_in_place_of_its_packets()
    {
        await using var console = await StartAsync();
        await AlterAsync(console, """ALTER TABLE "Packets" RENAME TO "Elsewhere" """);
        var shown = Show(console, typeof(PacketList), null, null);
        shown.WaitForAssertion(() => Assert.Contains("This page could not be shown", shown.Markup), Patience);
        await AlterAsync(console, """ALTER TABLE "Elsewhere" RENAME TO "Packets" """);
        await shown.Find(".failed button").ClickAsync(new MouseEventArgs());
        shown.WaitForAssertion(() => Assert.Contains("900B0201.001", shown.Markup), Patience);
    }

    private static async Task AlterAsync(ConsoleContext console, string sql)
    {
        await using var db = await console.Hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        await db.Database.ExecuteSqlRawAsync(sql);
    }

    private static async Task<ConsoleContext> StartAsync()
    {
        var console = await ConsoleContext.StartAsync();
        var league = await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0201.001", new byte[300]);
        await console.StoreAsync(ConsoleContext.EndedRun(league, 7, RunOutcome.Incomplete, "2 packets were left unread."));
        await using (var db = await console.Hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync())
        {
            await SignalRows.RaiseAsync(db, Signal.Runs, CancellationToken.None);
        }

        await HubHost.UntilAsync(() => Task.FromResult(console.Hub.Get<AlertBook>().Feed.State is { Count: 1 }), "an alert of the run");
        return console;
    }

    // As the layout does: in a boundary, with the page's parameters from the address
    private static IRenderedComponent<ErrorBoundary> Show(ConsoleContext console, Type page, string? name, object? value)
    {
        IRenderedComponent<ErrorBoundary>? boundary = null;
        RenderFragment content = b =>
        {
            b.OpenComponent(0, page);
            if (name is not null)
            {
                b.AddComponentParameter(1, name, value);
            }

            b.CloseComponent();
        };
        boundary = console.Show<ErrorBoundary>(p => p.Add(e => e.ChildContent, content).Add(e => e.ErrorContent, failure => b =>
        {
            b.OpenComponent<PageFailed>(0);
            b.AddComponentParameter(1, nameof(PageFailed.Failure), failure);
            b.AddComponentParameter(2, nameof(PageFailed.Again), EventCallback.Factory.Create(console, () => boundary!.Instance.Recover()));
            b.CloseComponent();
        }));
        return boundary;
    }
}
