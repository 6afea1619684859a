using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace NovaHub.Bench;

/// <summary>The published hub as a process of its own.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Queue<string> _said = new();

    private HubProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>From the process's start to the first 200 of /health.</summary>
    public TimeSpan StartUp { get; private set; }

    /// <summary>Processor time that the server has used.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            var (_, cpu) = Stat(_process.Id);
            return cpu;
        }
    }

    /// <summary>Processor time that the programs which the server has started, and theirs, have used; of those that run now.</summary>
    public TimeSpan ChildrenCpuTime
    {
        get
        {
            var all = new Dictionary<int, (int Parent, TimeSpan Cpu)>();
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                try
                {
                    if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
                    {
                        all[id] = Stat(id);
                    }
                }
                catch (IOException)
                {
                    // Ended meanwhile
                }
            }

            bool IsOurs(int id) => all.TryGetValue(id, out var one) && (one.Parent == _process.Id || IsOurs(one.Parent));
            return all.Where(p => IsOurs(p.Key)).Aggregate(TimeSpan.Zero, (sum, p) => sum + p.Value.Cpu);
        }
    }

    /// <summary>Memory that the server holds, in MB.</summary>
    public double ResidentMegabytes => Status("VmRSS:") / 1024.0;

    /// <summary>Of it, memory that no file backs, in MB.</summary>
    public double AnonymousMegabytes => Status("RssAnon:") / 1024.0;

    /// <summary>Starts a hub on a data folder and waits until it is healthy.</summary>
    public static async Task<HubProcess> StartAsync(string program, string data)
    {
        var port = FreePort();
        var start = Command(program, ["serve", "--data", data, "--urls", $"http://127.0.0.1:{port}"]);
        start.Environment["Bench__Endpoints"] = "true";
        start.Environment["Runs__QuietTime"] = "00:00:01";
        var began = Stopwatch.GetTimestamp();
        var hub = new HubProcess(Process.Start(start)!, port);
        hub.Listen();
        await hub.HealthyAsync();
        hub.StartUp = Stopwatch.GetElapsedTime(began);
        return hub;
    }

    /// <summary>Runs one command of the hub's command line to its end and gives what it wrote.</summary>
    public static Task<string> RunAsync(string program, params string[] arguments) => RunWithAsync(program, null, arguments);

    /// <summary>The same, with a line on its standard input.</summary>
    public static async Task<string> RunWithAsync(string program, string? line, params string[] arguments)
    {
        var start = Command(program, arguments);
        start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(line);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', arguments)} failed: {await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var ask = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Command(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        // What makes this program lean is not the hub's
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT");
        return start;
    }

    private static (int Parent, TimeSpan Cpu) Stat(int id)
    {
        // After the name in brackets: state, parent, ..., utime and stime in hundredths of a second
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long Number(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);
        return ((int)Number(1), TimeSpan.FromMilliseconds(10 * (Number(11) + Number(12))));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Listen()
    {
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (_said)
            {
                _said.Enqueue(line.Data ?? "");
                if (_said.Count > 30)
                {
                    _said.Dequeue();
                }
            }
        }

        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task HealthyAsync()
    {
        var request = Requests.Get("/health", null);
        var began = Stopwatch.GetTimestamp();
        while (!_process.HasExited && Stopwatch.GetElapsedTime(began) < s_patience)
        {
            try
            {
                using var wire = await HttpWire.ConnectAsync(Port);
                if ((await wire.SendAsync(request)).Status == 200)
                {
                    return;
                }
            }
            catch (Exception early) when (early is SocketException or IOException)
            {
                // Not listening yet
            }

            await Task.Delay(10);
        }

        lock (_said)
        {
            throw new InvalidOperationException($"The hub did not become healthy:\n{string.Join('\n', _said)}");
        }
    }

    private long Status(string key)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture);
    }
}
