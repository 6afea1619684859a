using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Journeys;

internal static partial class Log
{
    [LoggerMessage(2201, LogLevel.Warning, "The ends of runs could not be noted as activity; tried again with the next run")]
    public static partial void RunsNotNoted(ILogger logger, Exception failure);
}
