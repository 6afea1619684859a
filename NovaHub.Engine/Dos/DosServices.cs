using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace NovaHub.Engine.Dos;

/// <summary>Registration of the DOS emulators.</summary>
public static class DosServices
{
    /// <summary>Adds <see cref="DosMachines"/> and its options from the section <c>Dos</c>, checked at start.</summary>
    /// <param name="services">Where to add.</param>
    /// <param name="configuration">The root of the configuration.</param>
    /// <param name="workFolder">Scratch folder when none is configured; null takes the system's temporary folder.</param>
    public static IServiceCollection AddDos(this IServiceCollection services, IConfiguration configuration, string? workFolder = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<DosOptions>, DosOptionsRules>();
        services.AddOptions<DosOptions>()
            .Bind(configuration.GetSection(DosOptions.Section))
            .PostConfigure(options => options.WorkFolder = options.WorkFolder.Length > 0 ? options.WorkFolder : workFolder ?? "")
            .ValidateOnStart();
        services.AddSingleton<DosMachines>();
        return services;
    }
}
