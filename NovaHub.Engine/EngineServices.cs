using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Accounts;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Schedules;
using NovaHub.Engine.Settings;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Engine;

/// <summary>Composes the engine: one Add… per feature, nothing else.</summary>
public static class EngineServices
{
    /// <summary>Everything that the hub does without a web.</summary>
    public static IServiceCollection AddNovaHubEngine(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(typeof(CurrentOptions<>));
        return services
            .AddStorage(configuration)
            .AddActivities()
            .AddLeagues(configuration)
            .AddPackets()
            .AddGames(configuration)
            .AddJourneys()
            .AddAlerts()
            .AddAccounts();
    }

    /// <summary>What a hub that serves does by itself, beside the engine: schedules, recovery, watching OUTBOUND, alerts.</summary>
    public static IServiceCollection AddNovaHubSchedules(this IServiceCollection services) => services
        .AddRunSchedule()
        .AddSingleton<ClockSchedule>()
        .AddHostedService(s => s.GetRequiredService<ClockSchedule>())
        .AddSingleton<ScheduleBook>()
        .AddAlertWatch();

    private static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<StorageOptions>(configuration.GetSection("Storage"));
        services.AddSingleton(s => s.GetRequiredService<IOptions<StorageOptions>>().Value);
        services.AddPooledDbContextFactory<HubDb>((s, o) => o.UseHubSqlite(s.GetRequiredService<StorageOptions>().DatabasePath, s.GetRequiredService<LedgerDamage>()));
        services.AddScoped(s => s.GetRequiredService<IDbContextFactory<HubDb>>().CreateDbContext());
        services.AddSingleton<LedgerDamage>();
        services.AddSingleton<LedgerOpening>();
        services.AddSingleton<DatabaseMigration>();
        services.AddSingleton<GroupCommit>();
        services.AddHostedService(s => s.GetRequiredService<GroupCommit>());
        services.AddSingleton<LedgerReads>();
        services.AddSingleton<SignalWatch>();
        services.AddHostedService(s => s.GetRequiredService<SignalWatch>());
        services.AddSingleton<LedgerCheckpoints>();
        services.AddHostedService(s => s.GetRequiredService<LedgerCheckpoints>());
        services.AddHostedService<LedgerCare>();
        services.AddHostedService<LedgerFilesWatch>();
        services.AddOpenIddict().AddCore(o => o.UseEntityFrameworkCore().UseDbContext<HubDb>());
        return services;
    }

    private static IServiceCollection AddLeagues(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<HubOptions>, HubOptionsRules>();
        services.AddOptions<HubOptions>().Bind(configuration.GetSection("Hub")).ValidateOnStart();
        services.AddSingleton<HubDirectory>();
        services.AddSingleton<NodelistPublisher>();
        services.AddSingleton<NodelistHistory>();
        services.AddSingleton<LeagueAdmin>();
        services.AddSingleton<BbsAdmin>();
        services.AddSingleton<BoardHabits>();
        return services;
    }

    private static IServiceCollection AddGames(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDos(configuration);
        services.AddOptions<DosOptions>().PostConfigure<StorageOptions>((dos, storage) =>
            dos.WorkFolder = dos.WorkFolder.Length > 0 ? dos.WorkFolder : storage.WorkFolder);
        return services.AddRuns(configuration);
    }

    private static IServiceCollection AddPackets(this IServiceCollection services)
    {
        services.AddSingleton<LedgerEvents>();
        services.AddSingleton<PacketIntake>();
        services.AddSingleton<ChangedPackets>();
        services.AddSingleton<Mailbox>();
        services.AddSingleton<MailReceipts>();
        services.AddSingleton<LedgerReader>();
        services.AddSingleton<RouteMap>();
        services.AddSingleton<WaitingMail>();
        services.AddSingleton<TrafficReader>();
        services.AddSingleton<SeatTrafficReader>();
        services.AddSingleton<Packets.Explorer.PacketExplorer>();
        services.AddSingleton<Packets.Explorer.BoardPackets>();
        return services;
    }
}
