using NovaHub.Engine.Packets;
using NovaHub.Web.Components.Live;

namespace NovaHub.Web.Components.Pages.Dashboard;

/// <summary>
/// Packets that boards sent today against what is usual by this time of day. A day is a UTC day: the hours are counted in
/// UTC, and so everybody sees the same number. Usual is the median, which one wild day doesn't move.
/// </summary>
/// <param name="Today">Packets so far.</param>
/// <param name="Usual">The median by this time of day, or null while too little is known.</param>
/// <param name="Days">How many earlier days were looked at.</param>
/// <param name="IsLow">Whether today is behind every one of them by more than chance.</param>
public sealed record UsualDay(long Today, long? Usual, int Days, bool IsLow)
{
    /// <summary>How many days are looked back at.</summary>
    public const int LookBack = 28;

    /// <summary>Fewer days than this say nothing.</summary>
    public const int LeastDays = 3;

    // Two weeks know workdays from weekends; fewer packets than this come and go by chance
    private const int DaysForKinds = 14;
    private const int LeastUsual = 10;

    /// <summary>From which hour on counters are needed, UTC.</summary>
    public static DateTime From(DateTime now) => now.Date.AddDays(-LookBack);

    /// <summary>Compares.</summary>
    /// <param name="hours">Every league's counters since <see cref="From"/>; those of today don't matter.</param>
    /// <param name="today">Packets that came in today.</param>
    /// <param name="now">The moment, UTC.</param>
    public static UsualDay Of(IReadOnlyList<TrafficHour> hours, long today, DateTime now)
    {
        var before = hours.Where(h => h.Hour >= From(now) && h.Hour < now.Date && h.Received > 0).ToList();
        if (before.Count == 0)
        {
            return new UsualDay(today, null, 0, false);
        }

        // A hub that is a week old has a week behind it, not four; the day on which it began was no whole one
        var begin = before.Min(h => h.Hour);
        var first = begin == begin.Date ? begin.Date : begin.Date.AddDays(1);
        var days = Enumerable.Range(0, LookBack).Select(i => now.Date.AddDays(-1 - i)).Where(d => d >= first).ToList();
        if (days.Count >= DaysForKinds)
        {
            days = [.. days.Where(d => IsWeekend(d) == IsWeekend(now))];
        }

        if (days.Count < LeastDays)
        {
            return new UsualDay(today, null, days.Count, false);
        }

        var byDay = before.ToLookup(h => h.Hour.Date);
        var counts = days.Select(d => byDay[d].Sum(h => h.Received * Part(h.Hour - d, now.TimeOfDay))).Order().ToList();
        var usual = (long)Math.Round((counts[(counts.Count - 1) / 2] + counts[counts.Count / 2]) / 2, MidpointRounding.AwayFromZero);
        return new UsualDay(today, usual, days.Count, usual >= LeastUsual && today < usual / 2 && today < counts[0]);
    }

    /// <summary>In words: <c>usually 118 by now</c>.</summary>
    public string Words => Usual is { } usual
        ? $"{(IsLow ? "few: " : "")}usually {Live.Words.Count(usual)} by now"
        : Days == 0 ? "usual not known yet" : $"usual known after {LeastDays} days";

    /// <summary>As a sentence, for a tooltip.</summary>
    public string Sentence => Usual is { } usual
        ? $"{Live.Words.Count(Today)} so far today (UTC), usually {Live.Words.Count(usual)} by now: the median of {Days} {(Days == 1 ? "day" : "days")} like this one in the last {LookBack}."
        : $"{Live.Words.Count(Today)} so far today (UTC). What is usual by this time of day shows after {LeastDays} whole days with mail.";

    private static bool IsWeekend(DateTime day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    // The share of an hour that was over by this time of day
    private static double Part(TimeSpan hour, TimeSpan time) => Math.Clamp((time - hour).TotalHours, 0, 1);
}
