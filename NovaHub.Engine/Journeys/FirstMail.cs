using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Journeys;

/// <summary>How far a new hub has come, as its database tells. What was reached once stays reached.</summary>
/// <param name="Spoke">Whether a board's program ever signed in and spoke.</param>
/// <param name="Packet">Whether a packet ever came in.</param>
/// <param name="GoodRun">Whether a run ever was good.</param>
public sealed record FirstMailState(bool Spoke, bool Packet, bool GoodRun);

/// <summary>Looks whether the first mail has moved. Each thing that was seen once is never asked for again.</summary>
public sealed class FirstMail(IDbContextFactory<HubDb> databases)
{
    private volatile FirstMailState _state = new(false, false, false);

    /// <summary>How far the hub has come.</summary>
    public async Task<FirstMailState> LookAsync(CancellationToken cancellationToken)
    {
        if (_state is { Spoke: true, Packet: true, GoodRun: true } all)
        {
            return all;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return _state = new FirstMailState(
            _state.Spoke || await db.Set<Bbs>().AnyAsync(b => b.LastSeenAt != null, cancellationToken),
            _state.Packet || await db.Set<Packet>().AnyAsync(p => p.UploadedByBbsId != null, cancellationToken),
            _state.GoodRun || await db.Set<Run>().AnyAsync(r => r.Outcome == RunOutcome.Good, cancellationToken));
    }
}
