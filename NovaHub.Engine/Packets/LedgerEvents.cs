using NovaHub.Engine.Games;
using NovaHub.Engine.Live;

namespace NovaHub.Engine.Packets;

/// <summary>What happened to a packet.</summary>
public enum LedgerEventKind
{
    /// <summary>A board uploaded it.</summary>
    Received,

    /// <summary>The hub's game wrote it.</summary>
    Written,

    /// <summary>A board has all of it.</summary>
    Delivered,

    /// <summary>The hub's game has read it.</summary>
    Consumed,

    /// <summary>Somebody put it back: it waits once more.</summary>
    Requeued,

    /// <summary>Somebody gave it up: it waits for nobody any more.</summary>
    Expired,

    /// <summary>It is held: a person decides what becomes of it.</summary>
    Held,
}

/// <summary>One thing that happened in the ledger, after its commit.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="PacketId">The packet.</param>
/// <param name="Name">Its name.</param>
/// <param name="Size">Bytes.</param>
/// <param name="At">When, UTC.</param>
/// <param name="ForHub">Whether it is addressed to the hub's own game.</param>
public sealed record LedgerEvent(LedgerEventKind Kind, long PacketId, PacketName Name, int Size, DateTime At, bool ForHub);

/// <summary>The latest things that happened in the ledger, newest last. Immutable.</summary>
/// <param name="Latest">At most <see cref="Keep"/> events.</param>
public sealed record LedgerActivity(IReadOnlyList<LedgerEvent> Latest)
{
    /// <summary>How many events the state keeps.</summary>
    public const int Keep = 50;

    internal LedgerActivity With(LedgerEvent happened)
    {
        // Once for every packet, so no enumerators
        var latest = Latest as LedgerEvent[] ?? [.. Latest];
        var kept = Math.Min(latest.Length, Keep - 1);
        return new LedgerActivity([.. latest.AsSpan(latest.Length - kept), happened]);
    }
}

/// <summary>Tells who asks what happens in the ledger, right after each commit.</summary>
public sealed class LedgerEvents
{
    /// <summary>For pages: the latest events and every later one.</summary>
    public LiveFeed<LedgerActivity, LedgerEvent> Feed { get; } = new(new LedgerActivity([]), (state, change) => state.With(change));

    /// <summary>For the engine. Handlers are short and don't throw.</summary>
    public event Action<LedgerEvent>? Happened;

    /// <summary>Tells everybody.</summary>
    public void Publish(LedgerEvent happened)
    {
        Feed.Publish(happened);
        Happened?.Invoke(happened);
    }
}
