using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Alerts.Rules;

namespace NovaHub.Engine.Alerts;

/// <summary>Registration of alerts.</summary>
public static class AlertServices
{
    /// <summary>Reading alerts and acting on them.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services) => services
        .AddSingleton<AlertBook>()
        .AddSingleton<AlertDesk>()
        .AddSingleton<AlertKeeper>();

    /// <summary>The watch that raises and ends them. For the hub that serves; each rule is one line.</summary>
    public static IServiceCollection AddAlertWatch(this IServiceCollection services) => services
        .AddSingleton<IAlertRule, RunNotGoodRule>()
        .AddSingleton<IAlertRule, BoardQuietRule>()
        .AddSingleton<IAlertRule, LeagueStoppedRule>()
        .AddSingleton<IAlertRule, MailBlockedRule>()
        .AddSingleton<IAlertRule, UploadsRefusedRule>()
        .AddSingleton<IAlertRule, MailForNobodyRule>()
        .AddSingleton<IAlertRule, ScheduleStoppedRule>()
        .AddSingleton<IAlertRule, PacketsHeldRule>()
        .AddHostedService<AlertWatch>();
}
