using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>What a run works with. One a process.</summary>
internal sealed record RunTools(
    IDbContextFactory<HubDb> Databases, RunStore Store, DosMachines Machines, OutboundCollector Collector,
    NodelistPublisher Nodelists, StorageOptions Storage, RunOptions Options, TimeProvider Clock);
