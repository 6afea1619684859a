using Bunit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Pages.Machine;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class SystemTests
{
    [Fact]
    public async Task The_page_tells_how_the_hub_is_and_admins_see_the_settings()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        var page = console.Show<SystemPage>();
        Eventually(page, "All is well");
        Assert.Contains("DOSBox", page.Markup);
        Assert.Contains(console.Hub.Folder, page.Markup);
        Assert.Equal("1", page.FindAll("dt").Single(d => d.TextContent == "Waiting for games").NextElementSibling!.TextContent);
        var machine = page.FindAll("tr").Single(r => r.TextContent.Contains("Dos:Machine"));
        Assert.Contains("dosbox", machine.TextContent);
        Assert.Contains("command line", machine.TextContent);
        Assert.DoesNotContain("Runs:TimeLimit", page.Markup);
        await page.InvokeAsync(() => page.Find("input[type=checkbox]").Change(true));
        Assert.Contains("00:10:00", page.FindAll("tr").Single(r => r.TextContent.Contains("Runs:TimeLimit")).TextContent);

        console.Runs.Feed.Publish(Glance(NovaHub.Engine.Games.LeagueId.Parse("900B"), 7, RunStep.Play));
        page.WaitForAssertion(() => Assert.Equal("1", page.FindAll("dt").Single(d => d.TextContent == "Runs now").NextElementSibling!.TextContent), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_sysop_sees_no_settings()
    {
        await using var console = await ConsoleContext.StartAsync();
        console.BeSysop();
        var page = console.Show<SystemPage>();
        Eventually(page, "is shown to admins");
        Assert.DoesNotContain("Dos:Machine", page.Markup);
    }

    [Fact]
    public void Each_setting_names_its_source_and_the_last_one_wins()
    {
        var settings = Report(
            c => c.AddInMemoryCollection([new("Runs:AtOnce", "3"), new("Hub:Name", "Mine")]).AddCommandLine(["--Runs:AtOnce=4"]), out _).Settings;
        Assert.Contains(new Setting("Runs:AtOnce", "4", "command line", false), settings);
        Assert.Contains(new Setting("Hub:Name", "Mine", "given at start", false), settings);
        Assert.Contains(new Setting("Runs:QuietTime", "00:00:30", "default", true), settings);
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
        var rules = typeof(RunOptions).Assembly.GetType("NovaHub.Engine.Runs.RunOptionsRules")!;
        services.AddSingleton(typeof(IValidateOptions<RunOptions>), rules);
        using var provider = services.BuildServiceProvider();
        var reader = new SettingsReader(configuration, new SettingsSnapshot(configuration), provider);
        var report = reader.Read();
        change?.Invoke(configuration);
        again = reader.Read();
        return report;
    }
}
