using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Leagues;

public sealed partial class LeagueAdmin
{
    /// <summary>Makes every active league's nodelist with a new entry of the hub, in the caller's transaction.</summary>
    /// <returns>How many changed, and so wait for their members.</returns>
    /// <exception cref="RefusedException">One of them would harm its league.</exception>
    public async Task<int> PublishAllAsync(HubDb db, HubOptions hub, CancellationToken cancellationToken)
    {
        var changed = 0;
        foreach (var league in await db.Set<League>().Where(l => l.RetiredAt == null).OrderBy(l => l.Id).Select(l => l.Id).ToListAsync(cancellationToken))
        {
            var result = await nodelists.PublishAsAsync(db, league, hub, cancellationToken);
            changed += result switch
            {
                { Refusal: { } refusal } => throw new RefusedException(refusal),
                { Changed: true } => 1,
                _ => 0,
            };
        }

        await SignalRows.RaiseAsync(db, Signal.Directory, cancellationToken);
        return changed;
    }
}
