using Microsoft.Extensions.Hosting;
using NovaHub.Engine;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;
using NovaHub.Web.Api;
using NovaHub.Web.Components;
using NovaHub.Web.Security;
using NovaHub.Web.Settings;
using Serilog;

namespace NovaHub.Web;

/// <summary>The hub's web application as an object: the program runs it, tests build it with other settings.</summary>
public static class HubApp
{
    /// <summary>Composes the application: one Add… and one Map… per feature. Nothing is opened yet.</summary>
    /// <param name="args">Configuration as <c>--Section:Key=value</c>.</param>
    /// <param name="adjust">Last word on services and settings, for tests.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        ConfigurationReload.Poll();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        // Build output that runs outside Development serves empty scripts and styles without it
        builder.WebHost.UseStaticWebAssets();
        builder.Host.UseSerilog((context, log) => log.ReadFrom.Configuration(context.Configuration));
        adjust?.Invoke(builder);
        builder.AddSettings();

        builder.Services.AddNovaHubEngine(builder.Configuration);
        builder.Services.AddNovaHubSchedules();
        // Pages that stay open must not hold up a hub that ends; games have been ended long before
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(15));
        builder.AddSecurity();
        builder.AddServiceApi();
        builder.AddConsole();

        var app = builder.Build();
        app.UseConsole();
        app.UseSecurity();
        app.MapServiceApi();
        app.MapConsole();
        return app;
    }

    /// <summary>Migrates the database, brings the nodelists up to date, fills the directory and starts everything. The address is known afterwards.</summary>
    public static async Task OpenAsync(this WebApplication app, CancellationToken cancellationToken = default)
    {
        await app.Services.GetRequiredService<DatabaseMigration>().ApplyAsync(cancellationToken);
        await app.Services.GetRequiredService<SettingsAdmin>().OpenAsync(cancellationToken);
        foreach (var sentence in await app.Services.GetRequiredService<LeagueAdmin>().RenewNodelistsAsync(cancellationToken))
        {
            HubLog.NodelistNote(app.Logger, sentence);
        }

        await app.Services.GetRequiredService<HubDirectory>().RefreshAsync(cancellationToken);
        await app.StartInOrderAsync(cancellationToken);
    }

    /// <summary>Starts a host. If it can't, what had started ends in order before the host is disposed: it works with what goes with it.</summary>
    public static async Task StartInOrderAsync(this IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch
        {
            // What kept it from starting is what counts
            await host.StopAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }
}
