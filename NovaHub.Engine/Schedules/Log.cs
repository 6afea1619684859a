using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Schedules;

internal static partial class Log
{
    [LoggerMessage(1801, LogLevel.Error, "The schedules could not be looked at; tried again in half a minute")]
    public static partial void ClockFailed(ILogger logger, Exception failure);

    [LoggerMessage(1802, LogLevel.Error, "The schedule of {League} can't be worked out; the other leagues go on")]
    public static partial void ScheduleNotRead(ILogger logger, string league, Exception failure);

    [LoggerMessage(1803, LogLevel.Information, "The run of {League} by the clock did not start and is tried again: {Reason}")]
    public static partial void ClockNotStarted(ILogger logger, string league, string reason);
}
