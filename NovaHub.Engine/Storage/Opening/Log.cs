using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Storage.Opening;

internal static partial class Log
{
    [LoggerMessage(1010, LogLevel.Critical, "The ledger is damaged: {Finding}. Nothing is written any more. Stop the hub and start it again: it says then what to do")]
    public static partial void LedgerDamaged(ILogger logger, string finding);

    [LoggerMessage(1016, LogLevel.Critical, "{Sentence} Nothing is written any more")]
    public static partial void LedgerFilesGone(ILogger logger, string sentence);

    [LoggerMessage(1017, LogLevel.Warning, "What the removed file held of the ledger was brought into {Path}: nothing of it is lost. Start the hub again")]
    public static partial void Rescued(ILogger logger, string path);

    [LoggerMessage(1018, LogLevel.Error, "What the removed file held of the ledger could not be brought into {Path} yet; it is tried again each half second. Don't stop the hub before that is done")]
    public static partial void NotRescued(ILogger logger, string path, Exception? failure);

    [LoggerMessage(1011, LogLevel.Warning, "{Path}: {Note}")]
    public static partial void LedgerNoted(ILogger logger, string path, string note);

    [LoggerMessage(1012, LogLevel.Warning, "The ledger {Path} ({Megabytes} MiB) was not closed in order, or was written since; it is looked through first")]
    public static partial void LookingThrough(ILogger logger, string path, long megabytes);

    [LoggerMessage(1013, LogLevel.Warning, "The ledger could not be closed in order; the next start goes on from its WAL")]
    public static partial void NotClosedInOrder(ILogger logger, Exception failure);

    [LoggerMessage(1015, LogLevel.Warning, "The ledger could not be looked through; tried again tomorrow")]
    public static partial void NotLookedThrough(ILogger logger, Exception failure);
}
