namespace NovaHub.Engine.Schedules;

/// <summary>When a cron expression would start runs.</summary>
/// <param name="Times">The next times; fewer than asked for when it ends.</param>
/// <param name="Refusal">Why it is no cron expression, or null.</param>
public sealed record CronPreview(IReadOnlyList<CronTime> Times, string? Refusal)
{
    /// <summary>How many times are shown.</summary>
    public const int Count = 5;

    /// <summary>Works out the next times of an expression, as the schedule does.</summary>
    /// <param name="expression">A Quartz cron expression; an empty text means no schedule.</param>
    /// <param name="zone">Name of the time zone, or null for UTC.</param>
    /// <param name="now">From when on, UTC.</param>
    public static CronPreview Of(string expression, string? zone, DateTime now)
    {
        if (string.IsNullOrWhiteSpace(expression))
        {
            return new CronPreview([], TimeZones.TryFind(zone, out _) ? null : TimeZones.Refusal(zone!));
        }

        if (!LocalCron.TryRead(expression, zone, out var cron, out var refusal))
        {
            return new CronPreview([], refusal);
        }

        List<CronTime> times = [.. cron.After(now).Take(Count)];
        return new CronPreview(times, times.Count == 0 ? LocalCron.NeverComes(expression) : null);
    }
}
