using CliWrap;
using CliWrap.Buffered;

namespace NovaHub.Engine.Tests.Rules;

public class BuildRulesTests
{
    [Fact]
    public async Task The_build_refuses_a_banned_symbol()
    {
        var root = RepositoryRoot();
        var folder = Directory.CreateDirectory(Path.Combine(root, "artifacts", "banned-symbol-proof")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Proof.csproj"), """<Project Sdk="Microsoft.NET.Sdk" />""");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Proof.cs"),
            "namespace Proof;\n\ninternal static class Clock\n{\n    public static System.DateTime Now() => System.DateTime.UtcNow;\n}\n");

        var build = await Cli.Wrap("dotnet").WithArguments(["build", folder, "-nologo", "-v", "quiet"])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();

        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("RS0030", build.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("Take TimeProvider", build.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_references_no_web()
    {
        var web = typeof(EngineServices).Assembly.GetReferencedAssemblies()
            .Where(a => a.Name!.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
                && !a.Name.StartsWith("Microsoft.AspNetCore.Identity", StringComparison.Ordinal));

        Assert.Empty(web);
    }

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NovaHub.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
    }
}
