using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Pages.Settings;

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
