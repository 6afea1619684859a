using System.Globalization;

namespace NovaHub.Client.Sync;

/// <summary>What a sync did for one league.</summary>
internal sealed class LeagueReport
{
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
    private readonly List<string> _errors = [];

    public DateTimeOffset Started { get; } = started;

    public DateTimeOffset Ended { get; set; } = started;

    /// <summary>By key, <c>BRE_555</c>, in the file's order.</summary>
    public OrderedDictionary<string, LeagueReport> Leagues { get; } = [];

    public IReadOnlyList<string> Errors
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

    /// <summary>Notes an error, of a league or of the whole sync. From any thread.</summary>
    public void AddError(string? league, string message)
    {
        lock (_gate)
        {
            if (league is not null)
            {
                Leagues[league].Errors++;
            }

            _errors.Add(message);
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

/// <summary>One league in the metrics file.</summary>
internal sealed record LeagueMetrics(int Uploaded, int Downloaded, int Errors, int Waiting, long BytesUploaded, long BytesDownloaded);

/// <summary>The metrics file, in the shape that boards' monitoring reads today; the rest is addition.</summary>
internal sealed record Metrics(
    string StartTime, string EndTime, int TotalUploaded, int TotalDownloaded, bool Success, IReadOnlyList<string> Errors,
    IReadOnlyDictionary<string, LeagueMetrics> Leagues, int TotalWaiting, bool Interrupted, double DurationSeconds, string ClientVersion)
{
    // With an offset, and not with Z: older parsers of ISO times do not take that
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz";

    public static Metrics Of(SyncReport report, Func<string, string> clean) => new(
        Stamp(report.Started), Stamp(report.Ended), report.Uploaded, report.Downloaded, report.Errors.Count == 0,
        [.. report.Errors.Select(clean)],
        report.Leagues.ToDictionary(l => l.Key, l => new LeagueMetrics(
            l.Value.Uploaded, l.Value.Downloaded, l.Value.Errors, l.Value.Waiting, l.Value.BytesUploaded, l.Value.BytesDownloaded), StringComparer.Ordinal),
        report.Waiting, report.Interrupted, Math.Round((report.Ended - report.Started).TotalSeconds, 3), Client.ClientVersion.Text);

    public static string Stamp(DateTimeOffset time) => time.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture);
}
