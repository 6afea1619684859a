using Microsoft.AspNetCore.Components;
using NovaHub.Engine.Live;

namespace NovaHub.Web.Components.Live;

/// <summary>
/// A component that follows the engine. It owns its subscriptions and ends them: call <see cref="Follow{TState,TChange}(LiveFeed{TState,TChange}, TimeSpan, Func{TState, Task}, Func{IReadOnlyList{TChange}, Task})"/>
/// in <see cref="ComponentBase.OnAfterRenderAsync"/> of the first render. Everything that is handed in runs on the circuit.
/// </summary>
public abstract class LiveView : ComponentBase, IAsyncDisposable
{
    /// <summary>How often a page draws at most.</summary>
    protected static readonly TimeSpan DrawInterval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _loops = [];
    private readonly List<Action> _unsubscribe = [];

    /// <summary>Changes that this view was too slow to take one by one; it took the state as a whole instead.</summary>
    public long Skipped { get; private set; }

    /// <summary>Ends with the component.</summary>
    protected CancellationToken Ending => _ending.Token;

    [Inject]
    protected TimeProvider Clock { get; set; } = default!;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _ending.CancelAsync();
        _unsubscribe.ForEach(u => u());
        await Task.WhenAll(_loops);
        await EndAsync();
        _ending.Dispose();
    }

    /// <summary>What else there is to end, after the subscriptions.</summary>
    protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;

    /// <summary>Follows a feed whose state is all that matters: <paramref name="show"/> gets it at once and when it has changed.</summary>
    protected void Follow<TState, TChange>(LiveFeed<TState, TChange> feed, TimeSpan interval, Func<TState, Task> show) =>
        _loops.Add(GuardAsync(async () =>
        {
            using var watch = feed.Watch();
            await foreach (var state in watch.States(interval, Clock, Ending))
            {
                await DrawAsync(() => show(state));
            }
        }));

    /// <summary>Follows a feed: first the state, then every batch of changes. After a drop it begins anew with the state.</summary>
    protected void Follow<TState, TChange>(
        LiveFeed<TState, TChange> feed, TimeSpan interval, Func<TState, Task> begin, Func<IReadOnlyList<TChange>, Task> change) =>
        _loops.Add(GuardAsync(() => LoopAsync(feed, interval, begin, change, DrawAsync)));

    /// <summary>The same for what goes past the page straight to the browser: the component isn't drawn anew.</summary>
    protected void Stream<TState, TChange>(
        LiveFeed<TState, TChange> feed, TimeSpan interval, Func<TState, Task> begin, Func<IReadOnlyList<TChange>, Task> change) =>
        _loops.Add(GuardAsync(() => LoopAsync(feed, interval, begin, change, PassAsync)));

    /// <summary>Runs <paramref name="handler"/> on the circuit each time an engine event is raised.</summary>
    protected void On(Action<Action> subscribe, Action<Action> unsubscribe, Func<Task> handler)
    {
        void Raised() => _ = GuardAsync(() => DrawAsync(handler));
        subscribe(Raised);
        _unsubscribe.Add(() => unsubscribe(Raised));
    }

    /// <summary>Repeats <paramref name="step"/> on the circuit until it says no or the component ends.</summary>
    protected void Repeat(TimeSpan interval, Func<Task<bool>> step) =>
        _loops.Add(GuardAsync(async () =>
        {
            using var timer = new PeriodicTimer(interval, Clock);
            while (await timer.WaitForNextTickAsync(Ending))
            {
                var go = false;
                await DrawAsync(async () => go = await step());
                if (!go)
                {
                    return;
                }
            }
        }));

    private async Task LoopAsync<TState, TChange>(
        LiveFeed<TState, TChange> feed, TimeSpan interval, Func<TState, Task> begin, Func<IReadOnlyList<TChange>, Task> change, Func<Func<Task>, Task> onCircuit)
    {
        while (!Ending.IsCancellationRequested)
        {
            using var subscription = feed.Subscribe();
            await onCircuit(() => begin(subscription.Snapshot));
            await foreach (var batch in subscription.Batches(interval, Clock, Ending))
            {
                if (subscription.Dropped > 0)
                {
                    break;
                }

                await onCircuit(() => change(batch));
            }

            Skipped += subscription.Dropped;
        }
    }

    private Task DrawAsync(Func<Task> work) => InvokeAsync(async () =>
    {
        if (!Ending.IsCancellationRequested)
        {
            await work();
            StateHasChanged();
        }
    });

    private Task PassAsync(Func<Task> work) => InvokeAsync(() => Ending.IsCancellationRequested ? Task.CompletedTask : work());

    // A failure goes to the page's error boundary, the end of the page to nobody
    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception) when (Ending.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            await DispatchExceptionAsync(failure);
        }
    }
}
