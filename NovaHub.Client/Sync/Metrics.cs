using System.Globalization;

namespace NovaHub.Client.Sync;

/// <summary>An error in the metrics file.</summary>
/// <param name="Time">Local time, <c>2026-11-28 04:00:00</c>.</param>
/// <param name="Message">A sentence.</param>
/// <param name="League">The league's number, <c>555</c>, or null.</param>
internal sealed record ErrorMetrics(string Time, string Message, string? League);

/// <summary>One league in the metrics file.</summary>
internal sealed record LeagueMetrics(
    string GameType, string LeagueNumber, int Uploaded, int Downloaded, int Errors, int Waiting, long BytesUploaded, long BytesDownloaded);

/// <summary>The metrics file, in the shape that boards' monitoring reads today; the rest is addition.</summary>
internal sealed record Metrics(
    string StartTime, string EndTime, int TotalUploaded, int TotalDownloaded, bool Success, IReadOnlyList<ErrorMetrics> Errors,
    IReadOnlyDictionary<string, LeagueMetrics> Leagues, int TotalWaiting, bool Interrupted, double DurationSeconds, string ClientVersion)
{
    // With an offset, and not with Z: older parsers of ISO times do not take that
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz";
    private const string ErrorFormat = "yyyy-MM-dd HH:mm:ss";

    public static Metrics Of(SyncReport report, Func<string, string> clean) => new(
        Stamp(report.Started), Stamp(report.Ended), report.Uploaded, report.Downloaded, report.Errors.Count == 0,
        [.. report.Errors.Select(e => new ErrorMetrics(e.At.ToLocalTime().ToString(ErrorFormat, CultureInfo.InvariantCulture), clean(e.Message), e.League))],
        report.Leagues.ToDictionary(l => l.Key, l => new LeagueMetrics(
            l.Value.Id.Game.Name, l.Value.Id.Number, l.Value.Uploaded, l.Value.Downloaded, l.Value.Errors, l.Value.Waiting,
            l.Value.BytesUploaded, l.Value.BytesDownloaded), StringComparer.Ordinal),
        report.Waiting, report.Interrupted, Math.Round((report.Ended - report.Started).TotalSeconds, 3), Client.ClientVersion.Text);

    public static string Stamp(DateTimeOffset time) => time.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture);
}
