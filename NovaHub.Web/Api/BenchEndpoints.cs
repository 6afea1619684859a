using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>Bare endpoints that a load test measures the others against. Mapped only with <c>Bench:Endpoints=true</c>.</summary>
internal static class BenchEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPut("/bench/put", Put);
        api.MapGet("/bench/get", (HttpContext context) => Task.CompletedTask);
    }

    private static async Task Put(HttpContext context, ServiceApiOptions limits)
    {
        var bytes = await PacketBody.ReadAsync(context, limits.MaxPacketBytes);
        await context.WriteJsonAsync(new UploadAnswer("read", "", bytes?.Length ?? 0), ServiceJson.Default.UploadAnswer);
    }
}
