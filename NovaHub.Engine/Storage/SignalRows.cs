using Microsoft.EntityFrameworkCore;

namespace NovaHub.Engine.Storage;

/// <summary>Raises signals from a context's own transaction.</summary>
public static class SignalRows
{
    /// <summary>Tells other processes that <paramref name="topic"/> changed, when the caller's transaction commits.</summary>
    public static async Task RaiseAsync(HubDb db, string topic, CancellationToken cancellationToken)
    {
        var raised = await db.Set<Signal>().Where(s => s.Topic == topic)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Version, r => r.Version + 1), cancellationToken);
        if (raised == 0)
        {
            db.Add(new Signal { Topic = topic, Version = 1 });
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
