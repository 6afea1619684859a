using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Leagues;

internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Warning, "Who plays where could not be read after a change; tried again")]
    public static partial void DirectoryNotRead(ILogger logger, Exception failure);
}
