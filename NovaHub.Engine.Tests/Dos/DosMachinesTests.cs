using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class DosMachinesTests : IDisposable
{
    private readonly DosBench _bench = new();

    public void Dispose()
    {
        _bench.Dispose();
        GC.SuppressFinalize(this);
    }

    private static string StandIn => Path.Combine(AppContext.BaseDirectory, "Dos", "StandIn", "dosemu");

    private DosMachineChoice Find(string machine, string dosemu, string dosBox) =>
        _bench.Machines.Find(new DosOptions { Machine = machine, DosemuPath = dosemu, DosBoxPath = dosBox });

    [Theory]
    [InlineData("auto", true, true, "dosemu2")]
    [InlineData("auto", false, true, "DOSBox")]
    [InlineData("auto", true, false, "dosemu2")]
    [InlineData("dosbox", true, true, "DOSBox")]
    [InlineData("DOSEMU2", true, true, "dosemu2")]
    [InlineData("dosemu", true, true, "dosemu2")]
    [InlineData("dosemu", true, false, "dosemu2")]
    public void The_emulator_is_the_configured_or_the_installed_one(string machine, bool dosemu, bool dosBox, string name)
    {
        var choice = Find(machine, dosemu ? StandIn : "/nowhere/dosemu", dosBox ? StandIn : "/nowhere/dosbox");

        Assert.Equal(name, choice.Machine?.Name);
        Assert.Null(choice.Missing);
    }

    [Theory]
    [InlineData("auto", "No DOS emulator is installed")]
    [InlineData("dosbox", "apt-get install dosbox")]
    [InlineData("dosemu2", "Install dosemu2")]
    [InlineData("dosemu", "Install dosemu2")]
    public void Without_one_a_sentence_says_what_to_install(string machine, string sentence)
    {
        var choice = Find(machine, "/nowhere/dosemu", "/nowhere/dosbox");

        Assert.Null(choice.Machine);
        Assert.Contains(sentence, choice.Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_all_at_once_with_their_keys()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Dos:Machine"] = "pcem",
            ["Dos:DosBoxCycles"] = "very fast",
            ["Dos:Terminal"] = "linux; rm",
            ["Dos:KillAfter"] = "01:00:00",
        };
        using var services = Services(settings);

        var fault = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<DosOptions>>().Value);

        Assert.Equal(4, fault.Failures.Count());
        Assert.All(settings.Keys, key => Assert.Contains(fault.Failures, failure => failure.StartsWith(key, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("auto", "dosbox", true)]
    [InlineData("dosbox", "dosbox", true)]
    [InlineData("dosbox", "/opt/dosbox/dosbox", false)]
    [InlineData("dosemu", "dosbox", false)]
    public void It_is_known_whether_installing_dosbox_would_help(string machine, string path, bool helps) =>
        Assert.Equal(helps, DosMachines.TakesDosBox(new DosOptions { Machine = machine, DosBoxPath = path }));

    [Fact]
    public void The_scratch_folder_of_the_hub_is_used_when_none_is_configured()
    {
        using var plain = Services([]);
        using var configured = Services(new() { ["Dos:WorkFolder"] = "/mine", ["Dos:KillAfter"] = "00:00:02" });

        Assert.Equal("/hub/dos", plain.GetRequiredService<IOptions<DosOptions>>().Value.WorkFolder);
        Assert.Equal("/mine", configured.GetRequiredService<IOptions<DosOptions>>().Value.WorkFolder);
        Assert.Equal(TimeSpan.FromSeconds(2), configured.GetRequiredService<IOptions<DosOptions>>().Value.KillAfter);
        Assert.NotNull(plain.GetRequiredService<DosMachines>());
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings) =>
        new ServiceCollection()
            .AddLogging()
            .AddDos(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), "/hub/dos")
            .BuildServiceProvider();
}
