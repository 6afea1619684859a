namespace NovaHub.Web.Components;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Error, "A page could not be shown")]
    public static partial void PageFailed(ILogger logger, Exception failure);
}
