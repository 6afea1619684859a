using NovaHub.Engine.Runs;

namespace NovaHub.Web.Components.Pages.Runs;

/// <summary>Hands out the files that a run left, as files: a browser never shows one as a page of ours.</summary>
internal static class RunFiles
{
    public static void MapRunFiles(this WebApplication app) =>
        app.MapGet("/runs/{id:long}/files/{name}", DownloadAsync).ExcludeFromDescription();

    /// <summary>Address of a file.</summary>
    public static string Path(long runId, string name) => $"/runs/{runId}/files/{Uri.EscapeDataString(name)}";

    private static async Task<IResult> DownloadAsync(long id, string name, RunHistory history, HttpContext context, CancellationToken cancellationToken)
    {
        if (await history.FileAsync(id, name, cancellationToken) is not { } bytes)
        {
            return Results.NotFound();
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        return Results.File(bytes, "application/octet-stream", fileDownloadName: $"run-{id}-{name}");
    }
}
