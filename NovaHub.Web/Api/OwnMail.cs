using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Security;

namespace NovaHub.Web.Api;

/// <summary>Judges the address of a piece of mail that a board asks for or confirms.</summary>
internal static class OwnMail
{
    /// <summary>Whose mail the address means. Null when it isn't this board's: then the refusal is written.</summary>
    /// <param name="context">The request.</param>
    /// <param name="leagueId">The league id of the address, as it came.</param>
    /// <param name="fileName">The file name of the address, as it came.</param>
    /// <returns>The board's seat, and the packet's name, or null for the nodelist.</returns>
    public static async Task<(Seat Seat, PacketName? Packet)?> FindAsync(HttpContext context, string leagueId, string fileName)
    {
        if (!LeagueId.TryParse(leagueId, out var league))
        {
            await PacketEndpoints.BadLeague(context);
            return null;
        }

        var isNodelist = NodelistName.TryParse(fileName, out var listed);
        if (!PacketName.TryParse(fileName, out var name) && !isNodelist)
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, "This is no packet name: one looks like 555B0201.001, and an index is never 00.");
        }
        else if ((isNodelist ? listed : name.League) != league)
        {
            await Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no such packet in league {league}.");
        }
        else if (context.Board().Seats.GetValueOrDefault(league) is not { } seat)
        {
            await PacketEndpoints.NotAMember(context, league);
        }
        else if (!isNodelist && name.Dest != seat.BbsIndex)
        {
            await Problems.WriteAsync(context, StatusCodes.Status403Forbidden, $"{name} is addressed to node {name.Dest}, and {context.Board().Name} is node {seat.BbsIndex} of {league}.");
        }
        else
        {
            return (seat, isNodelist ? null : name);
        }

        return null;
    }
}
