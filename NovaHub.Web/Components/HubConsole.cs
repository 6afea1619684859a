using System.Security.Cryptography;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Alerts.Rules;
using NovaHub.Engine.Dos;
using NovaHub.Web.Api;
using NovaHub.Web.Components.Layout;
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

namespace NovaHub.Web.Components;

/// <summary>The sysop's console: pages, sign-in and what guards them.</summary>
internal static class HubConsole
{
    /// <summary>Where the request keeps the nonce of its one inline script, the import map.</summary>
    public const string NonceKey = "nonce";

    private const string DevelopersPage = "/components";

    public static void AddConsole(this WebApplicationBuilder builder)
    {
        builder.AddPeople();
        var services = builder.Services;
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddHttpContextAccessor();
        services.AddMudServices(o =>
        {
            o.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomCenter;
            o.SnackbarConfiguration.VisibleStateDuration = 8000;
            o.SnackbarConfiguration.PreventDuplicates = true;
        });
        services.AddScoped<Viewer>();
        services.AddScoped<Ticker>();
        services.AddScoped<RunActions>();
        services.AddScoped<PersonActs>();
        services.AddScoped<BoardActions>();
        services.AddScoped<LeagueActions>();
        services.AddSingleton<OpenCircuits>();
        services.AddSingleton<CircuitHandler>(s => s.GetRequiredService<OpenCircuits>());
        services.AddSingleton<SystemReader>();
        // Now, before a file can be changed under the running hub
        var configuration = builder.Configuration;
        var settings = new SettingsSnapshot(configuration);
        services.AddSingleton(s => new SettingsReader(configuration, settings, s.GetRequiredService<SettingsFile>(), s));
        services.AddScoped<PacketActions>();
        services.AddScoped<AlertActs>();
        services.AddSingleton<IAlertRule>(s => new HubFaultRule(s.GetRequiredService<HubHealth>().FaultsAsync));
        services.AddScoped<SettingsActions>();
        services.AddSingleton<DashboardReader>();
        services.AddSingleton<BoardTrafficReader>();
        services.AddSingleton<HubSearch>();
        services.AddSingleton(s => new LeagueHealth(() => s.GetRequiredService<DosMachines>().Find().Missing, s.GetRequiredService<TimeProvider>()));
    }

    /// <summary>What stands before the guards: headers, and pages for what goes wrong further down.</summary>
    public static void UseConsole(this WebApplication app)
    {
        app.Use(SendHeaders);
        app.UseWhen(IsForPeople, pages => pages.UseExceptionHandler(ExceptionPage));
        app.UseStatusCodePagesWithReExecute("/problem/{0}", createScopeForStatusCodePages: true);
        app.Use(LeaveProgramsAlone);
    }

    public static void MapConsole(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        var pages = app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o =>
        {
            o.ContentSecurityFrameAncestorsPolicy = null;
            // Many small messages: compressing them took a quarter of the processor time of a run with many watchers
            o.DisableWebSocketCompression = true;
        });
        if (!app.Environment.IsDevelopment())
        {
            pages.Add(HideDevelopersPage);
        }

        app.MapPeople();
        app.MapRunFiles();
        app.MapNodelistFiles();
        app.MapPacketFile();
    }

    private static bool IsForPeople(HttpContext context) => !ServiceRoutes.AreFor(context);

    private static void ExceptionPage(IApplicationBuilder failed) => failed.Run(context => PageLoad.NamesHtml(context.Request)
        ? new RazorComponentResult<FatalPage> { StatusCode = StatusCodes.Status500InternalServerError }.ExecuteAsync(context)
        : Problems.WriteAsync(context, StatusCodes.Status500InternalServerError, Problems.Unexpected));

    // To a request from outside there is none; the page itself says the same to a console that is open already
    private static void HideDevelopersPage(EndpointBuilder endpoint)
    {
        if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: DevelopersPage })
        {
            endpoint.RequestDelegate = context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            };
        }
    }

    // A failed POST must not be run again as an error page, and the service API answers programs, not people
    private static Task LeaveProgramsAlone(HttpContext context, RequestDelegate next)
    {
        if ((!HttpMethods.IsGet(context.Request.Method) || !IsForPeople(context)) && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
        {
            pages.Enabled = false;
        }

        return next(context);
    }

    private static Task SendHeaders(HttpContext context, RequestDelegate next)
    {
        if (IsForPeople(context))
        {
            var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            context.Items[NonceKey] = nonce;
            var headers = context.Response.Headers;
            // Styles: the theme is an inline style sheet of the component library
            headers.ContentSecurityPolicy =
                $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
        }

        return next(context);
    }
}
