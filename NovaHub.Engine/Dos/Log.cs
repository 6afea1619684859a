using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

internal static partial class Log
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Information, Message = "DOS session {JobId} starts under {Machine} in {Folder} with {Commands} command(s)")]
    public static partial void SessionStarts(ILogger logger, string jobId, string machine, string folder, int commands);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Information, Message = "DOS session {JobId} is over: {Ending} after {Elapsed}, {OutputBytes} bytes of screen, codes {Codes}")]
    public static partial void SessionOver(ILogger logger, string jobId, DosEnding ending, TimeSpan elapsed, long outputBytes, string codes);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "DOS session {JobId} did not end within {KillAfter} and was killed")]
    public static partial void SessionKilled(ILogger logger, string jobId, TimeSpan killAfter);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Warning, Message = "DOS session {JobId} left {Count} process(es) behind, which were killed")]
    public static partial void SessionSwept(ILogger logger, string jobId, int count);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Debug, Message = "DOS session {JobId} has no exit code: {Reason}")]
    public static partial void SessionWithoutExitCode(ILogger logger, string jobId, string reason);

    [LoggerMessage(EventId = 3006, Level = LogLevel.Warning, Message = "The screen of DOS session {JobId} is lost: its receiver failed")]
    public static partial void OutputFailed(ILogger logger, string jobId, Exception exception);

    [LoggerMessage(EventId = 3007, Level = LogLevel.Warning, Message = "DOS session {JobId} has trouble: {Trouble}")]
    public static partial void Trouble(ILogger logger, string jobId, string trouble);

    [LoggerMessage(EventId = 3008, Level = LogLevel.Warning, Message = "The scratch folder {Folder} could not be removed: {Reason}")]
    public static partial void ScratchLeft(ILogger logger, string folder, string reason);
}
