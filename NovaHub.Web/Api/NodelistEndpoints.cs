using NovaHub.Engine.Games;
using NovaHub.Web.Api.Arrival;
using NovaHub.Web.Security;

namespace NovaHub.Web.Api;

/// <summary>A league's current nodelist.</summary>
internal static class NodelistEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api.MapMethods("/leagues/{leagueId}/nodelist", HttpVerbs.Read, Nodelist);

    private static Task Nodelist(HttpContext context, string leagueId, MailSender sender)
    {
        if (!LeagueId.TryParse(leagueId, out var league))
        {
            return PacketEndpoints.BadLeague(context);
        }

        return context.Board().Seats.GetValueOrDefault(league) is { } seat
            ? sender.SendNodelistAsync(context, seat, etag: true)
            : PacketEndpoints.NotAMember(context, league);
    }
}
