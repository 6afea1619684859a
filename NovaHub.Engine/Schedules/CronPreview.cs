using Quartz;

namespace NovaHub.Engine.Schedules;

/// <summary>When a cron expression would start runs.</summary>
/// <param name="Times">The next times, UTC; fewer than asked for when it ends.</param>
/// <param name="Refusal">Why it is no cron expression, or null.</param>
public sealed record CronPreview(IReadOnlyList<DateTime> Times, string? Refusal)
{
    /// <summary>How many times are shown.</summary>
    public const int Count = 5;

    /// <summary>Works out the next times of an expression, in UTC as the schedule does.</summary>
    /// <param name="expression">A Quartz cron expression; an empty text means no schedule.</param>
    /// <param name="now">From when on, UTC.</param>
    public static CronPreview Of(string expression, DateTime now)
    {
        if (string.IsNullOrWhiteSpace(expression))
        {
            return new CronPreview([], null);
        }

        if (!CronExpression.TryParse(expression.Trim(), out var parsed))
        {
            return new CronPreview([], $"“{expression.Trim()}” is no cron expression; it has six fields: second, minute, hour, day of month, month, day of week. “0 0/15 * * * ?” is every 15 minutes.");
        }

        var cron = parsed.WithTimeZone(TimeZoneInfo.Utc);
        var times = new List<DateTime>();
        var at = cron.GetNextValidTimeAfter(new DateTimeOffset(now));
        while (at is { } time && times.Count < Count)
        {
            times.Add(time.UtcDateTime);
            at = cron.GetNextValidTimeAfter(time);
        }

        return new CronPreview(times, times.Count == 0 ? $"“{expression.Trim()}” never comes." : null);
    }
}
