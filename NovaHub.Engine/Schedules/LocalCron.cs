using System.Diagnostics.CodeAnalysis;
using NovaHub.Engine.Leagues;
using Quartz;

namespace NovaHub.Engine.Schedules;

/// <summary>
/// A cron expression in a time zone. The expression only says which times the clock on the wall shows; which moments
/// those are is worked out here, so that a clock change can neither drop a time nor double it:
/// a time that the clock leaps over comes at the leap, and of a time that comes twice the first counts. An expression for
/// every hour goes on through both.
/// </summary>
public sealed class LocalCron
{
    // A zone's clock never changes twice within this time
    private static readonly TimeSpan s_step = TimeSpan.FromHours(6);
    // The longest that a clock was ever put back is a day
    private static readonly TimeSpan s_longestBack = TimeSpan.FromHours(26);

    private readonly CronExpression _wall;
    private readonly TimeZoneInfo _zone;
    private readonly bool _everyHour;

    private LocalCron(string text, CronExpression wall, TimeZoneInfo zone)
    {
        Text = text;
        _wall = wall.WithTimeZone(TimeZoneInfo.Utc);
        _zone = zone;
        _everyHour = wall.CronExpressionString.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, "*" or "*/1" or "0/1" or "0-23", ..];
    }

    /// <summary>The expression as it is kept: upper case, one blank between fields.</summary>
    public string Text { get; }

    /// <summary>The expression as it is kept, of any text: two that mean the same letter by letter are equal.</summary>
    public static string Normal(string expression) =>
        string.Join(' ', expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">A Quartz cron expression.</param>
    /// <param name="zone">Name of the zone, or null for UTC.</param>
    /// <param name="cron">The expression.</param>
    /// <param name="refusal">Why it is none, in one sentence with what the reader of expressions said.</param>
    public static bool TryRead(string expression, string? zone, [NotNullWhen(true)] out LocalCron? cron, [NotNullWhen(false)] out string? refusal)
    {
        (cron, refusal) = (null, null);
        if (!TimeZones.TryFind(zone, out var found))
        {
            refusal = TimeZones.Refusal(zone!);
            return false;
        }

        var text = Normal(expression);
        try
        {
            cron = new LocalCron(text, CronExpression.Parse(text), found);
            return true;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            refusal = $"“{expression.Trim()}” is no cron expression: {fault.Message.TrimEnd('.')}. It has six fields: second, minute, hour, day of month, month, day of week. “0 0/15 * * * ?” is every 15 minutes.";
            return false;
        }
    }

    /// <summary>Reads an expression that still has a time to come.</summary>
    /// <exception cref="RefusedException">It is none, or it never comes.</exception>
    public static LocalCron Read(string expression, string? zone, DateTime now) =>
        !TryRead(expression, zone, out var cron, out var refusal) ? throw new RefusedException(refusal)
        : cron.Next(now) is null ? throw new RefusedException(NeverComes(expression))
        : cron;

    /// <summary>What is said of an expression without a time to come.</summary>
    public static string NeverComes(string expression) =>
        $"“{expression.Trim()}” never comes: there is no such day, or it is over. Choose another time, or leave it empty for runs without a clock.";

    /// <summary>The times from here on, in order.</summary>
    /// <param name="utc">Only times after it, UTC.</param>
    public IEnumerable<CronTime> After(DateTime utc)
    {
        while (Next(utc) is { } time)
        {
            yield return time;
            utc = time.Utc;
        }
    }

    /// <summary>The next time.</summary>
    /// <param name="utc">Only times after it, UTC.</param>
    /// <returns>Null when none comes any more.</returns>
    public CronTime? Next(DateTime utc)
    {
        var from = utc = DateTime.SpecifyKind(utc, DateTimeKind.Utc);
        // Times of the wall's clock up to this one are past
        var past = _everyHour ? Local(utc) : Highest(utc);
        while (NextOnWall(past) is { } wall)
        {
            var offset = Offset(from);
            if (FirstChange(from, Utc(wall, offset)) is not { } change)
            {
                return new CronTime(Utc(wall, offset), wall, _zone);
            }

            var (before, after) = (change + offset, change + Offset(change));
            if (wall >= before && wall < after)
            {
                if (AtLeap(wall, change, (before, after)) is { } at && at > utc)
                {
                    return new CronTime(at, wall, _zone);
                }

                past = wall;
                continue;
            }

            from = change;
            past = _everyHour && after < before ? after.AddTicks(-1) : past;
        }

        return null;
    }

    /// <summary>A moment on the wall's clock.</summary>
    internal static DateTime Local(TimeZoneInfo zone, DateTime utc) => DateTime.SpecifyKind(utc + zone.GetUtcOffset(utc), DateTimeKind.Unspecified);

    /// <summary>The first moment in a stretch of time from which on the clock's distance from UTC is another one.</summary>
    internal static DateTime? FirstChange(TimeZoneInfo zone, DateTime from, DateTime until)
    {
        var offset = zone.GetUtcOffset(from);
        for (var low = from; low < until;)
        {
            var high = until - low > s_step ? low + s_step : until;
            if (zone.GetUtcOffset(high) != offset)
            {
                while (high - low > TimeSpan.FromTicks(1))
                {
                    var middle = low + ((high - low) / 2);
                    (low, high) = zone.GetUtcOffset(middle) == offset ? (middle, high) : (low, middle);
                }

                return high;
            }

            low = high;
        }

        return null;
    }

    // A time that is leapt over comes at the leap's end; where the leap ends on another date, right before the leap, so that
    // each date keeps its own. A date that is leapt over whole has no time
    private DateTime? AtLeap(DateTime wall, DateTime change, (DateTime Before, DateTime After) leap) =>
        _everyHour || leap.After.Date == wall.Date ? change
        : leap.Before.Date == wall.Date && leap.Before > wall.Date ? change.AddSeconds(-1)
        : null;

    // The latest that the wall's clock ever showed: behind a clock that was put back, later than now
    private DateTime Highest(DateTime utc)
    {
        var highest = Local(utc);
        for (var from = utc - s_longestBack; FirstChange(from, utc) is { } change; from = change)
        {
            var last = (change + Offset(from)).AddTicks(-1);
            highest = last > highest ? last : highest;
        }

        return highest;
    }

    private DateTime? NextOnWall(DateTime wall) =>
        _wall.GetNextValidTimeAfter(new DateTimeOffset(wall, TimeSpan.Zero)) is { } next ? DateTime.SpecifyKind(next.UtcDateTime, DateTimeKind.Unspecified) : null;

    private DateTime? FirstChange(DateTime from, DateTime until) => FirstChange(_zone, from, until);

    private DateTime Local(DateTime utc) => Local(_zone, utc);

    private TimeSpan Offset(DateTime utc) => _zone.GetUtcOffset(utc);

    private static DateTime Utc(DateTime wall, TimeSpan offset) => DateTime.SpecifyKind(wall - offset, DateTimeKind.Utc);
}
