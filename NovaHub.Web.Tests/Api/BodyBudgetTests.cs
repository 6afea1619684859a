using Microsoft.Extensions.Time.Testing;
using NovaHub.Web.Api;

namespace NovaHub.Web.Tests.Api;

public sealed class BodyBudgetTests
{
    private const int Mega = 1024 * 1024;

    private readonly FakeTimeProvider _clock = new();
    private readonly ServiceApiOptions _options = new() { BodiesInFlight = 8 * Mega, MaxPacketBytes = 4 * Mega };
    private readonly BodyBudget _budget;

    public BodyBudgetTests() => _budget = new BodyBudget(() => _options, _clock);

    [Fact]
    public async Task No_more_is_taken_than_there_is_and_all_is_given_back()
    {
        using var one = await TakeAsync(1, 4 * Mega);
        using var two = await TakeAsync(2, 4 * Mega);
        var three = TakeAsync(3, 2 * Mega).AsTask();
        Assert.Equal(8 * Mega, _budget.InUse);
        Assert.False(three.IsCompleted);
        one!.Dispose();
        one.Dispose();
        using var third = await three;
        Assert.NotNull(third);
        Assert.Equal(6 * Mega, _budget.InUse);
        two!.Dispose();
        third.Dispose();
        Assert.Equal(0, _budget.InUse);
    }

    [Fact]
    public async Task One_board_never_has_more_than_half_and_another_passes_it_by()
    {
        using var one = await TakeAsync(1, 3 * Mega);
        var more = Enumerable.Range(0, 5).Select(_ => TakeAsync(1, 3 * Mega).AsTask()).ToList();
        Assert.All(more, m => Assert.False(m.IsCompleted));
        using var other = await TakeAsync(2, 4 * Mega);
        Assert.NotNull(other);
    }

    [Fact]
    public async Task Boards_come_in_turn_whoever_asked_more_often()
    {
        var holding = new Queue<BodyBudget.Place?>([await TakeAsync(1, 4 * Mega), await TakeAsync(2, 4 * Mega)]);
        var waiting = new[] { 1, 1, 1, 3, 3, 4 }.Select(board => TakeAsync(board, 4 * Mega).AsTask()).ToList();
        // Each time one place is given back, exactly the next in turn has it
        foreach (var next in new[] { waiting[0], waiting[3], waiting[5], waiting[1], waiting[4], waiting[2] })
        {
            Assert.False(next.IsCompleted);
            holding.Dequeue()!.Dispose();
            holding.Enqueue(await next);
        }

        Assert.Equal(8 * Mega, _budget.InUse);
        holding.ToList().ForEach(h => h!.Dispose());
        Assert.Equal(0, _budget.InUse);
    }

    [Fact]
    public async Task A_small_body_waits_for_no_large_ones()
    {
        using var one = await TakeAsync(1, 4 * Mega);
        using var two = await TakeAsync(2, 4 * Mega);
        var waits = TakeAsync(3, 4 * Mega).AsTask();
        for (var i = 0; i < 16; i++)
        {
            Assert.NotNull(await TakeAsync(1, BodyBudget.Small));
        }

        // Their own part is an eighth; then they take from the next one, as much as a board may
        Assert.Equal(9 * Mega, _budget.InUse);
        for (var i = 0; i < 16; i++)
        {
            Assert.NotNull(await TakeAsync(1, BodyBudget.Small));
        }

        Assert.False(TakeAsync(1, BodyBudget.Small).AsTask().IsCompleted);
        Assert.Equal(10 * Mega, _budget.InUse);
        Assert.False(waits.IsCompleted);
    }

    [Fact]
    public async Task A_body_of_middle_size_waits_for_no_large_ones_and_keeps_none_waiting()
    {
        using var one = await TakeAsync(1, 4 * Mega);
        using var two = await TakeAsync(2, 3 * Mega);
        var large = TakeAsync(3, 4 * Mega).AsTask();
        // Two have their own part, and what the large one waits for is not lent to the next
        using var four = await TakeAsync(4, Mega);
        using var five = await TakeAsync(5, Mega);
        var six = TakeAsync(6, Mega).AsTask();
        Assert.NotNull(four);
        Assert.NotNull(five);
        Assert.False(six.IsCompleted);
        one!.Dispose();
        using var third = await large;
        Assert.NotNull(third);
        // Now nobody large waits
        using var sixth = await six;
        Assert.NotNull(sixth);
        Assert.Equal(10 * Mega, _budget.InUse);
    }

