using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Explorer;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Schedules;
using NovaHub.Engine.Storage;
using NovaHub.Web.Components.Live;
using NovaHub.Web.Components.Pages.Alerts;
using NovaHub.Web.Components.Pages.Bbses;
using NovaHub.Web.Components.Pages.Dashboard;
using NovaHub.Web.Components.Pages.Leagues;
using NovaHub.Web.Components.Pages.Packets;
using NovaHub.Web.Components.Pages.Runs;
using NovaHub.Web.Components.Pages.Machine;
using NovaHub.Web.Components.Pages.Settings;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Components.Search;
using NovaHub.Web.Security;
using NovaHub.Web.Settings;
using NovaHub.Web.Tests.Browser;

namespace NovaHub.Web.Tests.Components;

/// <summary>Pages rendered without a browser, over a real hub: its database, ledger and live feeds.</summary>
public sealed class ConsoleContext : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly BunitAuthorizationContext _people;
    private bool _provided;

    private ConsoleContext(ConsoleHub hub, DatabaseGate gate)
    {
        (Hub, Gate) = (hub, gate);
        Bunit = new BunitContext();
        Bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        Bunit.Services.AddMudServices();
        Share<HubDirectory>();
        Share<LedgerEvents>();
        Share<LedgerReader>();
        Share<LiveRuns>();
        Share<RunHistory>();
        Share<RunControl>();
        Share<BbsAdmin>();
        Share<LeagueAdmin>();
        Share<NodelistHistory>();
        Share<RouteMap>();
        Share<ScheduleBook>();
        Share<DosMachines>();
        Share<SystemReader>();
        Share<SettingsReader>();
        Share<SettingsAdmin>();
        Share<FirstMail>();
        Share<Microsoft.Extensions.Configuration.IConfiguration>();
        Share<Microsoft.AspNetCore.Hosting.IWebHostEnvironment>();
        Share<WaitingMail>();
        Share<DashboardReader>();
        Share<PacketExplorer>();
        Share<PacketJourneys>();
        Share<PacketRequeue>();
        Share<PacketExpiry>();
        Share<HeldPackets>();
        Share<PacketReentry>();
        Share<BoardPackets>();
        Share<BoardTrafficReader>();
        Share<ActivityLog>();
        Share<AlertBook>();
        Share<AlertDesk>();
        Share<BoardHabits>();
        Share<TimeProvider>();
        Bunit.Services.AddSingleton(new LeagueHealth(() => MissingEmulator, TimeProvider.System));
        Bunit.Services.AddSingleton<HubSearch>();
        Bunit.Services.AddScoped<Viewer>();
        Bunit.Services.AddScoped<Ticker>();
        Bunit.Services.AddScoped<RunActions>();
        Bunit.Services.AddScoped<PersonActs>();
        Bunit.Services.AddScoped<BoardActions>();
        Bunit.Services.AddScoped<LeagueActions>();
        Bunit.Services.AddScoped<PacketActions>();
        Bunit.Services.AddScoped<AlertActs>();
        Bunit.Services.AddScoped<SettingsActions>();
        _people = Bunit.AddAuthorization();
        BeAdmin();
    }

    public ConsoleHub Hub { get; }

    public BunitContext Bunit { get; }

    /// <summary>Stands before the hub's database.</summary>
    public DatabaseGate Gate { get; }

    public string? MissingEmulator { get; set; }

    public LiveRuns Runs => Hub.Get<LiveRuns>();

    public static async Task<ConsoleContext> StartAsync()
    {
        var gate = new DatabaseGate();
        return new ConsoleContext(await ConsoleHub.StartAsync(adjust: b => b.Services.ConfigureDbContext<HubDb>(o => o.AddInterceptors(gate))), gate);
    }

    public void BeAdmin() => Be(ConsoleHub.Admin, PeopleSecurity.SteersRuns, PeopleSecurity.Administers);

    public void BeSysop() => Be(ConsoleHub.Sysop, PeopleSecurity.SteersRuns);

    public void BeNobody() => Be("Nemo");

    /// <summary>Renders a page below the providers that the layout has.</summary>
    public IRenderedComponent<TPage> Show<TPage>(Action<ComponentParameterCollectionBuilder<TPage>>? parameters = null) where TPage : IComponent
    {
        if (!_provided)
        {
            _provided = true;
            Bunit.Render<MudPopoverProvider>();
        }

        return Bunit.Render<TPage>(p => parameters?.Invoke(p));
    }

    public static void Eventually<TPage>(IRenderedComponent<TPage> page, string text) where TPage : IComponent =>
        page.WaitForAssertion(() => Assert.Contains(text, page.Markup), Patience);

    public static void EventuallyNot<TPage>(IRenderedComponent<TPage> page, string text) where TPage : IComponent =>
        page.WaitForAssertion(() => Assert.DoesNotContain(text, page.Markup), Patience);

    public async Task<LeagueId> AddLeagueAsync()
    {
        var league = await Hub.AddLeagueAsync();
        await Hub.AddBoardsAsync(league, "The Dive", "Last Resort");
        return league;
    }

    /// <summary>Writes rows straight into the database.</summary>
    public async Task StoreAsync(params object[] rows)
    {
        await using var db = await Hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        db.AddRange(rows);
        await db.SaveChangesAsync();
    }

    public static Run EndedRun(LeagueId league, long id, RunOutcome outcome, string summary, Action<Run>? with = null)
    {
        var at = DateTime.UtcNow.AddMinutes(-id);
        var run = new Run
        {
            Id = id,
            LeagueId = league,
            StartedAt = at,
            StagedAt = at,
            PlayStartedAt = at,
            PlayEndedAt = at.AddSeconds(5),
            VerifiedAt = at.AddSeconds(5),
            EndedAt = at.AddSeconds(6),
            Outcome = outcome,
            Summary = summary,
        };
        with?.Invoke(run);
        return run;
    }

    public static RunGlance Glance(LeagueId league, long id, RunStep step, string? phase = null, RunOutcome? outcome = null) =>
        new(id, league, RunTrigger.ByHand, DateTime.UtcNow, step, phase, 3, outcome is null ? null : DateTime.UtcNow, outcome, outcome?.ToString(), true);

    public async ValueTask DisposeAsync()
    {
        await Bunit.DisposeAsync();
        await Hub.DisposeAsync();
    }

    private void Be(string name, params string[] policies)
    {
        // Policies are set without telling anybody, so open pages are told once more afterwards
        _people.SetAuthorized(name).SetPolicies(policies);
        _people.SetAuthorized(name);
    }

    private void Share<T>() where T : class => Bunit.Services.AddSingleton(Hub.Get<T>());
}
