using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;
using NovaHub.Web.Api;
using NovaHub.Web.Security;
using NovaHub.Web.Settings;

namespace NovaHub.Web.Components.Pages.Settings;

/// <summary>One setting as the configuration has it.</summary>
/// <param name="Key">Its key, <c>Runs:QuietTime</c>.</param>
/// <param name="Value">Its value; a secret's is hidden.</param>
/// <param name="Source">Where the value comes from, in words.</param>
/// <param name="IsDefault">Whether nobody set it.</param>
/// <param name="Takes">When a change takes effect.</param>
public sealed record Setting(string Key, string Value, string Source, bool IsDefault, SettingTakes Takes = SettingTakes.AtNextStart);

/// <summary>When a change of a setting takes effect.</summary>
public enum SettingTakes
{
    /// <summary>When the hub is started the next time.</summary>
    AtNextStart,

    /// <summary>At once; but the command line or the environment has the last word about it.</summary>
    Fixed,

    /// <summary>At once, and it can be changed on the console.</summary>
    AtOnce,
}

/// <summary>The configuration: every setting of the hub, and what is wrong with them.</summary>
public sealed record SettingsReport(IReadOnlyList<Setting> Settings, IReadOnlyList<string> Faults);

/// <summary>Says what the configuration says, where each value comes from and what is wrong with it.</summary>
internal sealed class SettingsReader(IConfiguration configuration, SettingsSnapshot atStart, SettingsFile? file, IServiceProvider services)
{
    private const string Hidden = "•••••• (hidden)";

    private static readonly string[] s_secrets = ["secret", "password", "token", "connectionstring", "apikey"];

    public SettingsReport Read()
    {
        var (settings, faults) = (new List<Setting>(), new List<string>());
        settings.Add(Describe("Urls", "http://127.0.0.1:8000"));
        Section<StorageOptions>("Storage", settings, faults);
        Section<HubOptions>("Hub", settings, faults);
        Section<DosOptions>(DosOptions.Section, settings, faults);
        Section<RunOptions>("Runs", settings, faults);
        Section<ServiceApiOptions>(ServiceApiOptions.Section, settings, faults);
        Section<FailedAttemptOptions>(FailedAttemptOptions.Section, settings, faults);
        Section<HealthOptions>(HealthOptions.Section, settings, faults);
        settings.AddRange(configuration.GetSection("Proxies").GetChildren().Select(p => Describe(p.Path, "")));
        settings.Add(Describe("Serilog:MinimumLevel:Default", "Information"));
        faults.InsertRange(0, file?.Faults ?? []);
        faults.AddRange(atStart.ChangedSince(configuration).Where(k => SettingSection.Find(k) is null).Select(k => $"{k} was changed after the hub started; it takes effect at the next start."));
        return new SettingsReport(settings, faults);
    }

    private void Section<T>(string section, List<Setting> settings, List<string> faults) where T : class, new()
    {
        var defaults = new T();
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && p.GetIndexParameters().Length == 0).ToList();
        settings.AddRange(properties.Select(p => Describe($"{section}:{p.Name}", Convert.ToString(p.GetValue(defaults), CultureInfo.InvariantCulture) ?? "")));
        faults.AddRange(configuration.GetSection(section).GetChildren()
            .Where(c => !properties.Exists(p => p.Name.Equals(c.Key, StringComparison.OrdinalIgnoreCase)))
            .Select(c => $"{c.Path} is no setting of the hub and has no effect; it comes from {SourceOf(c.Path)}. Is it misspelt?"));
        try
        {
            configuration.GetSection(section).Bind(defaults);
        }
        catch (InvalidOperationException unreadable)
        {
            faults.Add($"{section}: {unreadable.Message}");
            return;
        }

        foreach (var rules in services.GetServices<IValidateOptions<T>>())
        {
            faults.AddRange(rules.Validate(Options.DefaultName, defaults) is { Failed: true } failed ? failed.Failures : []);
        }
    }

    private Setting Describe(string key, string byDefault)
    {
        var value = configuration[key];
        var shown = s_secrets.Any(s => key.Contains(s, StringComparison.OrdinalIgnoreCase)) && value is not null ? Hidden : value ?? byDefault;
        return new Setting(key, shown, value is null ? "default" : SourceOf(key), value is null, TakesOf(key));
    }

    private SettingTakes TakesOf(string key) =>
        SettingSection.Find(key) is null ? SettingTakes.AtNextStart
        : configuration is IConfigurationRoot root && file?.Above(root, key) is not null ? SettingTakes.Fixed
        : SettingTakes.AtOnce;

    // The provider that was added last wins
    private string SourceOf(string key) => (configuration as IConfigurationRoot)?.Providers.Reverse().FirstOrDefault(p => Has(p, key)) switch
    {
        JsonConfigurationProvider file => file.Source.Path ?? "a file",
        EnvironmentVariablesConfigurationProvider => $"environment variable {key.Replace(":", "__", StringComparison.Ordinal)}",
        CommandLineConfigurationProvider => "command line",
        MemoryConfigurationProvider => "given at start",
        { } other => other.ToString() ?? "elsewhere",
        null => "elsewhere",
    };

    private static bool Has(IConfigurationProvider provider, string key) =>
        provider.TryGet(key, out _) || provider.GetChildKeys([], key).Any();
}

/// <summary>What the hub's own sections said when it started. Nothing else: the environment holds much that is nobody's business.</summary>
internal sealed class SettingsSnapshot(IConfiguration configuration)
{
    private static readonly string[] s_sections = ["Urls", "Storage", "Hub", "Dos", "Runs", "ServiceApi", "FailedAttempts", "Health", "Proxies"];

    private readonly Dictionary<string, string?> _values = Take(configuration);

    /// <summary>Keys that say something else now.</summary>
    public IEnumerable<string> ChangedSince(IConfiguration now)
    {
        var values = Take(now);
        return _values.Keys.Union(values.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(k => _values.GetValueOrDefault(k) != values.GetValueOrDefault(k)).Order(StringComparer.Ordinal);
    }

    private static Dictionary<string, string?> Take(IConfiguration configuration) => s_sections
        .SelectMany(s => configuration.GetSection(s).AsEnumerable()).Where(p => p.Value is not null)
        .ToDictionary(p => p.Key, p => p.Value, StringComparer.OrdinalIgnoreCase);
}
