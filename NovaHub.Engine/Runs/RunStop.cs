namespace NovaHub.Engine.Runs;

/// <summary>
/// Asks a run to stop, and remembers whether somebody cancelled it or the hub ends. Never disposed: it has no timer, and
/// who asks may come when the run has just ended.
/// </summary>
internal sealed class RunStop : CancellationTokenSource
{
    private volatile bool _hubCloses;

    public bool HubCloses => _hubCloses;

    public Task AskAsync(bool hubCloses)
    {
        _hubCloses |= hubCloses && !IsCancellationRequested;
        return CancelAsync();
    }
}
