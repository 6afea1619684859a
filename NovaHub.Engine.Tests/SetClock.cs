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
}
