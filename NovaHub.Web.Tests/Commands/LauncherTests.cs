using CliWrap;
using CliWrap.Buffered;

namespace NovaHub.Web.Tests.Commands;

/// <summary>The script ./novahub with stand-ins for what it calls: what it installs, and whom it asks before.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("novahub-launcher-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("dosbox", true)]
    [InlineData("", false)]
    public async Task DOSBox_is_installed_only_where_the_configuration_leads_to_it_and_it_is_not_there(string lacking, bool installs)
    {
        var said = await RunAsync(lacking, "serve", "--data", "/srv/my data", "--urls", "http://x");

        Assert.Equal(["--data", "/srv/my data"], said["asked"]);
        Assert.Equal(installs, said["installed"].Contains("dosbox"));
        Assert.Equal(["serve", "--data", "/srv/my data", "--urls", "http://x"], said["run"]);
    }

    [Fact]
    public async Task A_verb_without_a_game_asks_nobody()
    {
        var said = await RunAsync("dosbox", "league", "list");

        Assert.Empty(said["asked"]);
        Assert.Empty(said["installed"]);
        Assert.Equal(["league", "list"], said["run"]);
    }

    private async Task<Dictionary<string, string[]>> RunAsync(string lacking, params string[] words)
    {
        var root = Checkout();
        foreach (var file in new[] { "novahub", "scripts/needs.sh" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, file))!);
            File.Copy(Path.Combine(root, file), Path.Combine(_folder, file));
        }

        foreach (var folder in new[] { "NovaHub.Web", "NovaHub.Engine", "NovaHub.Client", "bin", "artifacts/novahub" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        }

        foreach (var file in new[] { "appsettings.json", "global.json", "Directory.Build.props", "artifacts/novahub/.built" })
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, file), "");
        }

        File.SetLastWriteTimeUtc(Path.Combine(_folder, "artifacts/novahub/.built"), DateTime.UtcNow.AddHours(1));
        await StandInsAsync(lacking);
        var result = await Cli.Wrap("bash").WithArguments([Path.Combine(_folder, "novahub"), .. words])
            .WithEnvironmentVariables(e => e.Set("PATH", Path.Combine(_folder, "bin"))).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.True(result.ExitCode == 0, result.StandardError);
        return new[] { "asked", "installed", "run" }.ToDictionary(
            name => name, name => Path.Combine(_folder, name) is var file && File.Exists(file) ? File.ReadAllLines(file) : []);
    }

    // Everything that the script calls and no emulator
    private async Task StandInsAsync(string lacking)
    {
        var bin = Path.Combine(_folder, "bin");
        foreach (var tool in new[] { "bash", "find", "mktemp", "touch", "cat", "env", "dirname", "rm", "grep" })
        {
            File.CreateSymbolicLink(Path.Combine(bin, tool), new[] { "/usr/bin", "/bin" }.Select(f => Path.Combine(f, tool)).First(File.Exists));
        }

        await ScriptAsync("id", "echo 0");
        await ScriptAsync("apt-get", $"printf '%s\\n' \"$@\" >>'{_folder}/installed'");
        await ScriptAsync("dotnet", $"""
            case "$*" in
                --list-sdks) echo '10.0.100 [here]' ;;
                *' emulator --lacking'*) shift 3; printf '%s\n' "$@" >'{_folder}/asked'; echo '{lacking}' ;;
                *) shift; printf '%s\n' "$@" >'{_folder}/run' ;;
            esac
            """);
    }

    private async Task ScriptAsync(string name, string text)
    {
        var path = Path.Combine(_folder, "bin", name);
        await File.WriteAllTextAsync(path, $"#!/bin/bash\n{text}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private static string Checkout()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NovaHub.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
