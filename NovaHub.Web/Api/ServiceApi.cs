using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Settings;
using NovaHub.Web.Api.Arrival;
using NovaHub.Web.Security;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>Limits of the service API. Configuration section <c>ServiceApi</c>.</summary>
internal sealed record ServiceApiOptions
{
    public const string Section = "ServiceApi";

    /// <summary>The largest packet that is taken, in bytes.</summary>
    public int MaxPacketBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Memory for the bodies of large uploads that are under way, in bytes; smaller ones have three eighths more. Whoever finds none free waits, and gets 503 in the end.</summary>
    public int BodiesInFlight { get; set; } = 32 * 1024 * 1024;

    /// <summary>How long a connection that has all of a download must not break off before the packet counts as delivered.</summary>
    public TimeSpan DeliveryWatch { get; set; } = TimeSpan.FromMilliseconds(50);
}

internal sealed class ServiceApiRules : IValidateOptions<ServiceApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ServiceApiOptions options)
    {
        var faults = new List<string>();
        if (options.MaxPacketBytes is < 1024 or > 256 * 1024 * 1024)
        {
            faults.Add("ServiceApi:MaxPacketBytes is the largest packet in bytes: 1024 to 268435456.");
        }

        if (options.BodiesInFlight < 1024 * 1024)
        {
            faults.Add("ServiceApi:BodiesInFlight is the memory for uploads under way in bytes: 1048576 to 2147483647.");
        }

        if (options.DeliveryWatch < TimeSpan.Zero || options.DeliveryWatch > TimeSpan.FromSeconds(5))
        {
            faults.Add("ServiceApi:DeliveryWatch is a time from 00:00:00 to 00:00:05.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

/// <summary>What boards' programs speak. It may grow; what is there may not change.</summary>
internal static class ServiceApi
{
    public const string Prefix = "/service";

    public static void AddServiceApi(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ServiceApiOptions>().BindConfiguration(ServiceApiOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServiceApiOptions>, ServiceApiRules>();
        services.AddOptions<HealthOptions>().BindConfiguration(HealthOptions.Section)
            .Validate(o => o.MinFreeMegabytes is >= 0 and <= 1_000_000, "Health:MinFreeMegabytes is the room that the data folder's disk must have: 0 to 1000000.")
            .ValidateOnStart();
        // Asked for with each upload: a changed limit needs no restart
        services.AddTransient(s => s.GetRequiredService<CurrentOptions<ServiceApiOptions>>().Value);
        services.TryAddSingleton(s => new BodyBudget(() => s.GetRequiredService<CurrentOptions<ServiceApiOptions>>().Value, s.GetRequiredService<TimeProvider>()));
        services.AddHostedService<BodyMemory>();
        services.AddSingleton<DeliveriesUnderWay>();
        services.AddHostedService(s => s.GetRequiredService<DeliveriesUnderWay>());
        services.AddSingleton<ThroughProxy>();
        services.AddSingleton<MailSender>();
        services.AddSingleton<LedgerHealth>();
        services.AddSingleton<DiskHealth>();
        services.AddSingleton<HubHealth>();
    }

    public static void MapServiceApi(this WebApplication app)
    {
        var api = app.MapGroup(ServiceAddress.Base).RequireAuthorization(WebSecurity.Boards);
        TokenEndpoints.Map(api);
        MeEndpoints.Map(api);
        PacketEndpoints.Map(api);
        ReceiptEndpoints.Map(api);
        NodelistEndpoints.Map(api);
        HealthEndpoints.Map(app);
        if (app.Configuration.GetValue("Bench:Endpoints", false))
        {
            BenchEndpoints.Map(api);
        }
    }
}
