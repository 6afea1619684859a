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
        var three = TakeAsync(3, Mega).AsTask();
        Assert.Equal(8 * Mega, _budget.InUse);
        Assert.False(three.IsCompleted);
        one!.Dispose();
        one.Dispose();
        using var third = await three;
        Assert.NotNull(third);
        Assert.Equal(5 * Mega, _budget.InUse);
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

        // Their own part is an eighth
        Assert.False(TakeAsync(1, BodyBudget.Small).AsTask().IsCompleted);
        Assert.Equal(9 * Mega, _budget.InUse);
        Assert.False(waits.IsCompleted);
    }

    [Fact]
    public async Task A_large_body_is_not_passed_by_for_ever()
    {
        using var one = await TakeAsync(1, 2 * Mega);
        using var two = await TakeAsync(2, 4 * Mega);
        var large = TakeAsync(3, 4 * Mega).AsTask();
        // It would fit now, and would keep the large one waiting
        var later = TakeAsync(4, Mega).AsTask();
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
