using System.CommandLine;
using NovaHub.Engine;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;
using NovaHub.Web.Settings;

namespace NovaHub.Web.Commands;

/// <summary>An engine for one command: no web, no schedules. It works on the same data folder beside a running hub.</summary>
internal sealed class CommandHub : IAsyncDisposable
{
    private readonly IHost _host;

    private CommandHub(IHost host) => _host = host;

    public static async Task<CommandHub> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ConfigurationReload.Poll();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        UseDataFolder(builder.Configuration, parsed);
        SettingsFile.AddTo(builder.Configuration, watch: false);
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddNovaHubEngine(builder.Configuration);
        var host = builder.Build();
        var hub = new CommandHub(host);
        try
        {
            await host.Services.GetRequiredService<DatabaseMigration>().ApplyAsync(cancellationToken);
            await host.Services.GetRequiredService<HubDirectory>().RefreshAsync(cancellationToken);
            await host.StartInOrderAsync(cancellationToken);
            return hub;
        }
        catch
        {
            await ((IAsyncDisposable)host).DisposeAsync();
            throw;
        }
    }

    /// <summary>Points the configuration at the folder that <c>--data</c> names.</summary>
    public static void UseDataFolder(IConfigurationBuilder configuration, ParseResult parsed)
    {
        if (parsed.GetValue(HubCommands.Data) is { } folder)
        {
            configuration.AddInMemoryCollection([new("Storage:DataFolder", folder.FullName)]);
        }
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
