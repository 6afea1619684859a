using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests;

/// <summary>The machine's clock with its hands moved. Timers and time stamps go on as they are, as on a machine whose clock is set.</summary>
public sealed class SetClock : TimeProvider
{
    private long _ahead;

    /// <summary>By how much it is ahead.</summary>
    public TimeSpan Ahead
    {
        get => new(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

    /// <summary>A time that now and then leaps or falls, by up to five hours.</summary>
    internal static DateTime Somewhere(DateTime at, Random random) => random.Next(30) == 0 ? at.AddMinutes(random.Next(-300, 300)) : at;

    /// <summary>Notes the places where times fall, as they are noted when packets come in.</summary>
    internal static async Task NoteStepsAsync(HubDb db)
    {
        var packets = await db.Set<Packet>().AsNoTracking().OrderBy(p => p.Id).ToListAsync();
        db.AddRange(packets.Zip(packets.Skip(1)).Where(p => p.Second.ReceivedAt < p.First.ReceivedAt)
            .Select(p => new ClockStep { PacketId = p.Second.Id, Before = p.First.ReceivedAt, After = p.Second.ReceivedAt }));
        await db.SaveChangesAsync();
    }
}
