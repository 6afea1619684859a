namespace NovaHub.Web;

internal static partial class HubLog
{
    [LoggerMessage(3901, LogLevel.Warning, "{Sentence}")]
    public static partial void NodelistNote(ILogger logger, string sentence);
}
