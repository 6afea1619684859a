using System.Diagnostics;

namespace NovaHub.Engine.Tests.Dos;

public class GuestProgramTests
{
    private static string Engine => Path.Combine(Fixture.SourceRoot, "NovaHub.Engine");

    private static string Tests => Path.Combine(Fixture.SourceRoot, "NovaHub.Engine.Tests", "Dos", "Programs");

    [Fact]
    public void The_committed_guest_programs_match_their_sources()
    {
        var built = Directory.CreateTempSubdirectory("novahub-guest-");
        Run(Path.Combine(Engine, "build-dos"), Engine, built.FullName);

        var programs = built.GetFiles().ToDictionary(file => file.Name, file => File.ReadAllBytes(file.FullName));
        Assert.Contains("SCREEN.COM", programs.Keys);
        Assert.Contains("WAIT.COM", programs.Keys);
        foreach (var (name, bytes) in programs)
        {
            var committed = Assert.Single(
                Directory.EnumerateFiles(Engine, name, SearchOption.AllDirectories),
                file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal));
            Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(committed)), $"{name} does not match its source: run NovaHub.Engine/build-dos.");
        }

        built.Delete(recursive: true);
    }

    [Fact]
    public void The_committed_test_program_matches_its_source()
    {
        var built = Path.GetTempFileName();
        Run("nasm", Tests, "-f", "bin", "-o", built, "act.asm");

        Assert.Equal(File.ReadAllBytes(built), File.ReadAllBytes(Path.Combine(Tests, "ACT.COM")));
        File.Delete(built);
    }

    private static void Run(string program, string folder, params string[] arguments)
    {
        Assert.True(File.Exists("/usr/bin/nasm"), "nasm is not installed (Debian: apt-get install nasm; ./test does it).");
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, UseShellExecute = false })!;
        Assert.True(process.WaitForExit(60_000), $"{program} did not end.");
        Assert.Equal(0, process.ExitCode);
    }
}
