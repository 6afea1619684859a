using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Settings;
using NovaHub.Web.Settings;
using NovaHub.Web.Tests.Api;
using NovaHub.Web.Tests.Commands;

namespace NovaHub.Web.Tests.Settings;

public sealed class SettingsFileTests
{
    [Fact]
    public async Task The_file_stands_above_appsettings_and_below_the_command_line()
    {
        var folder = Folder("""{ "Hub": { "Name": "Mine" }, "Runs": { "QuietTime": "00:02:00", "TimeLimit": "00:03:00" } }""");
        await using var hub = await HubHost.StartInAsync(folder, null, "Runs:TimeLimit=00:04:00");
        var runs = hub.Get<CurrentOptions<RunOptions>>().Value;
        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4)), (runs.QuietTime, runs.TimeLimit));
        Assert.Equal("Mine", hub.Get<CurrentOptions<HubOptions>>().Value.Name);
        Assert.Empty(hub.Get<SettingsFile>().Faults);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("{ \"Runs\": { ", "settings.json can't be read and counts as empty")]
    [InlineData("", "settings.json can't be read and counts as empty")]
    [InlineData("[1]", "settings.json can't be read and counts as empty")]
    [InlineData("""{ "Runs": { "QuietTime": "soon" } }""", "settings.json is wrong about Runs:QuietTime and not followed there: “soon” is no length of time")]
    [InlineData("""{ "Runs": { "QuietTime": "09:00:00" } }""", "settings.json is wrong about Runs:QuietTime and not followed there: Runs:QuietTime is 09:00:00; allowed are 00:00:00 to 01:00:00.")]
    [InlineData("""{ "Hub": { "Name": "Zażółć" } }""", "settings.json is wrong about Hub:Name and not followed there: Hub:Name has a character that DOS text (CP437) can't hold.")]
    [InlineData("""{ "Storage": { "DataFolder": "/elsewhere" } }""", "settings.json says Storage:DataFolder, which is not to be set there; it has no effect.")]
    public async Task What_is_wrong_in_the_file_is_said_and_the_hub_starts_without_it(string text, string fault)
    {
        var folder = Folder(text);
        await using var hub = await HubHost.StartInAsync(folder);
        Assert.StartsWith(fault, Assert.Single(hub.Get<SettingsFile>().Faults));
        Assert.Equal((TimeSpan.FromSeconds(30), "The Hub BBS"), (hub.Get<CurrentOptions<RunOptions>>().Value.QuietTime, hub.Get<CurrentOptions<HubOptions>>().Value.Name));
        using var health = await hub.Client.GetAsync("/health", HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_is_right_beside_something_wrong_counts()
    {
        var folder = Folder("""{ "Runs": { "QuietTime": "soon", "Reports": false } }""");
        await using var hub = await HubHost.StartInAsync(folder);
        Assert.False(hub.Get<CurrentOptions<RunOptions>>().Value.Reports);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_change_that_was_broken_off_is_finished_when_the_database_has_it_and_forgotten_otherwise()
    {
        var folder = Folder(null);
        await using (var hub = await HubHost.StartInAsync(folder))
        {
            await ChangeAsync(hub, new("Runs:QuietTime", "00:00:30", "00:00:40"));
        }

        // Number 1 is in the database and its file did not take its place; number 2 never got there
        File.Move(Path.Combine(folder, "settings.json"), Path.Combine(folder, "settings.json.new-1"));
        File.WriteAllText(Path.Combine(folder, "settings.json.new-2"), """{ "Runs": { "QuietTime": "00:00:50" } }""");
        await using (var hub = await HubHost.StartInAsync(folder))
        {
            Assert.Equal(TimeSpan.FromSeconds(40), hub.Get<CurrentOptions<RunOptions>>().Value.QuietTime);
        }

        Assert.Equal(["settings.json"], Directory.EnumerateFiles(folder, "settings.json*").Select(Path.GetFileName));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_file_is_its_owner_s_alone_and_what_could_not_be_read_is_kept_beside_it()
    {
        var folder = Folder("{ broken");
        await using var hub = await HubHost.StartInAsync(folder);
        await ChangeAsync(hub, new("Runs:Reports", "true", "false"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "settings.json")));
        }

        Assert.Equal("{ broken", File.ReadAllText(Path.Combine(folder, "settings.json.set-aside")));
        Assert.Empty(hub.Get<SettingsFile>().Faults);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_hand_that_edits_the_file_is_noticed_while_the_hub_runs()
    {
        await using var hub = await HubHost.StartAsync();
        var path = Path.Combine(hub.Folder, "settings.json");
        await File.WriteAllTextAsync(path, """{ "Runs": { "RetryAfter": "00:07:00" } }""", HubHost.Stop);
        await HubHost.UntilAsync(() => Task.FromResult(hub.Get<CurrentOptions<RunOptions>>().Value.RetryAfter == TimeSpan.FromMinutes(7)), "the file is read");
        await File.WriteAllTextAsync(path, """{ "Runs": { "RetryAfter": "never" } }""", HubHost.Stop);
        await HubHost.UntilAsync(() => Task.FromResult(hub.Get<SettingsFile>().Faults.Count == 1), "the fault is seen");
        Assert.Equal(TimeSpan.FromMinutes(5), hub.Get<CurrentOptions<RunOptions>>().Value.RetryAfter);
    }

    [Fact]
    public void Options_that_a_change_makes_wrong_stay_as_they_were()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Runs:AtOnce", "3")]).Build();
        var services = new ServiceCollection().AddSingleton<IValidateOptions<RunOptions>, RunOptionsRules>();
        services.AddOptions<RunOptions>().Bind(configuration.GetSection("Runs"));
        using var provider = services.AddSingleton(typeof(CurrentOptions<>)).BuildServiceProvider();
        var options = provider.GetRequiredService<CurrentOptions<RunOptions>>();
        Assert.Equal(3, options.Value.AtOnce);
        configuration["Runs:AtOnce"] = "0";
        Assert.ThrowsAny<Exception>(configuration.Reload);
        Assert.Equal(3, options.Value.AtOnce);
        configuration["Runs:AtOnce"] = "many";
        Assert.Equal(3, options.Value.AtOnce);
    }

    [Fact]
    public async Task The_command_line_follows_the_file_too()
    {
        using var program = new HubProgram();
        Directory.CreateDirectory(program.Data);
        await File.WriteAllTextAsync(Path.Combine(program.Data, "settings.json"), """{ "Hub": { "Name": "Named on the console" } }""", HubHost.Stop);
        await program.JsonAsync("league", "add", "555B", "--name", "Realms");
        await using var hub = await HubHost.StartInAsync(program.Data);
        using var board = await hub.SignInAsync(await hub.AddBoardAsync("The Dive", "555B:2"));
        Assert.Contains("Named on the console", await board.GetStringAsync("leagues/555B/nodelist", HubHost.Stop));
    }

    private static async Task ChangeAsync(HubHost hub, SettingChange change) =>
        Assert.Empty((await hub.Get<SettingsAdmin>().ChangeAsync([change], "Ada", HubHost.Stop)).Faults);

    private static string Folder(string? settings)
    {
        var folder = Directory.CreateTempSubdirectory("novahub-settings-").FullName;
        if (settings is not null)
        {
            File.WriteAllText(Path.Combine(folder, "settings.json"), settings);
        }

        return folder;
    }
}
