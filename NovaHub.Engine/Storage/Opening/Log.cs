using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Storage.Opening;

internal static partial class Log
{
    [LoggerMessage(1010, LogLevel.Critical, "The ledger is damaged: {Finding}. Nothing is written any more. Stop the hub and start it again: it says then what to do")]
    public static partial void LedgerDamaged(ILogger logger, string finding);

    [LoggerMessage(1011, LogLevel.Warning, "{Path}: {Note}")]
    public static partial void LedgerNoted(ILogger logger, string path, string note);

    [LoggerMessage(1012, LogLevel.Warning, "The ledger {Path} ({Megabytes} MiB) was not closed in order, or was written since; it is looked through first")]
    public static partial void LookingThrough(ILogger logger, string path, long megabytes);

    [LoggerMessage(1013, LogLevel.Warning, "The ledger could not be closed in order; the next start goes on from its WAL")]
    public static partial void NotClosedInOrder(ILogger logger, Exception failure);

    [LoggerMessage(1015, LogLevel.Warning, "The ledger could not be looked through; tried again tomorrow")]
    public static partial void NotLookedThrough(ILogger logger, Exception failure);
}
