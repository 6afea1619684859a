namespace NovaHub.Web.Security;

internal static class WebSecurity
{
    public static void AddSecurity(this WebApplicationBuilder builder)
    {
    }

    public static void UseSecurity(this WebApplication app)
    {
    }
}
