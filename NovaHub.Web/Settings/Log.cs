namespace NovaHub.Web.Settings;

internal static partial class Log
{
    [LoggerMessage(3201, LogLevel.Information, "{Who} changed the setting {Key}")]
    public static partial void SettingChanged(ILogger logger, string key, string who);

    [LoggerMessage(3202, LogLevel.Warning, "{Fault}")]
    public static partial void SettingsFault(ILogger logger, string fault);
}
