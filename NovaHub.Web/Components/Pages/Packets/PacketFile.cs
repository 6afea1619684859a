using NovaHub.Engine.Journeys;
using NovaHub.Web.Security;

namespace NovaHub.Web.Components.Pages.Packets;

/// <summary>Hands a packet's bytes to admins, as a file. Players' private mail can be inside.</summary>
internal static class PacketFile
{
    public static void MapPacketFile(this WebApplication app) =>
        app.MapGet("/packets/{id:long}/file", DownloadAsync).RequireAuthorization(PeopleSecurity.Administers).ExcludeFromDescription();

    /// <summary>Address of a packet's bytes.</summary>
    public static string Path(long packetId) => $"/packets/{packetId}/file";

    private static async Task<IResult> DownloadAsync(long id, PacketJourneys journeys, HttpContext context, CancellationToken cancellationToken)
    {
        if (await journeys.FindAsync(id, cancellationToken) is not { } journey || await journeys.BytesAsync(id, cancellationToken) is not { } bytes)
        {
            return Results.NotFound();
        }

        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "no-store";
        return Results.File(bytes, "application/octet-stream", fileDownloadName: journey.Packet.Name.ToString());
    }
}
