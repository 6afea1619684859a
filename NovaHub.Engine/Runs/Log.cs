using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Runs;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "Run {RunId} of {League} started ({Trigger})")]
    public static partial void Started(ILogger logger, long runId, string league, RunTrigger trigger);

    [LoggerMessage(2002, LogLevel.Information, "Run {RunId} of {League} ended: {Outcome}. {Summary}")]
    public static partial void Ended(ILogger logger, long runId, string league, RunOutcome? outcome, string? summary);

    [LoggerMessage(2003, LogLevel.Error, "Run {RunId} of {League} broke in the hub itself")]
    public static partial void Broke(ILogger logger, long runId, string league, Exception failure);

    [LoggerMessage(2004, LogLevel.Warning, "Run {RunId} of {League} was interrupted and is closed as {Outcome}: {Consumed} packets read, {Queued} queued again")]
    public static partial void Recovered(ILogger logger, long runId, string league, RunOutcome outcome, int consumed, int queued);

    [LoggerMessage(2005, LogLevel.Error, "Run {RunId} lost its lease on {League} and stops")]
    public static partial void LeaseLost(ILogger logger, long runId, string league);

    [LoggerMessage(2006, LogLevel.Information, "{Count} packets of {League} were taken from OUTBOUND outside a run")]
    public static partial void CollectedOutsideRun(ILogger logger, int count, string league);

    [LoggerMessage(2007, LogLevel.Warning, "{Sentence}")]
    public static partial void OutboundOdd(ILogger logger, string sentence);

    [LoggerMessage(2008, LogLevel.Warning, "OUTBOUND of {League} could not be looked through; tried again")]
    public static partial void OutboundUnreadable(ILogger logger, string league, Exception failure);

    [LoggerMessage(2009, LogLevel.Information, "The run of {League} by {Trigger} did not start: {Reason}")]
    public static partial void NotStarted(ILogger logger, string league, RunTrigger trigger, string reason);

    [LoggerMessage(2010, LogLevel.Error, "Interrupted runs of {League} could not be closed; tried again")]
    public static partial void RecoveryFailed(ILogger logger, string league, Exception failure);

    [LoggerMessage(2011, LogLevel.Warning, "A look at what other processes run failed; tried again at the next change")]
    public static partial void WatchFailed(ILogger logger, Exception failure);

    [LoggerMessage(2012, LogLevel.Warning, "The heartbeat of {League} could not be written; tried again")]
    public static partial void BeatFailed(ILogger logger, string league, Exception failure);

    [LoggerMessage(2013, LogLevel.Warning, "{Obstacle}")]
    public static partial void StillOpen(ILogger logger, string obstacle);

    [LoggerMessage(2014, LogLevel.Error, "It could not be seen for which games mail waits; tried again")]
    public static partial void ScheduleFailed(ILogger logger, Exception failure);

    [LoggerMessage(2015, LogLevel.Warning, "{File} in OUTBOUND of {League} could not be taken and is tried again")]
    public static partial void OutboundStuck(ILogger logger, string file, string league);

    [LoggerMessage(2016, LogLevel.Warning, "{Missing} ({Reason})")]
    public static partial void NotWatched(ILogger logger, string missing, string reason);

    [LoggerMessage(2017, LogLevel.Warning, "The lease on {League} could not be given back; tried again")]
    public static partial void NotGivenBack(ILogger logger, string league, Exception failure);

    [LoggerMessage(2018, LogLevel.Error, "The run of {League} for mail could not be started; tried again")]
    public static partial void StartFailed(ILogger logger, string league, Exception failure);
}
