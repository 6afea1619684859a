using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Accounts;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Sandbox;
using NovaHub.Engine.Storage;
using NovaHub.Web.Security;

namespace NovaHub.Web.Tests.Browser;

/// <summary>A whole hub on a free port and a data folder of its own, with the sandbox game under a real emulator.</summary>
public sealed class ConsoleHub : IAsyncDisposable
{
    public const string Admin = "Ada";
    public const string Sysop = "Sid";
    public const string Password = "correct horse";

    private readonly bool _keep;
    private readonly StringWriter _terminal;

    private ConsoleHub(WebApplication app, string folder, StringWriter terminal, bool keep)
    {
        App = app;
        Folder = folder;
        _terminal = terminal;
        _keep = keep;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public WebApplication App { get; }

    public string Folder { get; }

    public string Address { get; }

    /// <summary>What the hub printed on its terminal about the set-up link.</summary>
    public string Printed => _terminal.ToString();

    private string Games => Path.Combine(Folder, "games");

    public static async Task<ConsoleHub> StartAsync(string? folder = null, int port = 0, Action<WebApplicationBuilder>? adjust = null)
    {
        var own = folder is null;
        folder ??= Directory.CreateTempSubdirectory("novahub-web-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "games"));
        var terminal = new StringWriter();
        var app = HubApp.Build(
            [
                $"--Urls=http://127.0.0.1:{port}", $"--Storage:DataFolder={Path.Combine(folder, "data")}",
                "--Dos:Machine=dosbox", "--Runs:QuietTime=01:00:00", "--Serilog:MinimumLevel:Default=Error", "--Serilog:MinimumLevel:Override:Microsoft.EntityFrameworkCore=Fatal",
            ],
            builder =>
            {
                builder.Services.AddSingleton(new SetupLinkOutlet(terminal));
                adjust?.Invoke(builder);
            });
        await app.OpenAsync();
        return new ConsoleHub(app, folder, terminal, !own);
    }

    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    public Task AddPeopleAsync() => AddAsync();

    /// <summary>League 900B with the sandbox game as node 1 and two boards.</summary>
    public async Task<LeagueId> AddLeagueAsync(string number = "900", string name = "Sandbox Realms", bool withGame = true, string? maintenance = null)
    {
        var league = LeagueId.Parse(number + "B");
        var folder = withGame ? SandboxGame.Install(Games, $"B{number}N01", league, "The Hub BBS", $"13:{number}/1", null) : null;
        await Get<LeagueAdmin>().AddAsync(new LeagueRequest(league, name, $"13:{number}/1", folder) { MaintenanceCommand = maintenance }, CancellationToken.None);
        return league;
    }

    public async Task AddBoardsAsync(LeagueId league, params string[] names)
    {
        var index = 2;
        foreach (var name in names)
        {
            await Get<BbsAdmin>().AddAsync(name, [new SeatRequest(league, index, $"13:{league.Number}/{index}")], CancellationToken.None);
            index++;
        }
    }

    /// <summary>Plays a board's own copy of the game and uploads what it wrote.</summary>
    public Task PlayBoardAsync(LeagueId league, int index) => PlayAndUploadAsync(league, index, UploadAsync);

    /// <summary>Plays a board's own copy of the game and uploads what it wrote in a way of the test's own.</summary>
    public async Task PlayAndUploadAsync(LeagueId league, int index, Func<string, byte[], Task> upload)
    {
        var folder = Path.Combine(Games, $"B{league.Number}N{index:D2}");
        if (!Directory.Exists(folder))
        {
            await using var db = await Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
            var nodelist = (await NodelistPublisher.CurrentAsync(db, league, CancellationToken.None))!;
            SandboxGame.Install(Games, Path.GetFileName(folder), league, Get<HubDirectory>().Current.Leagues[league].Members[index].Name, "", nodelist.Bytes);
        }

        await Get<DosMachines>().Find().Machine!.RunAsync(
            new DosJob(Games, folder, ["BRE.EXE PLANETARY /DETAILED FORCE"]), new Silent(), CancellationToken.None);
        var written = Directory.EnumerateFiles(Path.Combine(folder, "OUTBOUND")).Order().ToList();
        Assert.NotEmpty(written);
        foreach (var file in written)
        {
            await upload(Path.GetFileName(file), await File.ReadAllBytesAsync(file));
            File.Delete(file);
        }
    }

    public async Task UploadAsync(string name, byte[] bytes)
    {
        Assert.True(PacketName.TryParse(name, out var packet));
        var board = Get<HubDirectory>().Current.Leagues[packet.League].Members[packet.Source];
        var intake = Get<PacketIntake>();
        await intake.ReceiveAsync(intake.Judge(board, packet.League.ToString(), name), bytes, CancellationToken.None);
    }

    /// <summary>A board that spoke every hour for three weeks, and last so long ago: its rows as they are written when it speaks.</summary>
    public async Task SilenceAsync(string board, TimeSpan ago)
    {
        await using var db = await Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        var bbs = await db.Set<Bbs>().SingleAsync(b => b.Name == board);
        bbs.LastSeenAt = DateTime.UtcNow - ago;
        var last = bbs.LastSeenAt.Value.Date.AddHours(bbs.LastSeenAt.Value.Hour);
        var known = await db.Set<BbsHour>().Where(h => h.BbsId == bbs.Id).Select(h => h.Hour).ToListAsync();
        db.AddRange(Enumerable.Range(0, 21 * 24).Select(h => last.AddHours(-h)).Except(known).Select(h => new BbsHour { BbsId = bbs.Id, Hour = h }));
        await db.SaveChangesAsync();
        await SignalRows.RaiseAsync(db, Signal.Boards, CancellationToken.None);
    }

    public async Task<Run> RunAsync(LeagueId league)
    {
        var runs = Get<RunControl>();
        var id = await runs.StartAsync(league, RunTrigger.ByHand, Admin, CancellationToken.None);
        return await runs.WaitAsync(id, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (!_keep)
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task AddAsync()
    {
        var accounts = Get<AccountAdmin>();
        await accounts.AddUserAsync(Admin, HubRoles.Admin, Password, CancellationToken.None);
        await accounts.AddUserAsync(Sysop, HubRoles.Sysop, Password, CancellationToken.None);
    }

    private sealed class Silent : IDosOutput
    {
        public void Write(ReadOnlySpan<byte> vt)
        {
        }
    }
}
