using System.Globalization;

namespace NovaHub.Engine.Schedules;

/// <summary>One time of a schedule.</summary>
/// <param name="Utc">The moment, UTC.</param>
/// <param name="Wall">What the expression asked for, on the zone's clock.</param>
/// <param name="Zone">The zone.</param>
public readonly record struct CronTime(DateTime Utc, DateTime Wall, TimeZoneInfo Zone)
{
    /// <summary>What the zone's clock shows at that moment.</summary>
    public DateTime Local => LocalCron.Local(Zone, Utc);

    /// <summary>On a date on which the clock changes: what that means for this time, a sentence. Null on all other dates.</summary>
    public string? OddNight
    {
        get
        {
            // So far before and behind there is every change that touches this date
            var from = Utc.AddHours(-26);
            while (LocalCron.FirstChange(Zone, from, Utc.AddHours(26)) is { } change)
            {
                var (before, after) = (change + Zone.GetUtcOffset(from), change + Zone.GetUtcOffset(change));
                if (before.Date == Wall.Date || after.Date == Wall.Date)
                {
                    return Sentence(change, before, after);
                }

                from = change;
            }

            return null;
        }
    }

    private string Sentence(DateTime change, DateTime before, DateTime after)
    {
        if (after > before)
        {
            return Wall >= before && Wall < after
                ? $"The clock leaps from {Clock(before)} to {Clock(after)} and never shows {Clock(Wall)}: it comes at {Clock(Local)}."
                : $"On this date the clock leaps from {Clock(before)} to {Clock(after)}.";
        }

        return Wall >= after && Wall < before
            ? $"The clock goes back from {Clock(before)} to {Clock(after)} and shows {Clock(Wall)} twice: this is the {(Utc < change ? "first" : "second")} time."
            : $"On this date the clock goes back from {Clock(before)} to {Clock(after)}.";
    }

    private static string Clock(DateTime time) => time.ToString(time.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);
}
