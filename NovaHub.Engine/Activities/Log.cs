using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Activities;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Warning, "Something that happened could not be noted as activity")]
    public static partial void NotKept(ILogger logger, Exception failure);
}
