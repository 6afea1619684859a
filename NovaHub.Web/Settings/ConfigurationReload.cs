namespace NovaHub.Web.Settings;

/// <summary>How a change of appsettings.json is noticed.</summary>
internal static class ConfigurationReload
{
    // What Microsoft.Extensions.FileProviders goes by, the web server's certificates included
    private const string Variable = "DOTNET_USE_POLLING_FILE_WATCHER";

    /// <summary>
    /// Has the file looked at every few seconds instead of watched, unless the environment says otherwise. A watch takes one
    /// of the system's few inotify instances, and where none is left nothing would start, not even a command.
    /// </summary>
    public static void Poll()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
