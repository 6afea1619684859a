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

    /// <summary>
    /// Makes every active league's nodelist anew where it would be another one: after an upgrade that writes them otherwise,
    /// or a change of the configuration while the hub was off. A league whose list would be refused keeps the one it has.
    /// </summary>
    /// <returns>Sentences of what is to be done or was refused.</returns>
    public async Task<IReadOnlyList<string>> RenewNodelistsAsync(CancellationToken cancellationToken)
    {
        var sentences = new List<string>();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var league in await db.Set<League>().Where(l => l.RetiredAt == null).OrderBy(l => l.Id).Select(l => l.Id).ToListAsync(cancellationToken))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var result = await nodelists.PublishAsync(db, league, cancellationToken);
            if (result.Refusal is { } refusal)
            {
                sentences.Add($"{league.NodelistName} stays as it is: {refusal}");
                continue;
            }

            sentences.AddRange(result.Warnings);
            if (result.Changed)
            {
                await SignalRows.RaiseAsync(db, Signal.Directory, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        return sentences;
    }
}
