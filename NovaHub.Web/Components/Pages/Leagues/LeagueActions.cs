using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Security;

namespace NovaHub.Web.Components.Pages.Leagues;

/// <summary>A league as somebody typed it.</summary>
public sealed class LeagueForm
{
    public string Number { get; set; } = "";

    public string GameLetter { get; set; } = "B";

    public string Name { get; set; } = "";

    public string HubIndex { get; set; } = "1";

    public string HubAddress { get; set; } = "";

    public string GameFolder { get; set; } = "";

    public bool RoutesThroughHub { get; set; } = true;

    /// <summary>The form filled with a league as it is.</summary>
    public static LeagueForm Of(League league) => new()
    {
        Name = league.Name,
        HubIndex = league.HubIndex.ToString(CultureInfo.InvariantCulture),
        HubAddress = league.HubAddress ?? "",
        GameFolder = league.GameFolder ?? "",
        RoutesThroughHub = league.RoutesThroughHub,
    };

    /// <summary>The league that is asked for.</summary>
    /// <exception cref="RefusedException">The number is none, or the folder's path is not a whole one.</exception>
    public LeagueRequest Request() => LeagueId.TryParse(Number.Trim() + GameLetter, out var id)
        ? new LeagueRequest(id, Name.Trim(), OrNull(HubAddress), Folder())
        : throw new RefusedException($"“{Number.Trim()}” is no league number: it has three digits, such as 555.");

    /// <summary>Puts what was typed into the league.</summary>
    /// <exception cref="RefusedException">The index is none, or the folder's path is not a whole one.</exception>
    public void Fill(League league)
    {
        league.HubIndex = int.TryParse(HubIndex.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new RefusedException($"“{HubIndex.Trim()}” is no BBS index: it is 1 to 255.");
        league.Name = Name.Trim();
        league.HubAddress = OrNull(HubAddress);
        league.GameFolder = Folder();
        league.RoutesThroughHub = RoutesThroughHub;
    }

    private static string? OrNull(string text) => text.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    private string? Folder() => OrNull(GameFolder) switch
    {
        null => null,
        { } folder when Path.IsPathFullyQualified(folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)),
        { } folder => throw new RefusedException($"{folder} is no whole path; it begins at the root, such as /srv/games/B555N01."),
    };
}

/// <summary>What people may do to leagues: admins change them, sysops pause them.</summary>
internal sealed class LeagueActions(LeagueAdmin leagues, PersonActs acts, TimeProvider clock)
{
    public Task<ActAnswer<LeagueId>> AddAsync(LeagueForm form) => acts.DoAsync(PeopleSecurity.Administers, async () =>
    {
        var request = form.Request();
        await leagues.AddAsync(request, CancellationToken.None);
        return request.Id;
    });

    public Task<ActAnswer<IReadOnlyList<string>>> ChangeAsync(LeagueId league, LeagueForm form) =>
        ChangeAsync(league, form.Fill);

    public Task<ActAnswer<IReadOnlyList<string>>> ScheduleAsync(LeagueId league, string cron, string zone, bool runsOnArrival) =>
        ChangeAsync(league, l => (l.Cron, l.TimeZone, l.RunsOnArrival) = (cron, zone.Trim(), runsOnArrival));

    public Task<ActAnswer<IReadOnlyList<string>>> PauseAsync(LeagueId league, bool pause) => acts.DoAsync(
        PeopleSecurity.SteersRuns,
        () => leagues.ChangeAsync(league, l => l.PausedAt = pause ? l.PausedAt ?? clock.GetUtcNow().UtcDateTime : null, CancellationToken.None));

    public Task<ActAnswer<IReadOnlyList<string>>> RegenerateAsync(LeagueId league) =>
        acts.DoAsync(PeopleSecurity.Administers, () => leagues.RegenerateAsync(league, CancellationToken.None));

    private Task<ActAnswer<IReadOnlyList<string>>> ChangeAsync(LeagueId league, Action<League> change) =>
        acts.DoAsync(PeopleSecurity.Administers, () => leagues.ChangeAsync(league, change, CancellationToken.None));
}
