using NovaHub.Engine.Games;

namespace NovaHub.Engine.Runs;

/// <summary>What reading a run's packets again would do, in plain words, before anybody confirms it.</summary>
/// <param name="Packets">How many packets would be read again.</param>
/// <param name="Sentences">What will happen.</param>
/// <param name="Refusal">Why it can't be done, or null.</param>
public sealed record ReprocessPlan(int Packets, IReadOnlyList<string> Sentences, string? Refusal);

/// <summary>Starts, cancels and repeats runs, for pages, schedules and the command line.</summary>
public interface IRunControl
{
    /// <summary>Starts a run and returns at once.</summary>
    /// <returns>The run's number.</returns>
    /// <exception cref="Leagues.RefusedException">The league runs already (here or in another process), or can't run.</exception>
    Task<long> StartAsync(LeagueId league, RunTrigger trigger, string? requestedBy, CancellationToken cancellationToken);

    /// <summary>Asks a run to stop, in whichever process it is. The emulator is ended and packets stay queued.</summary>
    Task CancelAsync(long runId, CancellationToken cancellationToken);

    /// <summary>Says what reading a run's packets again would do.</summary>
    Task<ReprocessPlan> PlanReprocessAsync(long runId, CancellationToken cancellationToken);

    /// <summary>Puts the packets that a run consumed back into the queue and starts a run.</summary>
    /// <returns>The new run's number.</returns>
    /// <exception cref="Leagues.RefusedException">See <see cref="PlanReprocessAsync"/>.</exception>
    Task<long> ReprocessAsync(long runId, string? requestedBy, CancellationToken cancellationToken);

    /// <summary>Completes when the run has ended.</summary>
    Task<Run> WaitAsync(long runId, CancellationToken cancellationToken);
}
