using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>What reading a run's packets again would do, in plain words, before anybody confirms it.</summary>
/// <param name="Packets">How many packets would be read again.</param>
/// <param name="Sentences">What will happen.</param>
/// <param name="Refusal">Why it can't be done, or null.</param>
public sealed record ReprocessPlan(int Packets, IReadOnlyList<string> Sentences, string? Refusal)
{
    private const int Named = 10;

    internal static async Task<ReprocessPlan> MakeAsync(HubDb db, long runId, CancellationToken cancellationToken)
    {
        var run = await db.Set<Run>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, cancellationToken);
        if (run is null)
        {
            return Refuse($"There is no run {runId}.");
        }

        if (run.EndedAt is null)
        {
            return Refuse($"Run {runId} still goes on.");
        }

        var read = db.Set<RunPacket>().Where(p => p.RunId == runId && p.Consumed == true)
            .Join(db.Set<Packet>().Where(p => p.ConsumedAt != null && p.StagedInRunId == null), p => p.PacketId, p => p.Id, (_, packet) => packet);
        var count = await read.CountAsync(cancellationToken);
        if (count == 0)
        {
            return Refuse($"Run {runId} read no packets that could be read again.");
        }

        var names = await read.OrderBy(p => p.Id).Take(Named).AsNoTracking().ToListAsync(cancellationToken);
        var list = string.Join(", ", names.Select(p => p.Name)) + (count > names.Count ? " …" : "");
        return new ReprocessPlan(
            count,
            [
                $"{Words.Packets(count)} that run {runId} read {(count == 1 ? "goes" : "go")} back into the queue: {list}.",
                $"The game of league {run.LeagueId} runs now and reads {(count == 1 ? "it" : "them")} a second time, with whatever else waits.",
                "What the first run had worked in happens twice then: attacks, messages and trades too. Do this only when it did not take the packets in.",
                "Packets that were sent to boards are not called back.",
            ],
            null);
    }

    private static ReprocessPlan Refuse(string reason) => new(0, [], reason);
}
