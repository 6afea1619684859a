using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>What is made of packets that are gone or still there, and of senders that the screen showed or not.</summary>
public class InboundFindingsTests
{
    private readonly Dictionary<long, byte[]> _bytes = [];

    [Fact]
    public async Task Gone_and_shown_is_read_gone_alone_is_in_doubt_and_there_without_a_word_waits()
    {
        var (read, unseen, left) = (Packet(1, 2), Packet(2, 3), Packet(3, 4));

        var found = await JudgeAsync([read, unseen, left], [left], [2]);

        Assert.Equal([read], found.Read);
        Assert.Equal([left], found.Left);
        Assert.Equal([new DoubtfulPacket(unseen, HeldReason.GoneUnseen)], found.Doubtful);
    }

    [Fact]
    public async Task Shown_and_still_there_is_in_doubt_when_nothing_of_its_sender_is_gone()
    {
        var (one, two) = (Packet(1, 2), Packet(2, 2, size: 40));

        var found = await JudgeAsync([one, two], [one, two], [2], Sign(one));

        Assert.Empty(found.Left);
        Assert.Equal([HeldReason.ShownButLeft, HeldReason.ShownButLeft], found.Doubtful.Select(d => d.Reason));
    }

    [Fact]
    public async Task Taken_up_and_still_there_is_in_doubt_though_nothing_good_was_shown_of_it_and_taken_up_and_gone_is_not_read()
    {
        var (gone, left) = (Packet(1, 2), Packet(2, 3));
        var takenUp = new ShownMail(new HashSet<int>(), new HashSet<int> { 2, 3 }, new HashSet<ItemSign>());

        var found = await InboundFindings.JudgeAsync([gone, left], [left], takenUp, diskWasFull: false, BytesAsync);

        Assert.Equal([new DoubtfulPacket(gone, HeldReason.GoneUnseen), new DoubtfulPacket(left, HeldReason.ShownButLeft)], found.Doubtful);
    }

    [Fact]
    public async Task Where_items_can_be_told_apart_a_packet_whose_first_item_was_not_shown_was_not_begun_with()
    {
        var (gone, begun, after) = (Packet(1, 2, size: 20), Packet(2, 2, size: 30), Packet(3, 2, size: 40));

        var found = await JudgeAsync([gone, begun, after], [begun, after], [2], Sign(gone), Sign(begun));

        Assert.Equal([gone], found.Read);
        Assert.Equal([after], found.Left);
        Assert.Equal([new DoubtfulPacket(begun, HeldReason.ShownButLeft)], found.Doubtful);
    }

    [Fact]
    public async Task Where_items_can_not_be_matched_to_packets_all_that_is_left_of_a_shown_sender_is_in_doubt()
    {
        var (gone, left) = (Packet(1, 2, size: 20), Packet(2, 2, size: 30));

        Assert.Equal([left], (await JudgeAsync([gone, left], [left], [2])).Doubtful.Select(d => d.Packet));
        var (goneFe, leftFe) = (Packet(3, 2, league: "900F"), Packet(4, 2, league: "900F"));
        Assert.Equal([leftFe], (await JudgeAsync([goneFe, leftFe], [leftFe], [2], Sign(gone))).Doubtful.Select(d => d.Packet));
    }

    [Fact]
    public async Task Where_the_ledger_has_the_bytes_of_a_packet_no_more_it_is_in_doubt()
    {
        var (gone, left) = (Packet(1, 2), Packet(2, 2, size: 40));
        _bytes.Remove(left.Id);

        var found = await JudgeAsync([gone, left], [left], [2], Sign(gone));

        Assert.Equal([gone], found.Read);
        Assert.Equal([new DoubtfulPacket(left, HeldReason.ShownButLeft)], found.Doubtful);
    }

    [Fact]
    public async Task What_was_read_while_the_disk_was_full_is_in_doubt_and_what_was_left_waits()
    {
        var (read, left) = (Packet(1, 2), Packet(2, 3));

        var found = await InboundFindings.JudgeAsync([read, left], [left], new ShownMail(new HashSet<int> { 2 }, new HashSet<int> { 2 }, new HashSet<ItemSign>()), true, BytesAsync);

        Assert.Empty(found.Read);
        Assert.Equal([left], found.Left);
        Assert.Equal([new DoubtfulPacket(read, HeldReason.DiskFull)], found.Doubtful);
    }

    private Task<InboundFindings> JudgeAsync(StagedPacket[] staged, StagedPacket[] left, int[] senders, params ItemSign[] items) =>
        InboundFindings.JudgeAsync(staged, left, new ShownMail(senders.ToHashSet(), senders.ToHashSet(), items.ToHashSet()), diskWasFull: false, BytesAsync);

    private Task<List<byte[]?>> BytesAsync(IReadOnlyList<StagedPacket> packets) => Task.FromResult(packets.Select(p => _bytes.GetValueOrDefault(p.Id)).ToList());

    private StagedPacket Packet(long id, int source, int size = 10, string league = "900B")
    {
        _bytes[id] = BrePacketWriter.Write(1, [new BreRecord(0x02, (byte)source, 1, [.. Enumerable.Range(1, size).Select(i => (byte)i)])]);
        return new StagedPacket(id, new PacketName(LeagueId.Parse(league), source, 1, (int)id), [], _bytes[id].Length);
    }

    private ItemSign Sign(StagedPacket packet) => ItemSign.FirstOf(Game.Bre, _bytes[packet.Id])!;
}
