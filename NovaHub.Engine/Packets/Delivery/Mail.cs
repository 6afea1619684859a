using NovaHub.Engine.Games;

namespace NovaHub.Engine.Packets.Delivery;

/// <summary>One thing in a board's mailbox: a packet or the nodelist.</summary>
/// <param name="Name">File name, upper case.</param>
/// <param name="Source">BBS index of the sender; 0 for a nodelist.</param>
/// <param name="Dest">The board's index.</param>
/// <param name="Sequence">Sequence number; 0 for a nodelist.</param>
/// <param name="ReceivedAt">When it came in, UTC.</param>
/// <param name="DeliveredAt">When the board had all of it, or null.</param>
/// <param name="Size">Bytes.</param>
/// <param name="PacketId">The packet, or null for a nodelist.</param>
/// <param name="Delivery">The packet's delivery number, or null for a nodelist.</param>
public readonly record struct MailItem(
    string Name, int Source, int Dest, int Sequence, DateTime ReceivedAt, DateTime? DeliveredAt, int Size, long? PacketId = null, int? Delivery = null);

/// <summary>Something to hand to a board. When it is unread, call <see cref="Mailbox.DeliveredAsync"/> once the whole body went out.</summary>
/// <param name="Name">File name, upper case.</param>
/// <param name="Bytes">The body.</param>
/// <param name="PacketId">The packet, or null for a nodelist.</param>
/// <param name="NodelistItemId">The queued nodelist, or null.</param>
/// <param name="Unread">Whether it still waits for its board; otherwise this is a repetition and nothing is to be recorded.</param>
public sealed record MailPiece(string Name, byte[] Bytes, long? PacketId, int? NodelistItemId, bool Unread)
{
    /// <summary>The packet's delivery number; 0 for a nodelist.</summary>
    public int Delivery { get; internal init; }

    /// <summary>SHA-256 of the bytes. They were held against it.</summary>
    public required byte[] Sha256 { get; init; }

    internal PacketName? Packet { get; init; }

    internal LeagueId League { get; init; }
}
