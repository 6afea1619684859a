using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>
/// The lease under which a flow of calls works in a league's game folder. It goes with the flow, so that what is written
/// about the folder is held against the very lease under which it was seen, and no method in between can forget to hand it on.
/// </summary>
/// <param name="league">The league.</param>
/// <param name="runId">The run that holds it; below zero for one that is held without a run, each with a number of its own.</param>
internal sealed class HeldLease(LeagueId league, long runId)
{
    private static readonly AsyncLocal<HeldLease?> s_current = new();

    /// <summary>The lease of this flow.</summary>
    /// <exception cref="InvalidOperationException">It holds none: a fault of the program.</exception>
    public static HeldLease Current => s_current.Value ?? throw new InvalidOperationException("A game folder is touched without its lease.");

    public LeagueId League => league;

    public long RunId => runId;

    /// <summary>Everything that this flow does is done under the lease, until the result is disposed.</summary>
    public IDisposable Use()
    {
        var scope = new Scope(s_current.Value);
        s_current.Value = this;
        return scope;
    }

    private sealed class Scope(HeldLease? before) : IDisposable
    {
        public void Dispose() => s_current.Value = before;
    }
}
