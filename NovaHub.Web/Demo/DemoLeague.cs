using System.Text.Json;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Web.Demo;

/// <summary>A demo board as it is kept between starts.</summary>
internal sealed record DemoSeat(string Name, int BbsIndex, string ClientId, string ClientSecret);

/// <summary>League 900B: the hub as node 1 and two boards, each with its own copy of the sandbox game.</summary>
internal sealed class DemoLeague(string dataFolder)
{
    public const string HubName = "NovaHub Demo";

    private static readonly (string Name, int Index)[] s_boards = [("Alpha Station", 2), ("The Beta Dive", 3)];

    public static LeagueId Id { get; } = LeagueId.Parse("900B");

    public string Games => Path.Combine(dataFolder, "games");

    private string SeatsFile => Path.Combine(dataFolder, "demo-boards.json");

    /// <summary>Makes what is not there yet.</summary>
    public async Task<IReadOnlyList<DemoSeat>> SetUpAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var leagues = services.GetRequiredService<LeagueAdmin>();
        var folder = SandboxGame.Install(Games, "B900N01", Id, HubName, "13:900/1", null);
        if ((await leagues.ListAsync(cancellationToken)).All(l => l.Id != Id))
        {
            await leagues.AddAsync(new LeagueRequest(Id, "Sandbox league", "13:900/1", folder), cancellationToken);
        }

        var known = File.Exists(SeatsFile) ? JsonSerializer.Deserialize<List<DemoSeat>>(await File.ReadAllTextAsync(SeatsFile, cancellationToken))! : [];
        var boards = services.GetRequiredService<BbsAdmin>();
        var there = await boards.ListAsync(cancellationToken);
        var seats = new List<DemoSeat>();
        foreach (var (name, index) in s_boards)
        {
            seats.Add(known.FirstOrDefault(s => there.Any(b => b.ClientId == s.ClientId) && s.BbsIndex == index)
                ?? await AddAsync(boards, there.FirstOrDefault(b => b.Name == name), name, index, cancellationToken));
        }

        await KeepAsync(seats, cancellationToken);
        return seats;
    }

    // A board whose secret was lost between its making and the file gets a new one
    private static async Task<DemoSeat> AddAsync(BbsAdmin boards, Bbs? there, string name, int index, CancellationToken cancellationToken)
    {
        var credentials = there is null
            ? (await boards.AddAsync(name, [new SeatRequest(Id, index, $"13:900/{index}")], cancellationToken)).Credentials
            : await boards.RotateAsync(there.ClientId, cancellationToken);
        return new DemoSeat(name, index, credentials.ClientId, credentials.ClientSecret);
    }

    private async Task KeepAsync(List<DemoSeat> seats, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(SeatsFile, options);
        await JsonSerializer.SerializeAsync(file, seats, cancellationToken: cancellationToken);
    }
}
