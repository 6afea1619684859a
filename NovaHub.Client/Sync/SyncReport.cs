using System.Globalization;
using NovaHub.Engine.Games;

namespace NovaHub.Client.Sync;

/// <summary>Something that went wrong.</summary>
/// <param name="At">When.</param>
/// <param name="League">Number of the league, <c>555</c>; null when it is the whole sync's.</param>
/// <param name="Message">A sentence.</param>
internal sealed record SyncError(DateTimeOffset At, string? League, string Message);

/// <summary>What a sync did for one league.</summary>
/// <param name="id">The league.</param>
internal sealed class LeagueReport(LeagueId id)
{
    public LeagueId Id { get; } = id;

    public int Uploaded { get; set; }

    public int Downloaded { get; set; }

    /// <summary>Files left for the next sync: still being written, or their name is taken.</summary>
    public int Waiting { get; set; }

    public int Errors { get; set; }

    public long BytesUploaded { get; set; }

    public long BytesDownloaded { get; set; }
}

/// <summary>What a sync did. Filled while it goes on.</summary>
internal sealed class SyncReport(DateTimeOffset started)
{
    private readonly Lock _gate = new();
    private readonly List<SyncError> _errors = [];

    public DateTimeOffset Started { get; } = started;

    public DateTimeOffset Ended { get; set; } = started;

    /// <summary>By key, <c>BRE_555</c>, in the file's order.</summary>
    public OrderedDictionary<string, LeagueReport> Leagues { get; } = [];

    public IReadOnlyList<SyncError> Errors
    {
        get
        {
            lock (_gate)
            {
                return [.. _errors];
            }
        }
    }

    public bool Interrupted { get; set; }

    public int Uploaded => Leagues.Values.Sum(l => l.Uploaded);

    public int Downloaded => Leagues.Values.Sum(l => l.Downloaded);

    public int Waiting => Leagues.Values.Sum(l => l.Waiting);

    /// <summary>Notes an error, of a league (by its key) or of the whole sync. From any thread.</summary>
    public void AddError(DateTimeOffset at, string? league, string message)
    {
        lock (_gate)
        {
            if (league is not null)
            {
                Leagues[league].Errors++;
            }

            _errors.Add(new SyncError(at, league is null ? null : Leagues[league].Id.Number, message));
        }
    }

    public string Verdict() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Uploaded} sent, {Downloaded} received{(Waiting > 0 ? $", {Waiting} waiting" : "")}{(Errors.Count > 0 ? $", {Errors.Count} error(s)" : "")} in {(Ended - Started).TotalSeconds:F1} s{(Interrupted ? " (interrupted)" : "")}.");

    /// <summary>The report as lines.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var (key, league) in Leagues)
        {
            if (league.Uploaded + league.Downloaded + league.Waiting + league.Errors > 0)
            {
                yield return $"{key}: {league.Uploaded} sent, {league.Downloaded} received{(league.Waiting > 0 ? $", {league.Waiting} waiting" : "")}{(league.Errors > 0 ? $", {league.Errors} error(s)" : "")}";
            }
        }

        yield return Verdict();
    }
}
