using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>Registration of packets' journeys.</summary>
public static class JourneyServices
{
    /// <summary>Adds <see cref="PacketJourneys"/>, <see cref="PacketRequeue"/>, <see cref="HeldPackets"/>, <see cref="PacketExpiry"/> and <see cref="PacketReentry"/>, and notes the ends of runs.</summary>
    public static IServiceCollection AddJourneys(this IServiceCollection services) => services
        .AddSingleton<PacketJourneys>()
        .AddSingleton<PacketQueue>()
        .AddSingleton(s => new PacketRequeue(s.GetRequiredService<PacketQueue>()))
        .AddSingleton(s => new HeldPackets(s.GetRequiredService<PacketQueue>(), s.GetRequiredService<IDbContextFactory<HubDb>>()))
        .AddSingleton(s => new PacketExpiry(s.GetRequiredService<PacketQueue>()))
        .AddSingleton(s => new PacketReentry(
            s.GetRequiredService<PacketQueue>(), s.GetRequiredService<IDbContextFactory<HubDb>>(), s.GetRequiredService<GroupCommit>(),
            s.GetRequiredService<LedgerEvents>(), s.GetRequiredService<TimeProvider>()))
        .AddSingleton<FirstMail>()
        .AddSingleton<IHostedService, EndedRuns>();
}
