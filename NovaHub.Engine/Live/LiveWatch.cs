using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace NovaHub.Engine.Live;

/// <summary>One follower of a <see cref="LiveFeed{TState,TChange}"/> that takes the state as a whole.</summary>
/// <typeparam name="TState">The state.</typeparam>
public sealed class LiveWatch<TState> : IDisposable
{
    // Holds at most the one word that there is something new
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Func<TState> _state;
    private readonly Action<LiveWatch<TState>> _removed;
    private volatile bool _changed;

    internal LiveWatch(Func<TState> state, Action<LiveWatch<TState>> removed) => (_state, _removed) = (state, removed);

    /// <summary>The state at once, and again after it changed, at most once an <paramref name="interval"/>.</summary>
    /// <returns>Ends when the watch is disposed or the token is cancelled.</returns>
    public async IAsyncEnumerable<TState> States(TimeSpan interval, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return _state();
        while (await NewsAsync(cancellationToken))
        {
            yield return _state();
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
        _news.Writer.TryComplete();
    }

    // Once for every change of the feed, so the usual case is a look at a flag
    internal void Touch()
    {
        if (!_changed)
        {
            _changed = true;
            _news.Writer.TryWrite(true);
        }
    }

    private async Task<bool> NewsAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _news.Reader.WaitToReadAsync(cancellationToken))
            {
                return false;
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        // The word is taken before the flag falls and the flag before the state is read: a change meanwhile is told again
        _news.Reader.TryRead(out _);
        _changed = false;
        return true;
    }
}
