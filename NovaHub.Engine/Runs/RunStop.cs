namespace NovaHub.Engine.Runs;

/// <summary>Why a run is to stop.</summary>
internal enum StopReason
{
    /// <summary>Nobody asked.</summary>
    None,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>The hub ends.</summary>
    HubCloses,

    /// <summary>Another process has the league.</summary>
    LeaseLost,
}

/// <summary>
/// Asks a run to stop, and remembers why: the first who asks says it. Never disposed: it has no timer, and who asks may
/// come when the run has just ended.
/// </summary>
internal sealed class RunStop : CancellationTokenSource
{
    private StopReason _reason;

    public StopReason Reason => _reason;

    public bool HubCloses => _reason == StopReason.HubCloses;

    public Task AskAsync(StopReason reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, StopReason.None);
        return CancelAsync();
    }
}
