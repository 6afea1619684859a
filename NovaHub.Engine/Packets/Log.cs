using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Packets;

internal static partial class Log
{
    [LoggerMessage(2701, LogLevel.Error, "{Finding}")]
    public static partial void BytesChanged(ILogger logger, string finding);
}
