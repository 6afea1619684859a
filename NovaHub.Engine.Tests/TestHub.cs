using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Sandbox;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests;

/// <summary>A whole engine on a data folder of its own: real database, real files, real emulator, no web.</summary>
public sealed class TestHub : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> s_template = new(MigrateTemplateAsync);

    private readonly IHost _host;
    private bool _keep;
    private bool _disposed;
    private int _rising;

    private TestHub(IHost host, string folder, bool keep)
    {
        _host = host;
        Folder = folder;
        _keep = keep;
    }

    /// <summary>The test's folder: data in <c>data</c>, games below <c>games</c>.</summary>
    public string Folder { get; }

    public string Games => Path.Combine(Folder, "games");

    public RunControl Runs => Get<RunControl>();

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public static async Task<TestHub> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null, string? folder = null, bool schedules = false, bool keep = false, TimeProvider? clock = null)
    {
        var own = folder is null;
        folder ??= Directory.CreateTempSubdirectory("novahub-test-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "games"));
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:DataFolder"] = Path.Combine(folder, "data"),
            ["Dos:Machine"] = "dosbox",
            ["Runs:QuietTime"] = "00:00:00.200",
            ["Runs:PlayerCheck"] = "00:00:00.100",
            ["Runs:SettleTime"] = "00:00:00.300",
            ["Runs:Reports"] = "false",
        });
        if (settings is not null)
        {
            builder.Configuration.AddInMemoryCollection(settings);
        }

        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddNovaHubEngine(builder.Configuration);
        if (schedules)
        {
            builder.Services.AddNovaHubSchedules();
        }

        var host = builder.Build();
        await PutDatabaseAsync(Path.Combine(folder, "data"));
        await host.Services.GetRequiredService<DatabaseMigration>().ApplyAsync(CancellationToken.None);
        await host.Services.GetRequiredService<HubDirectory>().RefreshAsync();
        await host.StartAsync();
        return new TestHub(host, folder, keep || !own);
    }

    /// <summary>League 900B with the sandbox game as node 1 and two boards, 2 and 3.</summary>
    public async Task<LeagueId> AddSandboxLeagueAsync(string number = "900", string? maintenance = null)
    {
        var league = LeagueId.Parse(number + "B");
        var folder = SandboxGame.Install(Games, $"B{number}N01", league, "The Hub BBS", "13:10/1", null);
        await Get<LeagueAdmin>().AddAsync(
            new LeagueRequest(league, "Sandbox", $"13:{number}/1", folder) { MaintenanceCommand = maintenance }, CancellationToken.None);
        await Get<BbsAdmin>().AddAsync($"Alpha {number}", [new SeatRequest(league, 2, $"13:{number}/2")], CancellationToken.None);
        await Get<BbsAdmin>().AddAsync($"Beta {number}", [new SeatRequest(league, 3, $"13:{number}/3")], CancellationToken.None);
        return league;
    }

    /// <summary>Plays a board's own copy of the game under the emulator and returns the packets it wrote.</summary>
    public async Task<IReadOnlyList<(string Name, byte[] Bytes)>> PlayBoardAsync(LeagueId league, int index, string name, params (string Name, byte[] Bytes)[] inbound)
    {
        var folder = Path.Combine(Games, $"B{league.Number}N{index:D2}");
        if (!Directory.Exists(folder))
        {
            await using var db = await Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
            var nodelist = (await NodelistPublisher.CurrentAsync(db, league, CancellationToken.None))!;
            SandboxGame.Install(Games, $"B{league.Number}N{index:D2}", league, name, "", nodelist.Bytes);
        }

        foreach (var (file, bytes) in inbound)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "INBOUND", file), bytes);
        }

        var machine = Get<DosMachines>().Find().Machine!;
        var outcome = await machine.RunAsync(
            new DosJob(Games, folder, ["BRE.EXE PLANETARY /DETAILED FORCE"]), new Silent(), CancellationToken.None);
        Assert.Equal([0], outcome.CommandCodes);
        var outbound = Directory.EnumerateFiles(Path.Combine(folder, "OUTBOUND")).Order().ToList();
        var packets = outbound.Select(f => (Path.GetFileName(f), File.ReadAllBytes(f))).ToList();
        outbound.ForEach(File.Delete);
        return packets;
    }

    /// <summary>A packet as the game takes it, different each time.</summary>
    public byte[] Packet(int source, int dest) => BrePacketWriter.Write(
        (uint)Interlocked.Increment(ref _rising), [new BreRecord(0x1A, (byte)source, (byte)dest, Guid.NewGuid().ToByteArray()[..8])]);

    /// <summary>A board sends a packet to the hub's game.</summary>
    public Task<long> SendAsync(LeagueId league, int source, int sequence, int dest = 1) =>
        UploadAsync(new PacketName(league, source, dest, sequence).ToString(), Packet(source, dest));

    /// <summary>Uploads a packet as the board whose index its source is.</summary>
    public async Task<long> UploadAsync(string name, byte[] bytes)
    {
        Assert.True(PacketName.TryParse(name, out var packet));
        var board = Get<HubDirectory>().Current.Leagues[packet.League].Members[packet.Source];
        var intake = Get<PacketIntake>();
        var decision = intake.Judge(board, packet.League.ToString(), name);
        Assert.Null(decision.Refusal);
        return (await intake.ReceiveAsync(decision, bytes, CancellationToken.None)).PacketId;
    }

    /// <summary>The hub's own game folder.</summary>
    public string GameOf(LeagueId league) => Path.Combine(Games, $"B{league.Number}N01");

    public string InboundOf(LeagueId league) => Path.Combine(GameOf(league), "INBOUND");

    public string OutboundOf(LeagueId league) => Path.Combine(GameOf(league), "OUTBOUND");

    public string LockOf(LeagueId league) => Path.Combine(GameOf(league), "inuse.flg");

    /// <summary>The packet as it is in the ledger now.</summary>
    public async Task<Packet> PacketAsync(long id)
    {
        await using var db = await Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        return await db.Set<Packet>().AsNoTracking().SingleAsync(p => p.Id == id);
    }

    /// <summary>Runs of the league, oldest first.</summary>
    public async Task<IReadOnlyList<Run>> RunsOfAsync(LeagueId league) =>
        [.. (await Get<RunHistory>().ListAsync(league, 0, 1000, CancellationToken.None)).Runs.Reverse()];

    public async Task<RunReport> ReportAsync(long runId)
    {
        await Runs.WaitAsync(runId, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        return (await Get<RunHistory>().FindAsync(runId, CancellationToken.None))!;
    }

    /// <summary>Changes the words that follow the game's maintenance command.</summary>
    public Task WordsAsync(LeagueId league, string words) => Get<LeagueAdmin>().ChangeAsync(
        league, l => l.MaintenanceCommand = $"PLANETARY /DETAILED {words}".Trim(), CancellationToken.None);

    /// <summary>Waits until a run of this process shows what is looked for.</summary>
    public async Task<LiveRun> LiveAsync(long runId, Func<LiveRunState, bool> look, string what)
    {
        var live = Get<LiveRuns>().Find(runId) ?? throw new InvalidOperationException($"Run {runId} does not run here: {what} can't be seen.");
        await Eventually.TrueAsync(() => Task.FromResult(look(live.Feed.State)), what);
        return live;
    }

    public async Task<RunReport> RunAsync(LeagueId league, RunTrigger trigger = RunTrigger.ByHand)
    {
        var id = await Runs.StartAsync(league, trigger, "test", CancellationToken.None);
        await Runs.WaitAsync(id, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        return (await Get<RunHistory>().FindAsync(id, CancellationToken.None))!;
    }

    public async Task<IReadOnlyList<Packet>> PacketsAsync() =>
        [.. (await Get<LedgerReader>().LatestAsync(null, 10_000, CancellationToken.None)).OrderBy(p => p.Id)];

    /// <summary>The folder, which outlived an earlier hub, goes with this one.</summary>
    public void RemoveFolder() => _keep = false;

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        if (!_keep)
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearPool(new Microsoft.Data.Sqlite.SqliteConnection(
                SqliteSettings.ConnectionString(Path.Combine(Folder, "data", "novahub.db"))));
            Directory.Delete(Folder, recursive: true);
        }
    }

    // Migrated once for all tests, then copied
    private static async Task<string> MigrateTemplateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("novahub-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Storage:DataFolder"] = folder });
        builder.Services.AddNovaHubEngine(builder.Configuration);
        using var host = builder.Build();
        await host.Services.GetRequiredService<DatabaseMigration>().ApplyAsync(CancellationToken.None);
        // Closed in order when the host goes: a whole file
        var database = host.Services.GetRequiredService<StorageOptions>().DatabasePath;
        return database;
    }

    private static async Task PutDatabaseAsync(string data)
    {
        var path = Path.Combine(data, "novahub.db");
        if (!File.Exists(path))
        {
            var template = await s_template.Value;
            Directory.CreateDirectory(data);
            File.Copy(template, path);
            File.Copy(template + "-mark", path + "-mark");
        }
    }

    private sealed class Silent : IDosOutput
    {
        public void Write(ReadOnlySpan<byte> vt)
        {
        }
    }
}

/// <summary>Waits for the thing itself, with a time-out.</summary>
public static class Eventually
{
    public static async Task<T> GetAsync<T>(Func<Task<T?>> look, string what, double seconds = 30) where T : class
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!limit.IsCancellationRequested)
        {
            if (await look() is { } found)
            {
                return found;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"{what} did not happen within {seconds} s.");
    }

    public static Task TrueAsync(Func<Task<bool>> look, string what, double seconds = 30) =>
        GetAsync(async () => await look() ? "" : null, what, seconds);
}
