using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NovaHub.Engine.Activities;

/// <summary>Registration of the activity log.</summary>
public static class ActivityServices
{
    /// <summary>Adds <see cref="ActivityLog"/> and what notes refused uploads.</summary>
    public static IServiceCollection AddActivities(this IServiceCollection services)
    {
        services.AddSingleton<ActivityLog>();
        services.AddSingleton<RefusedUploads>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<RefusedUploads>());
        services.AddHostedService<LedgerNotes>();
        return services;
    }
}
