using System.Diagnostics;
using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace NovaHub.Client.Tests;

/// <summary>A form in which the program is published, and what runs it here.</summary>
/// <param name="System">As <c>scripts/publish-client</c> names it.</param>
/// <param name="File">The program's file.</param>
/// <param name="Runner">What runs it here, with its own arguments; none for this machine's own system.</param>
public sealed record ClientForm(string System, string File, params string[] Runner)
{
    /// <summary>Native, for this machine.</summary>
    public static readonly ClientForm Native = new("linux-x64", "novahub-client");

    private static readonly string s_arm64Root = Path.Combine(ClientProgram.Root, "artifacts/arm64");

    /// <summary>For another processor, under an emulator of it (Debian: qemu-user) with that processor's libraries (<c>scripts/arm64-libraries</c>).</summary>
    public static readonly ClientForm Arm64 = new("linux-arm64", "novahub-client", "/usr/bin/qemu-aarch64", "-L", s_arm64Root);

    /// <summary>For Windows, under Wine (Debian: wine64).</summary>
    public static readonly ClientForm Windows = new("win-x64", "novahub-client.exe", "/usr/lib/wine/wine64");

    /// <summary>Null when this form can be run here; else why not.</summary>
    public string? WhyNot => Runner switch
    {
        [] => null,
        [var program, ..] when !global::System.IO.File.Exists(program) => $"{program} is not installed.",
        [_, "-L", var root] when !global::System.IO.File.Exists(Path.Combine(root, "lib/ld-linux-aarch64.so.1")) => $"{root} holds no libraries; scripts/arm64-libraries fetches them.",
        _ => null,
    };

    /// <summary>Skips the test that calls it where this form can't be run.</summary>
    public void SkipWhereAbsent() => Assert.SkipWhen(WhyNot is not null, WhyNot ?? "");
}

/// <summary>The program as it is published, made anew when its sources are younger.</summary>
public static class ClientProgram
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<Task<string>>> s_paths = [];
    private static readonly SemaphoreSlim s_one = new(1, 1);

    public static string Root { get; } = FindRoot();

    public static Task<string> PathAsync() => PathAsync(ClientForm.Native);

    public static Task<string> PathAsync(ClientForm form) => s_paths.GetOrAdd(form.System, _ => new Lazy<Task<string>>(() => PublishAsync(form))).Value;

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NovaHub.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("NovaHub.sln is in no folder above the tests.");
        }

        return folder;
    }

    private static async Task<string> PublishAsync(ClientForm form)
    {
        var program = Path.Combine(Root, "artifacts/client", form.System, form.File);
        var sources = new[] { "NovaHub.Client", "NovaHub.Engine/Games", "NovaHub.Engine/Dos", "NovaHub.Engine/Leagues", "NovaHub.Engine/Storage", "NovaHub.Web/Api/Wire" }
            .SelectMany(d => Directory.EnumerateFiles(Path.Combine(Root, d), "*.cs*", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
        // They share a folder for what is made in between
        await s_one.WaitAsync();
        try
        {
            if (!File.Exists(program) || sources.Max(File.GetLastWriteTimeUtc) > File.GetLastWriteTimeUtc(program))
            {
                var result = await Cli.Wrap(Path.Combine(Root, "scripts/publish-client")).WithArguments([form.System])
                    .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
                Assert.True(result.ExitCode == 0, result.StandardError);
                // A source may be younger and yet change nothing, and then the build leaves the program as it was:
                // dated anew, it is not taken for outdated in every run
                File.SetLastWriteTimeUtc(program, DateTime.UtcNow);
            }
        }
        finally
        {
            s_one.Release();
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

    public static Task<RunningClient> StartAsync(
        IEnumerable<string> arguments, string folder, IEnumerable<KeyValuePair<string, string?>>? environment = null, string? input = null, params string[] secrets) =>
        StartAsync(ClientForm.Native, arguments, folder, environment, input, secrets);

    public static async Task<RunningClient> StartAsync(
        ClientForm form, IEnumerable<string> arguments, string folder, IEnumerable<KeyValuePair<string, string?>>? environment = null, string? input = null, params string[] secrets)
    {
        string[] command = [.. form.Runner, await ClientProgram.PathAsync(form), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
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
