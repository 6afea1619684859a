using System.Diagnostics;

namespace NovaHub.Web.Tests.Crash;

/// <summary>The program as <c>dotnet publish</c> leaves it, published once for all tests from the build they belong to.</summary>
internal static class PublishedProgram
{
    private static readonly Lazy<Task<string>> s_path = new(PublishAsync);

    public static Task<string> PathAsync() => s_path.Value;

    /// <summary>A program at work, its output in a file. A shell starts it and becomes it, so the process is the program.</summary>
    public static Process Start(string log, IReadOnlyDictionary<string, string> settings, params string[] command)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" >>\"$0\" 2>&1 </dev/null");
        start.ArgumentList.Add(log);
        foreach (var word in command)
        {
            start.ArgumentList.Add(word);
        }

        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task<string> PublishAsync()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "NovaHub.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests don't lie in a checkout.");
        }

        var folder = Directory.CreateTempSubdirectory("novahub-published-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var log = Path.Combine(folder, "publish.log");
        using var publish = Start(
            log, new Dictionary<string, string>(),
            "dotnet", "publish", Path.Combine(root.FullName, "NovaHub.Web"), "-c", "Release", "--nologo", "-o", Path.Combine(folder, "out"));
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, await File.ReadAllTextAsync(log));
        return Path.Combine(folder, "out", "NovaHub.Web.dll");
    }
}
