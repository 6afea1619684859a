using System.Globalization;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Web.Api;

namespace NovaHub.Web.Settings;

/// <summary>A section of the configuration with the settings in it that people may change, and the rules it has anyway.</summary>
internal sealed class SettingSection
{
    private readonly Func<IConfiguration, IReadOnlyList<string>> _judge;
    private readonly Func<string, string> _default;

    private SettingSection(string name, string title, IReadOnlyList<EditableSetting> settings, Func<IConfiguration, IReadOnlyList<string>> judge, Func<string, string> byDefault) =>
        (Name, Title, Settings, _judge, _default) = (name, title, settings, judge, byDefault);

    /// <summary>Every section in which something can be changed.</summary>
    public static IReadOnlyList<SettingSection> All { get; } =
    [
        Of("Hub", "The hub's own entry in nodelists", new HubOptionsRules(),
            new("Hub:Name", SettingKind.Text, "Name", "The hub's name, as every board's game shows it.") { Longest = BbsAdmin.LongestName },
            new("Hub:City", SettingKind.Text, "City", "May be empty."),
            new("Hub:State", SettingKind.Text, "State or province", "May be empty."),
            new("Hub:Country", SettingKind.Text, "Country", "May be empty.")),
        Of("Runs", "Runs", new RunOptionsRules(),
            new("Runs:QuietTime", SettingKind.Duration, "Quiet time", "How long no more mail must come in before it starts a run."),
            new("Runs:TimeLimit", SettingKind.Duration, "Time limit", "A game that takes longer is ended. Holds for games that start from now on."),
            new("Runs:PlayerWait", SettingKind.Duration, "Wait for a player", "How long a run waits for a player to leave the hub's own game."),
            new("Runs:RetryAfter", SettingKind.Duration, "Next try after", "When the next run comes after one that was not good; twice as long each time, up to an hour."),
            new("Runs:SettleTime", SettingKind.Duration, "Rest of a file", "How long a file in OUTBOUND must rest before it is taken in outside a run."),
            new("Runs:Reports", SettingKind.Switch, "Reports", "Have the game write scores, routes and BBS info after a run.")),
        Of(ServiceApiOptions.Section, "Boards' uploads", new ServiceApiRules(),
            new EditableSetting("ServiceApi:MaxPacketBytes", SettingKind.Number, "Largest packet, in bytes", "A larger upload is refused.")),
    ];

    /// <summary>The section's name in the configuration.</summary>
    public string Name { get; }

    /// <summary>For people.</summary>
    public string Title { get; }

    public IReadOnlyList<EditableSetting> Settings { get; }

    /// <summary>The setting with this key, or null when it is none that can be changed.</summary>
    public static EditableSetting? Find(string key) =>
        All.SelectMany(s => s.Settings).FirstOrDefault(s => s.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a configuration says wrong in this section, each in a sentence that names the key.</summary>
    public IReadOnlyList<string> Judge(IConfiguration configuration) => _judge(configuration);

    /// <summary>What the setting is when nobody says anything.</summary>
    public static string DefaultOf(EditableSetting setting) => Of(setting)._default(setting.Key.Split(':')[1]);

    /// <summary>The section of a setting.</summary>
    public static SettingSection Of(EditableSetting setting) => All.First(s => s.Settings.Contains(setting));

    private static SettingSection Of<T>(string name, string title, IValidateOptions<T> rules, params EditableSetting[] settings)
        where T : class, new() => new(
            name,
            title,
            settings,
            configuration =>
            {
                var options = new T();
                try
                {
                    configuration.GetSection(name).Bind(options);
                }
                catch (InvalidOperationException unreadable)
                {
                    return [unreadable.Message];
                }

                return rules.Validate(Options.DefaultName, options) is { Failed: true } failed ? [.. failed.Failures] : [];
            },
            property => Convert.ToString(typeof(T).GetProperty(property)!.GetValue(new T()), CultureInfo.InvariantCulture)!);
}
