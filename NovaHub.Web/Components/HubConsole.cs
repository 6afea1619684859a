namespace NovaHub.Web.Components;

internal static class HubConsole
{
    public static void AddConsole(this WebApplicationBuilder builder)
    {
    }

    public static void MapConsole(this WebApplication app)
    {
    }
}
