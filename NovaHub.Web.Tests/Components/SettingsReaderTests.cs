using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Pages.Settings;
using NovaHub.Web.Tests.Proxies;

namespace NovaHub.Web.Tests.Components;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Each_setting_names_its_source_and_the_last_one_wins()
    {
        var settings = Report(
            c => c.AddInMemoryCollection([new("Runs:AtOnce", "3"), new("Hub:Name", "Mine")]).AddCommandLine(["--Runs:AtOnce=4"]), out _).Settings;
        Assert.Contains(new Setting("Runs:AtOnce", "4", "command line", false), settings);
        Assert.Contains(new Setting("Hub:Name", "Mine", "given at start", false, SettingTakes.AtOnce), settings);
        Assert.Contains(new Setting("Runs:QuietTime", "00:00:30", "default", true, SettingTakes.AtOnce), settings);
    }

    [Fact]
    public void What_is_wrong_with_the_configuration_is_said()
    {
        var report = Report(c => c.AddInMemoryCollection(
            [new("Runs:QuietTme", "00:01:00"), new("Runs:AtOnce", "99"), new("Health:MinFreeMegabytes", "much")]), out _);
        Assert.Contains(report.Faults, f => f.StartsWith("Runs:QuietTme is no setting of the hub", StringComparison.Ordinal));
        Assert.Contains(report.Faults, f => f.Contains("Runs:AtOnce is 99", StringComparison.Ordinal));
        Assert.Contains(report.Faults, f => f.StartsWith("Health: ", StringComparison.Ordinal) && f.Contains("MinFreeMegabytes", StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_after_the_start_is_said_and_the_rest_of_the_environment_is_not_shown()
    {
        var report = Report(c => c.AddInMemoryCollection([new("DATABASE_PASSWORD", "hush"), new("Runs:AtOnce", "3")]), out var again, c => c["Runs:AtOnce"] = "4");
        Assert.Contains("Runs:AtOnce was changed after the hub started; it takes effect at the next start.", again.Faults);
        Assert.Empty(report.Faults);
        Assert.DoesNotContain(again.Settings, s => s.Value.Contains("hush", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_setting_stands_in_the_README_with_its_default_and_its_mark()
    {
        var told = Readme().ToDictionary(r => r.Key, StringComparer.Ordinal);
        Assert.All(Report(_ => { }, out SettingsReport _).Settings, setting =>
        {
            Assert.True(told.TryGetValue(setting.Key, out var row), $"{setting.Key} is missing.");
            Assert.True(row.AtOnce == (setting.Takes == SettingTakes.AtOnce), $"{setting.Key} is marked wrongly.");
            Assert.True(
                setting.Value.Length == 0 || row.Default.Equals(setting.Value, StringComparison.OrdinalIgnoreCase)
                || (TimeSpan.TryParse(row.Default, CultureInfo.InvariantCulture, out var time) && time == TimeSpan.Parse(setting.Value, CultureInfo.InvariantCulture)),
                $"{setting.Key} is {setting.Value}, and the README says {row.Default}.");
        });
    }

    // "| `Hub:Name` `City` ● | `The Hub BBS` | ...": keys after the first may leave the section out; defaults stand in their order
    private static IEnumerable<(string Key, string Default, bool AtOnce)> Readme()
    {
        foreach (var row in File.ReadLines(Path.Combine(OperatingGuide.Root(), "README.md")).Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')))
        {
            var keys = Quoted(row[1]);
            var defaults = Quoted(row[2]);
            for (var i = 0; i < keys.Count; i++)
            {
                var key = i == 0 || keys[i].Contains(':', StringComparison.Ordinal) ? keys[i] : $"{keys[0].Split(':')[0]}:{keys[i]}";
                yield return (key, defaults.ElementAtOrDefault(i) ?? "", row[1].Contains('●', StringComparison.Ordinal));
            }
        }
    }

    private static List<string> Quoted(string cell) => [.. cell.Split('`').Where((_, i) => i % 2 == 1)];

    private static SettingsReport Report(Action<IConfigurationBuilder> build, out SettingsReport again, Action<IConfiguration>? change = null)
    {
        var builder = new ConfigurationBuilder();
        build(builder);
        var configuration = builder.Build();
        var services = new ServiceCollection();
        services.AddSingleton<IValidateOptions<RunOptions>, RunOptionsRules>();
        using var provider = services.BuildServiceProvider();
        var reader = new SettingsReader(configuration, new SettingsSnapshot(configuration), null, provider);
        var report = reader.Read();
        change?.Invoke(configuration);
        again = reader.Read();
        return report;
    }
}
