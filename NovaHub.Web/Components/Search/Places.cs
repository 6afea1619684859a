using NovaHub.Engine.Games;

namespace NovaHub.Web.Components.Search;

/// <summary>Where leagues and BBSes are on the console.</summary>
internal static class Places
{
    public static string League(LeagueId league) => $"/leagues/{league}";

    public static string Board(int bbsId) => $"/bbses/{bbsId}";
}
