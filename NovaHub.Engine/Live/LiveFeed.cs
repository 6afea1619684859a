using System.Threading.Channels;

namespace NovaHub.Engine.Live;

/// <summary>
/// One thing that changes while people look at it. A subscriber gets the state as it is and every change from there,
/// in one call, so that nothing falls between the two. Changes come in batches; a slow subscriber loses the oldest
/// ones and is told how many.
/// </summary>
/// <typeparam name="TState">The state as a whole: immutable, or safe to read from any thread.</typeparam>
/// <typeparam name="TChange">One change to it.</typeparam>
/// <param name="state">The state at the start.</param>
/// <param name="apply">Gives the state after a change.</param>
/// <param name="capacity">How many changes a subscriber may be behind before the oldest are dropped.</param>
public sealed class LiveFeed<TState, TChange>(TState state, Func<TState, TChange, TState> apply, int capacity = 1024)
{
    private readonly Lock _gate = new();
    private LiveSubscription<TState, TChange>[] _subscribers = [];
    private LiveWatch<TState>[] _watches = [];
    private TState _state = state;

    /// <summary>The state now.</summary>
    public TState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>How many follow it, by every change or by the state alone.</summary>
    public int Subscribers => _subscribers.Length + _watches.Length;

    /// <summary>Makes a change and tells everybody. Never waits for a subscriber.</summary>
    public void Publish(TChange change)
    {
        lock (_gate)
        {
            _state = apply(_state, change);
            // Writing to a drop-oldest channel runs no subscriber's code, so the lock may be held: order is kept
            foreach (var subscriber in _subscribers)
            {
                subscriber.Offer(change);
            }

            foreach (var watch in _watches)
            {
                watch.Touch();
            }
        }
    }

    /// <summary>The state now and what changes from here. Dispose the subscription to end it.</summary>
    public LiveSubscription<TState, TChange> Subscribe()
    {
        lock (_gate)
        {
            var subscription = new LiveSubscription<TState, TChange>(_state, capacity, Remove);
            _subscribers = [.. _subscribers, subscription];
            return subscription;
        }
    }

    /// <summary>The state now and each time it has changed, for whom the single changes don't matter: however many there are, they cost next to nothing. Dispose the watch to end it.</summary>
    public LiveWatch<TState> Watch()
    {
        lock (_gate)
        {
            var watch = new LiveWatch<TState>(() => State, Remove);
            _watches = [.. _watches, watch];
            return watch;
        }
    }

    private void Remove(LiveSubscription<TState, TChange> subscription)
    {
        lock (_gate)
        {
            _subscribers = [.. _subscribers.Where(s => s != subscription)];
        }
    }

    private void Remove(LiveWatch<TState> watch)
    {
        lock (_gate)
        {
            _watches = [.. _watches.Where(w => w != watch)];
        }
    }
}

/// <summary>One subscriber's view of a <see cref="LiveFeed{TState,TChange}"/>.</summary>
/// <typeparam name="TState">The state.</typeparam>
/// <typeparam name="TChange">A change.</typeparam>
public sealed class LiveSubscription<TState, TChange> : IDisposable
{
    private readonly Channel<TChange> _changes;
    private readonly Action<LiveSubscription<TState, TChange>> _removed;
    private long _dropped;

    internal LiveSubscription(TState snapshot, int capacity, Action<LiveSubscription<TState, TChange>> removed)
    {
        Snapshot = snapshot;
        _removed = removed;
        _changes = Channel.CreateBounded<TChange>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>The state when the subscription began. Every later change comes through <see cref="Batches"/>.</summary>
    public TState Snapshot { get; }

    /// <summary>Changes that were dropped because this subscriber was too slow. Then the snapshot and the changes no longer add up: subscribe anew.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Changes as they come, gathered for <paramref name="interval"/> so that a page draws a few times a second and not at each one.</summary>
    /// <returns>Ends when the subscription is disposed or the token is cancelled.</returns>
    public async IAsyncEnumerable<IReadOnlyList<TChange>> Batches(
        TimeSpan interval, TimeProvider clock, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await WaitAsync(cancellationToken))
        {
            var batch = new List<TChange>();
            while (_changes.Reader.TryRead(out var change))
            {
                batch.Add(change);
            }

            if (batch.Count > 0)
            {
                yield return batch;
            }

            try
            {
                await Task.Delay(interval, clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _removed(this);
        _changes.Writer.TryComplete();
    }

    internal void Offer(TChange change) => _changes.Writer.TryWrite(change);

    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _changes.Reader.WaitToReadAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
