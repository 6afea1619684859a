using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Packets;

public sealed class LedgerTests : IAsyncLifetime
{
    private static readonly LeagueId s_league = LeagueId.Parse("555B");
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        await _hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(s_league, "League", "13:10/1"), Stop);
        foreach (var index in new[] { 2, 3 })
        {
            await _hub.Get<BbsAdmin>().AddAsync($"Board {index}", [new SeatRequest(s_league, index, $"13:10/{index}")], Stop);
        }
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_are_kept_once_however_many_packets_have_them()
    {
        var first = await _hub.UploadAsync("555B0201.001", [1, 2, 3]);
        var second = await _hub.UploadAsync("555B0301.001", [1, 2, 3]);
        Assert.NotEqual(first, second);
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(Stop);
        Assert.Equal([1, 2, 3], (await db.Set<Content>().SingleAsync(Stop)).Bytes);
    }

    [Fact]
    public async Task The_same_bytes_are_a_retry_until_500_other_packets_of_the_route_came_in_between()
    {
        byte[] old = [1, 2, 3];
        var id = await _hub.UploadAsync("555B0201.001", old);
        await UploadManyAsync(2, 499);
        Assert.Equal(id, await _hub.UploadAsync("555B0201.001", old));
        // Another route's packets are not in between
        await UploadManyAsync(3, 5);
        Assert.Equal(id, await _hub.UploadAsync("555B0201.001", old));
        await _hub.UploadAsync("555B0201.777", [7, 7, 7]);
        var next = await _hub.UploadAsync("555B0201.001", old);
        Assert.NotEqual(id, next);
        Assert.Equal(next, await _hub.UploadAsync("555B0201.001", old));
    }

    [Fact]
    public async Task Wrapped_names_lie_side_by_side_and_each_retry_finds_its_own()
    {
        var ids = new List<long>();
        for (byte cycle = 0; cycle < 8; cycle++)
        {
            ids.Add(await _hub.UploadAsync("555B0201.001", [cycle]));
        }

        Assert.Equal(8, ids.Distinct().Count());
        for (byte cycle = 0; cycle < 8; cycle++)
        {
            Assert.Equal(ids[cycle], await _hub.UploadAsync("555B0201.001", [cycle]));
        }
    }

    [Fact]
    public async Task A_packet_that_came_while_the_clock_was_a_year_ahead_dates_no_other_one()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(-10));
        async Task<Packet> SendAsync(byte sequence, TimeSpan ahead)
        {
            clock.AdjustTime(DateTimeOffset.UtcNow.AddMinutes(-10).AddSeconds(sequence) + ahead);
            return (await ReceiveAsync(clock, $"555B0203.{sequence:D3}", [sequence]));
        }

        var (first, ahead, third, fourth) = (await SendAsync(1, default), await SendAsync(2, TimeSpan.FromDays(365)), await SendAsync(3, default), await SendAsync(4, default));
        Assert.True(third.ReceivedAt < DateTime.UtcNow && fourth.ReceivedAt < DateTime.UtcNow && third.ReceivedAt > first.ReceivedAt);
        var step = Assert.Single(await StepsAsync());
        Assert.Equal((third.Id, ahead.ReceivedAt, third.ReceivedAt), (step.PacketId, step.Before, step.After));

        // The mailbox keeps the order of arrival, and a search by time finds each where its clock said
        Assert.Equal([first.Id, ahead.Id, third.Id, fourth.Id], List(SeatOf(3), unreadOnly: true).Where(i => i.Source != 0).Select(i => i.PacketId!.Value));
        var explorer = _hub.Get<NovaHub.Engine.Packets.Explorer.PacketExplorer>();
        long[] Found(DateTime? from, DateTime? until) => [.. explorer.Find(new NovaHub.Engine.Packets.Explorer.PacketFilter { From = from, Until = until, OldestFirst = true }, null, 50).Packets.Select(p => p.Id)];
        var today = DateTime.UtcNow.AddHours(-1);
        Assert.Equal([first.Id, third.Id, fourth.Id], Found(today, DateTime.UtcNow));
        Assert.Equal([ahead.Id], Found(DateTime.UtcNow.AddDays(100), null));
        Assert.Equal([third.Id, fourth.Id], Found(third.ReceivedAt, DateTime.UtcNow));
    }

    [Fact]
    public async Task A_clock_that_is_corrected_by_part_of_a_second_leaves_no_step_and_one_in_another_process_does()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var first = await ReceiveAsync(clock, "555B0203.001", [1]);
        var before = new FakeTimeProvider(clock.GetUtcNow().AddMilliseconds(-300));
        Assert.Equal(first.ReceivedAt, (await ReceiveAsync(before, "555B0203.002", [2])).ReceivedAt);
        Assert.Empty(await StepsAsync());

        var other = new FakeTimeProvider(clock.GetUtcNow().AddDays(-1));
        Assert.Equal(other.GetUtcNow().UtcDateTime, (await ReceiveAsync(other, "555B0203.003", [3])).ReceivedAt);
        Assert.Single(await StepsAsync());
    }

    [Fact]
    public async Task A_nodelist_stands_among_the_packets_where_it_was_made_whatever_the_clock_showed()
    {
        var ahead = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(365));
        await ReceiveAsync(ahead, "555B0203.001", [1]);
        await _hub.Get<BbsAdmin>().AddAsync("Four", [new SeatRequest(s_league, 4, "13:10/4")], Stop);
        await ReceiveAsync(new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(-1)), "555B0203.002", [2]);
        Assert.Equal(["555B0203.001", "BRNODES.555", "555B0203.002"], List(SeatOf(3), unreadOnly: true).Select(i => i.Name));
    }

    private async Task<Packet> ReceiveAsync(TimeProvider clock, string name, byte[] bytes)
    {
        var intake = new PacketIntake(_hub.Get<HubDirectory>(), _hub.Get<GroupCommit>(), _hub.Get<LedgerEvents>(), _hub.Get<NovaHub.Engine.Activities.RefusedUploads>(), clock);
        var board = _hub.Get<HubDirectory>().Current.Leagues[s_league].Members[2];
        return await _hub.PacketAsync((await intake.ReceiveAsync(intake.Judge(board, "555B", name), bytes, Stop)).PacketId);
    }

    private async Task<List<ClockStep>> StepsAsync()
    {
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        return await db.Set<ClockStep>().AsNoTracking().ToListAsync();
    }

    [Fact]
    public async Task A_refused_or_empty_packet_can_not_be_received()
    {
        var intake = _hub.Get<PacketIntake>();
        var board = _hub.Get<HubDirectory>().Current.Leagues[s_league].Members[2];
        await Assert.ThrowsAsync<ArgumentException>(() => intake.ReceiveAsync(intake.Judge(board, "555B", "555B0301.001"), [1], Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => intake.ReceiveAsync(intake.Judge(board, "555B", "555B0201.001"), [], Stop));
        Assert.Empty(await _hub.PacketsAsync());
    }

    [Fact]
    public async Task A_packet_is_counted_and_told_of_once()
    {
        var told = new List<LedgerEvent>();
        _hub.Get<LedgerEvents>().Happened += e =>
        {
            lock (told)
            {
                told.Add(e);
            }
        };
        for (var i = 0; i < 3; i++)
        {
            await _hub.UploadAsync("555B0203.001", [1]);
            await _hub.UploadAsync("555B0201.001", [2]);
        }

        Assert.Equal([("555B0203.001", false), ("555B0201.001", true)], told.Select(e => (e.Name.ToString(), e.ForHub)));
        var totals = await _hub.Get<LedgerReader>().TotalsAsync(Stop);
        Assert.Equal((2, 1, 2, 1, 1), ((int)totals.Received, (int)totals.Relayed, (int)totals.ReceivedToday, totals.WaitingForGames, totals.WaitingForBoards));
    }

    [Fact]
    public async Task Of_packets_with_one_name_the_oldest_unread_is_given_and_then_the_latest_again()
    {
        for (byte i = 1; i <= 3; i++)
        {
            await _hub.UploadAsync("555B0203.001", [i]);
        }

        var mailbox = _hub.Get<Mailbox>();
        Assert.True(PacketName.TryParse("555B0203.001", out var name));
        var got = new List<(byte First, bool Unread)>();
        for (var i = 0; i < 5; i++)
        {
            var piece = mailbox.Find(name)!;
            got.Add((piece.Bytes[0], piece.Unread));
            await mailbox.DeliveredAsync(piece);
        }

        Assert.Equal([(1, true), (2, true), (3, true), (3, false), (3, false)], got.Select(g => ((int)g.First, g.Unread)));
        Assert.Null(mailbox.Find(name with { Sequence = 2 }));
        Assert.Equal(3, (await _hub.Get<LedgerReader>().TotalsAsync(Stop)).Delivered);
    }

    [Fact]
    public async Task What_was_handed_over_is_read_before_that_is_on_disk()
    {
        await _hub.UploadAsync("555B0203.001", [1]);
        await _hub.UploadAsync("555B0203.001", [2]);
        var (mailbox, seat) = (_hub.Get<Mailbox>(), SeatOf(3));
        Assert.True(PacketName.TryParse("555B0203.001", out var name));
        await mailbox.DeliveredAsync(mailbox.FindNodelist(seat)!.Value.Piece);

        // The writer is held up, so the marks can't be on disk yet
        using var held = new ManualResetEventSlim();
        var holding = _hub.Get<GroupCommit>().WriteAsync(_ => held.Wait(TimeSpan.FromSeconds(20)), Stop);
        var delivered = mailbox.DeliveredAsync(mailbox.Find(name)!);
        Assert.Equal((2, true), (mailbox.Find(name)!.Bytes[0], mailbox.Find(name)!.Unread));
        Assert.Equal([name.ToString()], List(seat, unreadOnly: true).Select(i => i.Name));
        Assert.Equal([true, true, false], List(seat, unreadOnly: false).Select(i => i.DeliveredAt is not null));
        Assert.False(delivered.IsCompleted);
        held.Set();
        await holding;
        await delivered;
        Assert.Single(List(seat, unreadOnly: true));
    }

    [Fact]
    public async Task A_nodelist_that_was_made_anew_during_its_download_waits_again()
    {
        var (mailbox, seat) = (_hub.Get<Mailbox>(), SeatOf(3));
        var old = mailbox.FindNodelist(seat)!.Value.Piece;
        await _hub.Get<BbsAdmin>().AddAsync("Four", [new SeatRequest(s_league, 4, "13:10/4")], Stop);
        await mailbox.DeliveredAsync(old);
        var item = Assert.Single(List(seat, unreadOnly: true));
        Assert.Equal(("BRNODES.555", 0, 3, 0), (item.Name, item.Source, item.Dest, item.Sequence));
        await mailbox.DeliveredAsync(mailbox.FindNodelist(seat)!.Value.Piece);
        Assert.Empty(List(seat, unreadOnly: true));
        Assert.False(mailbox.FindNodelist(seat)!.Value.Piece.Unread);
    }

    [Fact]
    public async Task Of_ten_thousand_waiting_packets_the_oldest_of_each_name_is_listed_in_order()
    {
        await UploadManyAsync(2, 10_000, dest: 3);
        var list = List(SeatOf(3), unreadOnly: true).Where(i => i.Source != 0).ToList();
        Assert.Equal((await _hub.PacketsAsync()).Select(p => (long?)p.Id).Order().Take(1000), list.Select(i => i.PacketId));
        Assert.Equal(list.Select(i => i.ReceivedAt).Order(), list.Select(i => i.ReceivedAt));
        Assert.Equal(Enumerable.Range(0, 1000), list.Select(i => i.Sequence));
    }

    private async Task UploadManyAsync(int source, int count, int dest = 1)
    {
        var order = 0;
        foreach (var part in Enumerable.Range(0, count).Chunk(500))
        {
            var before = Task.CompletedTask;
            foreach (var i in part)
            {
                before = _hub.UploadAsync(new PacketName(s_league, source, dest, order++ % 1000).ToString(), BitConverter.GetBytes((i * 1000L) + source));
            }

            // They enter the queue in order, and the last one's commit is the last
            await before;
        }
    }

    private Seat SeatOf(int index) => _hub.Get<HubDirectory>().Current.Leagues[s_league].Members[index].Seats[s_league];

    private List<MailItem> List(Seat seat, bool unreadOnly)
    {
        var items = new List<MailItem>();
        _hub.Get<Mailbox>().List(seat, unreadOnly, items.Add);
        return items;
    }
}
