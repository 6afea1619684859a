using System.Diagnostics;
using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace NovaHub.Client.Tests;

/// <summary>The program as it is published for linux-x64, made anew when its sources are younger.</summary>
public static class ClientProgram
{
    private static readonly Lazy<Task<string>> s_path = new(PublishAsync);

    public static string Root { get; } = FindRoot();

    public static Task<string> PathAsync() => s_path.Value;

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NovaHub.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("NovaHub.sln is in no folder above the tests.");
        }

        return folder;
    }

    private static async Task<string> PublishAsync()
    {
        var program = Path.Combine(Root, "artifacts/client/linux-x64/novahub-client");
        var sources = new[] { "NovaHub.Client", "NovaHub.Engine/Games", "NovaHub.Engine/Dos", "NovaHub.Engine/Leagues", "NovaHub.Web/Api/Wire" }
            .SelectMany(d => Directory.EnumerateFiles(Path.Combine(Root, d), "*.cs*", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
        if (!File.Exists(program) || sources.Max(File.GetLastWriteTimeUtc) > File.GetLastWriteTimeUtc(program))
        {
            var result = await Cli.Wrap(Path.Combine(Root, "scripts/publish-client")).WithArguments(["linux-x64"])
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
            Assert.True(result.ExitCode == 0, result.StandardError);
        }

        return program;
    }
}

/// <summary>What a run of the program left.</summary>
public sealed record Ran(int ExitCode, string Out, string Err)
{
    public string All => Out + Err;
}

/// <summary>The program while it runs.</summary>
public sealed class RunningClient : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _err = new();
    private readonly Task _reading;
    private readonly string[] _secrets;

    private RunningClient(Process process, string[] secrets)
    {
        _process = process;
        _secrets = secrets;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _out), ReadAsync(process.StandardError, _err));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Out
    {
        get
        {
            lock (_out)
            {
                return _out.ToString();
            }
        }
    }

    public string Err
    {
        get
        {
            lock (_err)
            {
                return _err.ToString();
            }
        }
    }

    public static async Task<RunningClient> StartAsync(
        IEnumerable<string> arguments, string folder, IEnumerable<KeyValuePair<string, string?>>? environment = null, string? input = null, params string[] secrets)
    {
        var start = new ProcessStartInfo(await ClientProgram.PathAsync(), arguments)
        {
            WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        return new RunningClient(process, secrets);
    }

    public async Task<Ran> EndAsync(double seconds = 60)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"The client did not end within {seconds} s. It said: {Out}{Err}");
        }

        await _reading;
        // Whatever a test is about: no run ever shows a secret
        Assert.All(_secrets, secret => Assert.DoesNotContain(secret, Out + Err, StringComparison.Ordinal));
        return new Ran(_process.ExitCode, Out, Err);
    }

    /// <summary>SIGTERM is 15, SIGINT 2, SIGKILL 9.</summary>
    public async Task SignalAsync(int signal)
    {
        if (!_process.HasExited)
        {
            await Cli.Wrap("kill").WithArguments(["-" + signal, _process.Id.ToString()]).WithValidation(CommandResultValidation.None).ExecuteAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder into)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (into)
            {
                into.Append(line).Append('\n');
            }
        }
    }
}
