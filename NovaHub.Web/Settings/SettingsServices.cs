namespace NovaHub.Web.Settings;

/// <summary>Registration of what people may change.</summary>
internal static class SettingsServices
{
    /// <summary>Puts <see cref="SettingsFile"/> into the configuration; call it when everything else is there.</summary>
    public static void AddSettings(this WebApplicationBuilder builder)
    {
        var file = SettingsFile.AddTo(builder.Configuration, watch: true);
        // Made by the container as far as it knows, so that it ends the watch
        builder.Services.AddSingleton(_ => file);
        builder.Services.AddSingleton<SettingsAdmin>();
    }
}
