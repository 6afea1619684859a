namespace NovaHub.Web.Security;

internal static partial class Log
{
    [LoggerMessage(3101, LogLevel.Warning, "When board {BoardId} last spoke could not be written down")]
    public static partial void SightingLost(ILogger logger, int boardId, Exception failure);
}
