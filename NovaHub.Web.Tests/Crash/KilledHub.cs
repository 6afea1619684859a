using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;
using Microsoft.Data.Sqlite;
using NovaHub.Engine.Games;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Web.Tests.Crash;

/// <summary>The published hub on a data folder of its own, with a sandbox league, to be killed and started again.</summary>
internal sealed class KilledHub : IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings = new()
    {
        ["Dos:Machine"] = "dosbox",
        ["Runs:QuietTime"] = "00:00:00.100",
        ["Runs:RetryAfter"] = "00:00:00.500",
        ["Runs:PlayerCheck"] = "00:00:00.200",
        ["Runs:SettleTime"] = "00:00:00.500",
        ["Serilog:MinimumLevel:Default"] = "Information",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("novahub-crash-").FullName;
    private readonly string _program;
    private Process? _process;

    private KilledHub(string program) => _program = program;

    public static LeagueId League { get; } = LeagueId.Parse("900B");

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort()}/");

    public string Data => Path.Combine(_folder, "data");

    public string Log => Path.Combine(_folder, "hub.log");

    public string Game => Path.Combine(_folder, "games", "B900N01");

    public List<(string Id, string Secret, int Index)> Boards { get; } = [];

    public static async Task<KilledHub> MakeAsync(params IEnumerable<(string Key, string Value)> settings)
    {
        var hub = new KilledHub(await PublishedProgram.PathAsync());
        foreach (var (key, value) in settings)
        {
            hub._settings[key] = value;
        }

        SandboxGame.Install(Path.Combine(hub._folder, "games"), "B900N01", League, "The Hub BBS", "13:900/1", null);
        await hub.CommandAsync("league", "add", "900B", "--name", "Sandbox", "--hub-address", "13:900/1", "--game-folder", hub.Game);
        foreach (var index in new[] { 2, 3 })
        {
            var board = await hub.CommandAsync("bbs", "add", $"Board {index}", "--member", $"900B:{index}=13:900/{index}");
            hub.Boards.Add((board.GetProperty("client_id").GetString()!, board.GetProperty("client_secret").GetString()!, index));
        }

        return hub;
    }

    public void Start() => _process = PublishedProgram.Start(
        Log, _settings, "dotnet", _program, "serve", "--data", Data, "--urls", Address.ToString());

    public async Task HealthyAsync(HttpClient http)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                using var response = await http.GetAsync("health", limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_process!.HasExited)
            {
                // Not there yet
            }

            await Task.Delay(25, limit.Token);
        }
    }

    /// <summary>SIGKILL to the hub alone: its emulator goes on without it.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Stands the hub's process still, or has it go on: <c>STOP</c>, <c>CONT</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var signalling = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        await signalling.WaitForExitAsync();
        Assert.Equal(0, signalling.ExitCode);
    }

    /// <summary>Stands the hub's process still at a moment at which it writes nothing: a writer that stands still keeps everybody out.</summary>
    public async Task StandStillAsync()
    {
        await SignalAsync("STOP");
        while (!IsWritable())
        {
            await SignalAsync("CONT");
            await Task.Delay(5);
            await SignalAsync("STOP");
        }
    }

    /// <summary>Ends the hub as a service manager does.</summary>
    public async Task<int> EndAsync()
    {
        await SignalAsync("TERM");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Data, "novahub.db")};Mode=ReadOnly;Pooling=False;Default Timeout=30");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Changes rows behind the hub's back.</summary>
    public void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Data, "novahub.db")};Pooling=False;Default Timeout=30");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public long Number(string sql) => Query(sql, r => r.GetInt64(0)).Single();

    /// <summary>Command lines of this hub's emulators.</summary>
    public List<string> Emulators() => [.. Directory.EnumerateDirectories("/proc")
        .Where(p => int.TryParse(Path.GetFileName(p), out _)).Select(CommandLine)
        .Where(c => c.Contains("dosbox", StringComparison.Ordinal) && c.Contains(_folder, StringComparison.Ordinal))];

    public async Task<JsonElement> CommandAsync(params string[] words)
    {
        var result = await Cli.Wrap("dotnet").WithArguments([_program, .. words, "--data", Data, "--json"])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.True(result.ExitCode == 0, result.StandardError);
        return JsonDocument.Parse(result.StandardOutput).RootElement;
    }

    /// <summary>A command's exit code and what it said.</summary>
    public async Task<(int Code, string Said)> TryAsync(params string[] words)
    {
        var result = await Cli.Wrap("dotnet").WithArguments([_program, .. words, "--data", Data])
            .WithEnvironmentVariables(_settings.ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => (string?)s.Value))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        return (result.ExitCode, result.StandardOutput + result.StandardError);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private bool IsWritable()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Data, "novahub.db")};Pooling=False;Default Timeout=1");
        connection.Open();
        try
        {
            using var transaction = connection.BeginTransaction();
            return true;
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode == 5)
        {
            return false;
        }
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
