using System.Collections.Immutable;
using NovaHub.Engine.Live;

namespace NovaHub.Engine.Tests.Live;

public class LiveFeedTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Snapshot_and_changes_add_up_for_everybody_whenever_they_come()
    {
        var feed = new LiveFeed<long, int>(0, (sum, change) => sum + change, capacity: 100_000);
        const int Writers = 4, Each = 5_000;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        const long Total = Writers * (long)Each * (Each + 1) / 2;

        var writers = Enumerable.Range(0, Writers).Select(_ => Task.Run(() =>
        {
            for (var i = 1; i <= Each; i++)
            {
                feed.Publish(i);
            }
        }));
        var readers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var subscription = feed.Subscribe();
            var sum = subscription.Snapshot;
            if (sum == Total)
            {
                return sum;
            }

            await foreach (var batch in subscription.Batches(s_moment, TimeProvider.System, limit.Token))
            {
                sum += batch.Sum();
                if (sum >= Total)
                {
                    break;
                }
            }

            Assert.Equal(0, subscription.Dropped);
            return sum;
        }));

        var all = Task.WhenAll(readers);
        await Task.WhenAll(writers);
        Assert.All(await all, sum => Assert.Equal(Total, sum));
        Assert.Equal(Total, feed.State);
        Assert.Equal(0, feed.Subscribers);
    }

    [Fact]
    public async Task Who_is_slow_loses_the_oldest_changes_and_is_told_how_many()
    {
        var feed = new LiveFeed<ImmutableList<int>, int>([], (all, one) => all.Add(one), capacity: 10);
        using var subscription = feed.Subscribe();

        for (var i = 1; i <= 25; i++)
        {
            feed.Publish(i);
        }

        await foreach (var batch in subscription.Batches(s_moment, TimeProvider.System))
        {
            Assert.Equal(Enumerable.Range(16, 10), batch);
            break;
        }

        Assert.Equal(15, subscription.Dropped);
        Assert.Equal(25, feed.State.Count);
    }

    [Fact]
    public async Task A_disposed_subscription_ends_and_hears_nothing_more()
    {
        var feed = new LiveFeed<int, int>(0, (_, change) => change);
        var subscription = feed.Subscribe();
        feed.Publish(1);
        subscription.Dispose();
        subscription.Dispose();
        feed.Publish(2);

        var heard = new List<int>();
        await foreach (var batch in subscription.Batches(s_moment, TimeProvider.System))
        {
            heard.AddRange(batch);
        }

        Assert.Equal([1], heard);
        Assert.Equal((0, 0L, 2), (feed.Subscribers, subscription.Dropped, feed.State));
    }

    [Fact]
    public async Task A_cancelled_reader_ends_without_an_exception()
    {
        var feed = new LiveFeed<int, int>(0, (_, change) => change);
        using var subscription = feed.Subscribe();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var batch in subscription.Batches(TimeSpan.FromHours(1), TimeProvider.System, stop.Token))
            {
                Assert.Equal([1], batch);
            }
        });
        feed.Publish(1);
        await stop.CancelAsync();

        await reading.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Who_watches_the_state_gets_it_at_once_and_the_last_one_in_the_end()
    {
        var feed = new LiveFeed<int, int>(7, (_, change) => change);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var watch = feed.Watch();
        var first = new TaskCompletionSource();
        var writing = Task.Run(async () =>
        {
            await first.Task;
            for (var i = 1000; i <= 50_000; i++)
            {
                feed.Publish(i);
            }
        });
        var seen = new List<int>();
        await foreach (var state in watch.States(s_moment, TimeProvider.System, limit.Token))
        {
            seen.Add(state);
            first.TrySetResult();
            if (state == 50_000)
            {
                break;
            }
        }

        await writing;
        Assert.Equal(7, seen[0]);
        Assert.Equal(50_000, seen[^1]);
        Assert.Equal(seen.Order(), seen);
    }

    [Fact]
    public async Task A_thousand_changes_between_two_looks_are_one()
    {
        var feed = new LiveFeed<int, int>(0, (sum, change) => sum + change);
        var watch = feed.Watch();
        for (var i = 0; i < 1000; i++)
        {
            feed.Publish(1);
        }

        await using var states = watch.States(s_moment, TimeProvider.System).GetAsyncEnumerator();
        Assert.True(await states.MoveNextAsync());
        Assert.Equal(1000, states.Current);
        Assert.True(await states.MoveNextAsync());
        Assert.Equal(1000, states.Current);
        var next = states.MoveNextAsync();
        await Task.Delay(50);
        Assert.False(next.IsCompleted);
        feed.Publish(1);
        Assert.True(await next);
        Assert.Equal((1001, 1), (states.Current, feed.Subscribers));
        watch.Dispose();
        Assert.False(await states.MoveNextAsync());
        Assert.Equal(0, feed.Subscribers);
    }
}
