using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Alerts;

internal static partial class Log
{
    [LoggerMessage(2301, LogLevel.Warning, "The rule for alerts of the kind {Kind} could not look; its alerts stay as they are")]
    public static partial void RuleFailed(ILogger logger, AlertKind kind, Exception failure);

    [LoggerMessage(2302, LogLevel.Warning, "The open alerts could not be read; tried again in a moment")]
    public static partial void NotRead(ILogger logger, Exception failure);

    [LoggerMessage(2303, LogLevel.Warning, "Old alerts and hours could not be removed; tried again in a day")]
    public static partial void NotForgotten(ILogger logger, Exception failure);
}
