using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Settings;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>What a run works with. One a process.</summary>
internal sealed record RunTools(
    IDbContextFactory<HubDb> Databases, RunStore Store, DosMachines Machines, OutboundCollector Collector,
    NodelistPublisher Nodelists, StorageOptions Storage, CurrentOptions<RunOptions> Current, TimeProvider Clock)
{
    /// <summary>What the configuration says now.</summary>
    public RunOptions Options => Current.Value;
}
