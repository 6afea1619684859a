using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Storage;
using NovaHub.Web.Api;
using NovaHub.Web.Api.Arrival;
using OpenIddict.Validation.AspNetCore;

namespace NovaHub.Web.Security;

/// <summary>Who may do what over HTTP, and what every answer carries.</summary>
internal static class WebSecurity
{
    /// <summary>Policy of the service API: a board with a living token, and nobody else.</summary>
    public const string Boards = "boards";

    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.Configure<KestrelServerOptions>(Harden);
        AddProxies(builder);

        services.AddOptions<FailedAttemptOptions>().BindConfiguration(FailedAttemptOptions.Section)
            .Validate(o => o.PerAddress is >= 1 and <= 1000, "FailedAttempts:PerAddress is the number of failed tries from one address: 1 to 1000.")
            .Validate(o => o.PerClient is >= 1 and <= 1000, "FailedAttempts:PerClient is the number of failed tries for one client id: 1 to 1000.")
            .Validate(o => o.Window >= TimeSpan.FromSeconds(1) && o.Window <= TimeSpan.FromDays(1), "FailedAttempts:Window is a time from 00:00:01 to 1.00:00:00, such as 00:10:00.")
            .Validate(o => o.MostTracked is >= 100 and <= 1_000_000, "FailedAttempts:MostTracked is how many addresses are remembered: 100 to 1000000.")
            .ValidateOnStart();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<BoardSightings>();
        services.AddHostedService<HomesAtStart>();
        services.AddBoardTokens();

        services.AddAuthorizationBuilder().AddPolicy(Boards, p => p
            .AddAuthenticationSchemes(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme)
            .AddRequirements(new BoardRequirement()));
        services.AddSingleton<IAuthorizationHandler, BoardAccess>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, BoardAnswer>();

        services.AddDataProtection().SetApplicationName("NovaHub");
        services.AddSingleton<IConfigureOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>, CookieKeys>();
    }

    public static void UseSecurity(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.ForwardedHeaders != ForwardedHeaders.None)
        {
            app.UseForwardedHeaders();
        }

        app.Use((context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
        app.UseMiddleware<ServiceAnswers>();
        app.UseRouting();
        app.UseMiddleware<ServiceRoutes>();
        app.UseMiddleware<TokenGate>();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    private static void Harden(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
        // What a connection holds while its upload waits for its turn
        kestrel.Limits.MaxRequestBufferSize = 128 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(20);
        kestrel.ConfigureEndpointDefaults(e =>
        {
            // One request at a time on a connection: how far a download came is read from it
            e.Protocols = HttpProtocols.Http1;
            // Nearest to the wire, below TLS
            e.Use(SentBytes.Count);
            UnreadableRequests.Explain(e);
        });
    }

    // Only what a named proxy says about the client's address is believed
    private static void AddProxies(WebApplicationBuilder builder)
    {
        var trusted = builder.Configuration.GetSection("Proxies").Get<string[]>() ?? [];
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            options.ForwardLimit = null;
            options.ForwardedHeaders = trusted.Length == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            foreach (var proxy in trusted)
            {
                if (IPAddress.TryParse(proxy, out var address))
                {
                    options.KnownProxies.Add(address);
                }
                else if (System.Net.IPNetwork.TryParse(proxy, out var network))
                {
                    options.KnownIPNetworks.Add(network);
                }
                else
                {
                    throw new OptionsValidationException("Proxies", typeof(ForwardedHeadersOptions), [$"Proxies: “{proxy}” is neither an address (10.0.0.5) nor a network (10.0.0.0/8)."]);
                }
            }
        });
    }

    private sealed class CookieKeys(StorageOptions storage, ILoggerFactory logs)
        : IConfigureOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>
    {
        public void Configure(Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions options) =>
            options.XmlRepository = new PrivateXmlFiles(PrivateFiles.Folder(Path.Combine(storage.KeysFolder, "cookies")), logs);
    }
}
