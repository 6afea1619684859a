using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Settings;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>Registration of runs.</summary>
public static class RunServices
{
    /// <summary>Runs by hand: all that a command-line program needs.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<RunOptions>, RunOptionsRules>();
        services.AddOptions<RunOptions>().Bind(configuration.GetSection("Runs")).ValidateOnStart();
        services.AddSingleton<LiveRuns>();
        services.AddSingleton<RunHistory>();
        services.AddSingleton<RunLeases>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<SetAsideFolder>();
        services.AddSingleton<OutboundCollector>();
        services.AddSingleton<RunRecovery>();
        services.AddSingleton(s => new RunTools(
            s.GetRequiredService<IDbContextFactory<HubDb>>(), s.GetRequiredService<RunStore>(), s.GetRequiredService<DosMachines>(),
            s.GetRequiredService<OutboundCollector>(), s.GetRequiredService<NodelistPublisher>(), s.GetRequiredService<StorageOptions>(),
            s.GetRequiredService<CurrentOptions<RunOptions>>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new RunControl(
            s.GetRequiredService<RunTools>(), s.GetRequiredService<RunLeases>(), s.GetRequiredService<LiveRuns>(),
            s.GetRequiredService<RunRecovery>(), s.GetRequiredService<ILogger<RunControl>>()));
        services.AddSingleton<RunWatch>();
        services.AddHostedService(s => s.GetRequiredService<RunWatch>());
        return services;
    }

    /// <summary>Runs by themselves: for mail, recovery at start and the watch over OUTBOUND. For the hub that serves.</summary>
    public static IServiceCollection AddRunSchedule(this IServiceCollection services)
    {
        services.AddHostedService<RunRecoveryAtStart>();
        services.AddHostedService<SessionLeftovers>();
        services.AddSingleton<MailForGames>();
        services.AddSingleton(s => new MailPlan(s.GetRequiredService<TimeProvider>(), s.GetRequiredService<CurrentOptions<RunOptions>>()));
        services.AddHostedService<MailArrivals>();
        services.AddHostedService<MailRuns>();
        services.AddSingleton<FolderWatching>();
        services.AddHostedService<OutboundWatch>();
        return services;
    }

    // At start, and again now and then: a run of another machine or of a killed command is known to be dead only later
    private sealed class RunRecoveryAtStart(RunControl control, RunTools tools, ILogger<RunRecovery> log) : Microsoft.Extensions.Hosting.BackgroundService
    {
        public override async Task StartAsync(CancellationToken cancellationToken)
        {
            await control.RecoverAsync(cancellationToken);
            await base.StartAsync(cancellationToken);
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(tools.Options.Heartbeat, tools.Clock);
            try
            {
                while (await timer.WaitForNextTickAsync(stoppingToken))
                {
                    await LookAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The hub closes; what is left open is seen to at the next start
            }
        }

        private async Task LookAsync(CancellationToken stoppingToken)
        {
            try
            {
                await control.RecoverAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // A database that can't be read for a moment must not end the hub
                Log.RecoveryFailed(log, "all leagues", failure);
            }
        }
    }
}
