using NovaHub.Web.Security;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>Who a board is and where it plays.</summary>
internal static class MeEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api.MapMethods("/me", HttpVerbs.Read, Me);

    private static Task Me(HttpContext context)
    {
        var board = context.Board();
        var leagues = board.Seats.Values.OrderBy(s => s.League)
            .Select(s => new MeLeague(s.League.ToString(), s.League.Game.Name, s.League.Number, s.LeagueName, s.BbsIndex, s.FtnAddress, s.AddressIsMadeUp)).ToList();
        return context.WriteJsonAsync(new MeAnswer(board.ClientId, board.Name, leagues), ServiceJson.Default.MeAnswer);
    }
}
