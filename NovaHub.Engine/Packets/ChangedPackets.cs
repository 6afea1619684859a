using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Packets;

/// <summary>Bytes in the ledger are not those that came in. The message says what to do.</summary>
public sealed class ChangedBytesException : Exception
{
    /// <summary>Of a packet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="packetId">The packet.</param>
    public ChangedBytesException(PacketName name, long packetId)
        : base($"{name} with the number {packetId} is not given out. {HeldReason.OtherBytes.Sentence()}") => (Name, PacketId) = (name, packetId);

    /// <summary>Of a nodelist.</summary>
    /// <param name="nodelist">Its file name.</param>
    public ChangedBytesException(string nodelist)
        : base($"{nodelist} is not given out: its bytes in the ledger are not those that were made, because the disk or the database file was changed. Restore a backup, or change a member of the league, which makes a new nodelist.")
    {
    }

    /// <summary>The packet's name, or null for a nodelist.</summary>
    public PacketName? Name { get; }

    /// <summary>The packet, or 0 for a nodelist.</summary>
    public long PacketId { get; }
}

/// <summary>Holds packets whose bytes in the ledger are not those that came in.</summary>
public sealed class ChangedPackets(GroupCommit commits, LedgerEvents events, TimeProvider clock, ILogger<ChangedPackets> log)
{
    /// <summary>Whether bytes are those of a SHA-256.</summary>
    /// <param name="bytes">The bytes, or null when there are none any more.</param>
    /// <param name="sha256">What was computed when they came in.</param>
    public static bool AreThose(byte[]? bytes, byte[] sha256) => bytes is not null && SHA256.HashData(bytes).AsSpan().SequenceEqual(sha256);

    /// <summary>Writes what was found into the log, as error.</summary>
    public void Report(ChangedBytesException found) => Log.BytesChanged(log, found.Message);

    /// <summary>Notes what was found: as error in the log, and a packet that waits for its board is held.</summary>
    public async Task NoteAsync(ChangedBytesException found)
    {
        Report(found);
        if (found.Name is not { } name)
        {
            return;
        }

        var (held, at) = await commits.WriteAsync(writer =>
        {
            var now = clock.GetUtcNow().UtcDateTime;
            return (Hold(writer, name, found.PacketId, null, now), now);
        });
        if (held)
        {
            events.Publish(new LedgerEvent(LedgerEventKind.Held, found.PacketId, name, 0, at, false));
        }
    }

    /// <summary>Holds a packet and tells of it, if it is still where it was.</summary>
    /// <param name="writer">The commit.</param>
    /// <param name="name">The packet's name.</param>
    /// <param name="packetId">The packet.</param>
    /// <param name="stagedIn">The run that is about to put it before the game, or null when it waits.</param>
    /// <param name="now">The time, UTC.</param>
    internal static bool Hold(LedgerWriter writer, PacketName name, long packetId, long? stagedIn, DateTime now)
    {
        if (!LedgerSql.Hold(writer, packetId, stagedIn, HeldReason.OtherBytes, now))
        {
            return false;
        }

        ActivityLog.Add(writer, new Activity
        {
            At = now,
            Kind = ActivityKind.PacketHeld,
            Sentence = $"{name} is held for your decision. {HeldReason.OtherBytes.Sentence()}",
            LeagueId = name.League,
            PacketId = packetId,
            Notable = true,
        });
        writer.Raise(Signal.Packets);
        return true;
    }
}
