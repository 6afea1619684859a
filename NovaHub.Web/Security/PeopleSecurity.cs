using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NovaHub.Engine.Accounts;
using NovaHub.Web.Api;

namespace NovaHub.Web.Security;

/// <summary>
/// How people sign in: a cookie from a local account. Everything is closed unless it says otherwise. Boards never hold
/// this cookie and people never hold a board's token; the service API names its own scheme.
/// </summary>
internal static class PeopleSecurity
{
    /// <summary>Policy: may start and cancel runs.</summary>
    public const string SteersRuns = "steers-runs";

    /// <summary>Policy: may change data.</summary>
    public const string Administers = "administers";

    private const string ServicePath = "/service";

    public static void AddPeople(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddAuthentication(o =>
            {
                o.DefaultScheme = IdentityConstants.ApplicationScheme;
                o.DefaultSignInScheme = IdentityConstants.ExternalScheme;
            })
            .AddIdentityCookies(c => c.ApplicationCookie!.Configure(ConfigureCookie));
        new IdentityBuilder(typeof(HubUser), typeof(IdentityRole), services).AddSignInManager().AddDefaultTokenProviders();
        // An account that was removed or changed is out within a minute
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = PeopleAuthenticationState.Interval);

        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(IdentityConstants.ApplicationScheme).RequireAuthenticatedUser().Build())
            .AddPolicy(SteersRuns, p => p.AddAuthenticationSchemes(IdentityConstants.ApplicationScheme).RequireRole(HubRoles.Admin, HubRoles.Sysop))
            .AddPolicy(Administers, p => p.AddAuthenticationSchemes(IdentityConstants.ApplicationScheme).RequireRole(HubRoles.Admin));
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, PeopleAuthenticationState>();

        services.TryAddSingleton(new SetupLinkOutlet(Console.Out));
        services.AddSingleton<SignInLimiter>();
        services.AddScoped<PeopleSignIn>();
        services.AddHostedService<SetupLinkPrinter>();
    }

    /// <summary>Sign-out. It is a POST with an antiforgery token, so that no other site can do it.</summary>
    public static void MapPeople(this WebApplication app) =>
        app.MapPost("/logout", async (HttpContext context, [Microsoft.AspNetCore.Mvc.FromForm] string? returnUrl) =>
        {
            await context.SignOutAsync(IdentityConstants.ApplicationScheme);
            return Results.LocalRedirect("/login");
        }).AllowAnonymous().ExcludeFromDescription();

    private static void ConfigureCookie(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = "novahub";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromDays(14);
        cookie.SlidingExpiration = true;
        cookie.LoginPath = "/login";
        cookie.AccessDeniedPath = "/forbidden";
        cookie.ReturnUrlParameter = "ReturnUrl";
        cookie.Events.OnRedirectToLogin = c => Answer(c, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = c => Answer(c, StatusCodes.Status403Forbidden);
    }

    // Only who takes a page is sent to another page; to programs the outermost layer says in words what the status means
    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        var request = context.Request;
        if (!PageLoad.TakesHtml(request) || request.Path.StartsWithSegments(ServicePath) || request.Path.StartsWithSegments("/_blazor"))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
