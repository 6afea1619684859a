using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;

namespace NovaHub.Engine.Runs;

/// <summary>An item as the screen and a packet's frame both show it.</summary>
internal sealed record ItemSign(int Source, int Dest, int PackedSize, int Size)
{
    /// <summary>The first record of a packet: the game shows it first. Null where the format is not known or nothing is whole.</summary>
    public static ItemSign? FirstOf(Game game, byte[]? bytes) => game == Game.Bre && bytes is not null && BrePacketReader.Read(bytes) is { Records: [{ CrcOk: true } first, ..] }
        ? new ItemSign(first.Source, first.Dest, first.PackedSize, first.Size)
        : null;
}

/// <summary>What the game showed while it read.</summary>
/// <param name="Senders">BBS indices whose mail was shown as read.</param>
/// <param name="TakenUp">BBS indices whose mail was taken up at least: its lines alone don't show that there was anything good in it.</param>
/// <param name="Items">Items that were shown as read.</param>
internal sealed record ShownMail(IReadOnlySet<int> Senders, IReadOnlySet<int> TakenUp, IReadOnlySet<ItemSign> Items);

/// <summary>A packet of which it can't be told whether it was read.</summary>
internal readonly record struct DoubtfulPacket(StagedPacket Packet, HeldReason Reason);

/// <summary>
/// What became of the packets of a pass. Gone is not read: a game deletes mail of nodes that it does not know. There is not
/// unread: a game can read a file that it can't delete. Only both signs together count, and the rest is for a person.
/// </summary>
/// <param name="Read">Gone, and their senders were shown.</param>
/// <param name="Left">Still there, and nothing of them was taken up.</param>
/// <param name="Doubtful">Neither.</param>
internal sealed record InboundFindings(
    IReadOnlyList<StagedPacket> Read, IReadOnlyList<StagedPacket> Left, IReadOnlyList<DoubtfulPacket> Doubtful)
{
    /// <summary>All of them in doubt, for one reason.</summary>
    public static InboundFindings AllDoubtful(IEnumerable<StagedPacket> packets, HeldReason reason) =>
        new([], [], [.. packets.Select(p => new DoubtfulPacket(p, reason))]);

    /// <summary>Judges.</summary>
    /// <param name="staged">What was put into INBOUND.</param>
    /// <param name="left">Of that, what is still there.</param>
    /// <param name="shown">What the game showed.</param>
    /// <param name="diskWasFull">Whether the disk of its folder was full meanwhile.</param>
    /// <param name="bytesOf">Reads packets' bytes, asked for where a sender's packets are partly gone and partly there.</param>
    public static async Task<InboundFindings> JudgeAsync(
        IReadOnlyList<StagedPacket> staged, IReadOnlyList<StagedPacket> left, ShownMail shown, bool diskWasFull,
        Func<IReadOnlyList<StagedPacket>, Task<List<byte[]?>>> bytesOf)
    {
        var gone = staged.Except(left).ToLookup(p => shown.Senders.Contains(p.Name.Source));
        var leftShown = new HashSet<StagedPacket>();
        foreach (var sender in left.Where(p => shown.TakenUp.Contains(p.Name.Source)).GroupBy(p => p.Name.Source))
        {
            leftShown.UnionWith(await MaybeReadAsync([.. sender], [.. gone[true].Where(p => p.Name.Source == sender.Key)], shown, bytesOf));
        }

        return new InboundFindings(
            diskWasFull ? [] : [.. gone[true]],
            [.. left.Where(p => !leftShown.Contains(p))],
            [
                .. gone[false].Select(p => new DoubtfulPacket(p, HeldReason.GoneUnseen)),
                .. diskWasFull ? gone[true].Select(p => new DoubtfulPacket(p, HeldReason.DiskFull)) : [],
                .. left.Where(leftShown.Contains).Select(p => new DoubtfulPacket(p, HeldReason.ShownButLeft)),
            ]);
    }

    // What was shown may be of the sender's other packets, that are gone. Where those show that items can be told from one
    // another, a packet whose first item was not shown was not begun with
    private static async Task<IEnumerable<StagedPacket>> MaybeReadAsync(
        IReadOnlyList<StagedPacket> left, IReadOnlyList<StagedPacket> gone, ShownMail shown, Func<IReadOnlyList<StagedPacket>, Task<List<byte[]?>>> bytesOf)
    {
        if (gone.Count == 0 || (await SignsAsync(gone, bytesOf)).All(s => s is not { } sign || !shown.Items.Contains(sign)))
        {
            return left;
        }

        var signs = await SignsAsync(left, bytesOf);
        return left.Where((_, i) => signs[i] is not { } sign || shown.Items.Contains(sign));
    }

    private static async Task<List<ItemSign?>> SignsAsync(IReadOnlyList<StagedPacket> packets, Func<IReadOnlyList<StagedPacket>, Task<List<byte[]?>>> bytesOf)
    {
        var signs = new List<ItemSign?>();
        foreach (var part in packets.Chunk(64))
        {
            signs.AddRange((await bytesOf(part)).Select((bytes, i) => ItemSign.FirstOf(part[i].Name.League.Game, bytes)));
        }

        return signs;
    }
}
