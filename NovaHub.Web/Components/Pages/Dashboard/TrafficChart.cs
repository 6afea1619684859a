using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets;

namespace NovaHub.Web.Components.Pages.Dashboard;

/// <summary>How far back the chart looks, and in what steps.</summary>
/// <param name="Key">As it stands in the address.</param>
/// <param name="Name">For people.</param>
/// <param name="Step">Length of one bar.</param>
/// <param name="Bars">How many bars.</param>
/// <param name="StepName">What a bar holds, for people.</param>
public sealed record TrafficSpan(string Key, string Name, TimeSpan Step, int Bars, string StepName)
{
    public static IReadOnlyList<TrafficSpan> All { get; } =
    [
        new("24h", "24 hours", TimeSpan.FromHours(1), 24, "per hour"),
        new("7d", "7 days", TimeSpan.FromHours(6), 28, "per 6 hours"),
        new("30d", "30 days", TimeSpan.FromDays(1), 30, "per day"),
    ];

    /// <summary>The span with this key; the shortest for anything else.</summary>
    public static TrafficSpan Of(string? key) => All.FirstOrDefault(s => s.Key == key) ?? All[0];

    /// <summary>Beginning of the first bar, UTC. The last bar is the one that goes on now.</summary>
    public DateTime From(DateTime now) => new DateTime(now.Ticks - (now.Ticks % Step.Ticks), DateTimeKind.Utc) - (Step * (Bars - 1));
}

/// <summary>One league's bars.</summary>
public sealed record TrafficSeries(LeagueId League, IReadOnlyList<double> Bars, long Total);

/// <summary>Packets that entered the ledger, uploaded by boards or written by games, by league and time.</summary>
/// <param name="Labels">One for each bar; most are empty, so that those that stand there can be read.</param>
/// <param name="Series">By league; leagues without a packet are left out.</param>
/// <param name="Total">Packets in all.</param>
/// <param name="Summary">The chart in a sentence, for who can't see it.</param>
public sealed record TrafficChart(IReadOnlyList<string> Labels, IReadOnlyList<TrafficSeries> Series, long Total, string Summary)
{
    /// <summary>How high a chart is. The library falls back to a height of its own where it is told a relative one.</summary>
    public const string Height = "220px";

    private const int MostLabels = 7;

    /// <summary>Between two lines of the scale, so that there are three to six of them: 1, 2 or 5 and zeros.</summary>
    public int Tick { get; } = TickOf(Series.Count == 0 ? 0 : Enumerable.Range(0, Labels.Count).Max(i => Series.Sum(s => s.Bars[i])));

    /// <summary>Between two lines of a scale that reaches up to <paramref name="most"/>.</summary>
    internal static int TickOf(double most)
    {
        var tick = 1;
        for (var i = 0; most / tick > 6; i++)
        {
            tick = i % 3 == 1 ? tick / 2 * 5 : tick * 2;
        }

        return tick;
    }

    public static TrafficChart Of(TrafficSpan span, IReadOnlyList<TrafficHour> hours, DateTime now, TimeZoneInfo zone)
    {
        var from = span.From(now);
        // Hours to come were counted while the clock was ahead
        var series = hours.Where(h => h.Hour >= from && h.Hour < from + (span.Step * span.Bars)).GroupBy(h => h.LeagueId).OrderBy(g => g.Key).Select(g =>
        {
            var bars = new double[span.Bars];
            foreach (var hour in g)
            {
                bars[(int)((hour.Hour - from).Ticks / span.Step.Ticks)] += hour.Received + hour.Written;
            }

            return new TrafficSeries(g.Key, bars, (long)bars.Sum());
        }).Where(s => s.Total > 0).ToList();
        var total = series.Sum(s => s.Total);
        return new TrafficChart([.. Enumerable.Range(0, span.Bars).Select(i => Label(span, from, i, zone))], series, total, Say(span, series, total, from, zone));
    }

    internal static string Label(TrafficSpan span, DateTime from, int bar, TimeZoneInfo zone)
    {
        var every = (span.Bars + MostLabels - 1) / MostLabels;
        return (span.Bars - 1 - bar) % every == 0 ? Name(from + (span.Step * bar), zone, ShortForm(span)) : "";
    }

    // A week's days have names that find room on a phone
    private static string ShortForm(TrafficSpan span) => span.Step == TimeSpan.FromHours(6) ? "ddd" : LongForm(span);

    private static string LongForm(TrafficSpan span) => span.Step < TimeSpan.FromHours(6) ? "HH:mm" : "d MMM";

    private static string Name(DateTime at, TimeZoneInfo zone, string form) => TimeZoneInfo.ConvertTimeFromUtc(at, zone).ToString(form, CultureInfo.InvariantCulture);

    private static string Say(TrafficSpan span, List<TrafficSeries> series, long total, DateTime from, TimeZoneInfo zone)
    {
        if (total == 0)
        {
            return $"No packet in the last {span.Name}.";
        }

        var sums = Enumerable.Range(0, span.Bars).Select(i => series.Sum(s => s.Bars[i])).ToList();
        var most = sums.IndexOf(sums.Max());
        return $"{Live.Words.Count(total, "packet")} in the last {span.Name}, {string.Join(", ", series.Select(s => $"{s.League}: {Live.Words.Count(s.Total)}"))}; most {span.StepName}: {Live.Words.Count((long)sums[most])}, at {Name(from + (span.Step * most), zone, LongForm(span))}.";
    }
}