    [Fact]
    public async Task A_body_of_middle_size_takes_what_no_large_one_waits_for()
    {
        for (var board = 1; board <= 10; board++)
        {
            Assert.NotNull(await TakeAsync(board, Mega));
        }

        Assert.False(TakeAsync(11, Mega).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_body_that_hardly_comes_loses_its_place_to_one_that_waits()
    {
        using var drips = await TakeAsync(1, 4 * Mega);
        using var steady = await TakeAsync(2, 4 * Mega);
        // Nearly all of it came fast; that buys no more than a pause
        drips!.Arrived((4 * Mega) - 100_000);
        Arrive(60);
        Assert.False(drips.Asked.IsCancellationRequested);

        var waits = TakeAsync(3, 4 * Mega).AsTask();
        Arrive(9);
        Assert.False(drips.Asked.IsCancellationRequested);
        Arrive(1);
        Assert.True(drips.Asked.IsCancellationRequested);
        drips.Dispose();
        using var third = await waits;
        Assert.NotNull(third);
        Assert.False(steady!.Asked.IsCancellationRequested);

        void Arrive(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                drips.Arrived(2000);
                steady!.Arrived(BodyBudget.Pace);
                _clock.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public async Task One_slow_body_goes_at_a_time_the_slowest_first_and_none_that_is_here()
    {
        using var here = await TakeAsync(1, 2 * Mega);
        using var slow = await TakeAsync(2, 2 * Mega);
        using var slowest = await TakeAsync(3, 4 * Mega);
        here!.Completed();
        _clock.Advance(TimeSpan.FromSeconds(1));
        slow!.Arrived(1000);
        var waits = TakeAsync(4, 4 * Mega).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(slowest!.Asked.IsCancellationRequested);
        Assert.False(slow.Asked.IsCancellationRequested);
        Assert.False(here.Asked.IsCancellationRequested);
        slowest.Dispose();
        using var fourth = await waits;
        Assert.NotNull(fourth);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.False(slow.Asked.IsCancellationRequested);
    }

    [Fact]
    public async Task A_board_that_waits_for_its_own_uploads_only_takes_nobodys_place()
    {
        using var one = await TakeAsync(1, 4 * Mega);
        using var two = await TakeAsync(2, 2 * Mega);
        var more = TakeAsync(1, 2 * Mega).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(44));
        Assert.False(one!.Asked.IsCancellationRequested);
        Assert.False(two!.Asked.IsCancellationRequested);
        Assert.False(more.IsCompleted);
    }

    [Fact]
    public async Task A_large_body_is_not_passed_by_for_ever()
    {
        using var one = await TakeAsync(1, 2 * Mega);
        using var two = await TakeAsync(2, 4 * Mega);
        var large = TakeAsync(3, 4 * Mega).AsTask();
        // It would fit now, and would keep the large one waiting
        var later = TakeAsync(4, 2 * Mega).AsTask();
        one!.Dispose();
        Assert.NotNull(await large);
        Assert.False(later.IsCompleted);
        two!.Dispose();
        Assert.NotNull(await later);
    }

    [Fact]
    public async Task Whoever_finds_no_place_in_time_gets_none_and_stands_in_nobodys_way()
    {
        using var one = await TakeAsync(1, 4 * Mega);
        using var two = await TakeAsync(2, 4 * Mega);
        var late = TakeAsync(3, 4 * Mega).AsTask();
        using var gone = new CancellationTokenSource();
        var left = _budget.TakeAsync(4, 4 * Mega, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _clock.Advance(BodyBudget.Patience);
        Assert.Null(await late);
        var next = TakeAsync(5, 4 * Mega).AsTask();
        one!.Dispose();
        using var five = await next;
        Assert.NotNull(five);
        two!.Dispose();
        five.Dispose();
        Assert.Equal(0, _budget.InUse);
    }

    [Fact]
    public async Task Not_more_than_some_wait()
    {
        using var one = await TakeAsync(1, 4 * Mega);
        var waiting = Enumerable.Range(0, 64).Select(_ => TakeAsync(1, 4 * Mega).AsTask()).ToList();
        Assert.Null(await TakeAsync(1, 4 * Mega));
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
    }

    [Fact]
    public async Task A_body_of_unknown_length_takes_more_when_it_turns_out_large()
    {
        using (var body = await TakeAsync(1, BodyBudget.Small))
        {
            Assert.True(await body!.GrowAsync(4 * Mega, HubHost.Stop));
            Assert.Equal((4 * Mega) + BodyBudget.Small, _budget.InUse);
        }

        Assert.Equal(0, _budget.InUse);
    }

    [Fact]
    public async Task The_largest_packet_fits_however_little_is_set()
    {
        _options.BodiesInFlight = Mega;
        using var one = await TakeAsync(1, 4 * Mega);
        Assert.NotNull(one);
    }

    [Fact]
    public async Task Memory_is_given_back_once_after_many_large_bodies_when_none_is_under_way()
    {
        using var memory = new BodyMemory(_budget, _clock);
        Assert.False(memory.Look());
        for (var i = 0; i < BodyMemory.Worth / (4 * Mega); i++)
        {
            Assert.False(memory.Look());
            using var body = await TakeAsync(1, 4 * Mega);
            Assert.False(memory.Look());
        }

        Assert.True(memory.Look());
        Assert.False(memory.Look());
        (await TakeAsync(1, 4 * Mega))!.Dispose();
        Assert.False(memory.Look());
        Assert.False(memory.Look());
    }

    private ValueTask<BodyBudget.Place?> TakeAsync(int board, long bytes) => _budget.TakeAsync(board, bytes, HubHost.Stop);
}
