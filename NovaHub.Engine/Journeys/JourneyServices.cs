using Microsoft.Extensions.DependencyInjection;

namespace NovaHub.Engine.Journeys;

/// <summary>Registration of packets' journeys.</summary>
public static class JourneyServices
{
    /// <summary>Adds <see cref="PacketJourneys"/> and <see cref="PacketRequeue"/>.</summary>
    public static IServiceCollection AddJourneys(this IServiceCollection services) =>
        services.AddSingleton<PacketJourneys>().AddSingleton<PacketRequeue>();
}
