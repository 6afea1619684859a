using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Storage;

internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "A commit of {Count} changes failed; none of them was acknowledged")]
    public static partial void CommitFailed(ILogger logger, int count, Exception failure);

    [LoggerMessage(1005, LogLevel.Warning, "The failed commit could not be rolled back; its connection was dropped, which does the same")]
    public static partial void RollbackFailed(ILogger logger, Exception failure);

    [LoggerMessage(1002, LogLevel.Information, "The database was copied to {Path} before {Count} migrations")]
    public static partial void BackedUp(ILogger logger, string path, int count);

    [LoggerMessage(1003, LogLevel.Information, "Migrations applied: {Count}")]
    public static partial void Migrated(ILogger logger, int count);

    [LoggerMessage(1004, LogLevel.Warning, "The database could not be asked what changed; tried again")]
    public static partial void SignalsUnreadable(ILogger logger, Exception failure);

    [LoggerMessage(1006, LogLevel.Warning, "The log beside the database could not be brought into it; tried again")]
    public static partial void NotBrought(ILogger logger, Exception failure);
}
