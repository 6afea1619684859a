using NovaHub.Engine.Games;

namespace NovaHub.Web.Tests.Browser;

/// <summary>A page of the console as a person comes to it.</summary>
/// <param name="Name">For the file of its picture.</param>
/// <param name="Path">Its address.</param>
/// <param name="Heading">Its first heading.</param>
public sealed record ConsolePage(string Name, string Path, string Heading);

/// <summary>Every page of the console that stands by itself, so that each is looked at in every theme and width.</summary>
internal static class EveryPage
{
    /// <summary>The pages of a hub with one league, a board, a run, and that board fallen silent.</summary>
    /// <param name="league">The league, called Sandbox Realms.</param>
    /// <param name="board">Name of BBS 1.</param>
    /// <param name="run">A run that ended.</param>
    public static IReadOnlyList<ConsolePage> Of(LeagueId league, string board, long run) =>
    [
        new("dashboard", "/", "Dashboard"),
        new("runs", "/runs", "Runs"),
        new("run", $"/runs/{run}", $"Run {run}"),
        new("run-transcript", $"/runs/{run}?view=transcript&find=recon", $"Run {run}"),
        new("run-log", $"/runs/{run}?view=log", $"Run {run}"),
        new("run-files", $"/runs/{run}?file=SCORES.ANS", $"Run {run}"),
        new("run-compare", $"/runs/{run}/compare", $"Run {run} compared"),
        new("packets", "/packets", "Packets"),
        new("packet", "/packets/1", $"{league}0201.001"),
        new("leagues", "/leagues", "Leagues"),
        new("league", $"/leagues/{league}", $"{league} Sandbox Realms"),
        new("bbses", "/bbses", "BBSes"),
        new("bbs", "/bbses/1", board),
        new("schedules", "/schedules", "Schedules"),
        new("system", "/system", "System"),
        new("alerts", "/alerts", "Alerts"),
        new("alert", "/alerts/1", $"Board quiet: {board}"),
        new("settings", "/settings", "Settings"),
        new("activity", "/activity", "Activity"),
    ];
}
