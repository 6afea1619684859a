using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>Another process took the league over: from here on nothing in its folder or its rows is this run's business.</summary>
public sealed class LeaseLostException : Exception
{
    internal LeaseLostException(HeldLease lease) : base(lease.RunId > 0
        ? $"Run {lease.RunId} lost the game folder of {lease.League} to another process, which closes the run by what it finds there. See the run's page."
        : $"The game folder of {lease.League} went to another process.")
    {
    }
}

/// <summary>The league is held by somebody who is soon done with it or seems to be dead: it is worth asking again.</summary>
/// <param name="league">The league.</param>
/// <param name="longest">How long it is worth it.</param>
/// <param name="refusal">What to say when it took longer.</param>
internal sealed class HeldForAMomentException(LeagueId league, TimeSpan longest, string refusal) : Exception($"League {league} is held for a moment.")
{
    public TimeSpan Longest => longest;

    public string Refusal => refusal;
}
