namespace NovaHub.Web.Api;

internal static class ServiceApi
{
    public static void AddServiceApi(this WebApplicationBuilder builder)
    {
    }

    public static void MapServiceApi(this WebApplication app)
    {
    }
}
