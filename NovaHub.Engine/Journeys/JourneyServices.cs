using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NovaHub.Engine.Journeys;

/// <summary>Registration of packets' journeys.</summary>
public static class JourneyServices
{
    /// <summary>Adds <see cref="PacketJourneys"/> and <see cref="PacketRequeue"/>, and notes the ends of runs.</summary>
    public static IServiceCollection AddJourneys(this IServiceCollection services) =>
        services.AddSingleton<PacketJourneys>().AddSingleton<PacketRequeue>().AddSingleton<FirstMail>().AddSingleton<IHostedService, EndedRuns>();
}
