using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;

namespace NovaHub.Web.Components.Pages.Leagues;

/// <summary>Hands out nodelists as files, byte for byte.</summary>
internal static class NodelistFiles
{
    public static void MapNodelistFiles(this WebApplication app) =>
        app.MapGet("/leagues/{league}/nodelists/{version:int}", DownloadAsync).ExcludeFromDescription();

    /// <summary>Address of a version.</summary>
    public static string Path(LeagueId league, int version) => $"/leagues/{league}/nodelists/{version}";

    private static async Task<IResult> DownloadAsync(string league, int version, NodelistHistory history, HttpContext context, CancellationToken cancellationToken)
    {
        if (!LeagueId.TryParse(league, out var id) || await history.FindAsync(id, version, cancellationToken) is not { } nodelist)
        {
            return Results.NotFound();
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.File(nodelist.Bytes, "application/octet-stream", fileDownloadName: id.NodelistName);
    }
}
