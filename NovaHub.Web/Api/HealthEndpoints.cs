using NovaHub.Engine.Storage;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>Whether the hub can do its job. For anyone, so it tells no secrets.</summary>
internal static class HealthEndpoints
{
    public const string Path = "/health";

    public static void Map(IEndpointRouteBuilder app) => app.MapMethods(Path, HttpVerbs.Read, Health).AllowAnonymous();

    private static async Task Health(HttpContext context, HubHealth health)
    {
        var report = await health.CheckAsync(context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = report.Status == HubHealth.Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.WriteJsonAsync(report, ServiceJson.Default.HealthAnswer);
    }
}
