using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Api;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace NovaHub.Web.Security;

/// <summary>
/// Boards' tokens: OpenIddict issues and validates them. None is stored; each carries the stamp of the credentials it
/// was given for, and every request holds that against the directory, so a disabled board is out at once.
/// </summary>
internal static class BoardTokens
{
    public const string Path = "service/api/v1/auth/token";

    /// <summary>Claim: the credentials' stamp.</summary>
    public const string Stamp = "stamp";

    /// <summary>Seconds that a token lives: a day.</summary>
    public const int Lifetime = 86_400;

    // The same whatever name the hub is called by: a token fetched from 127.0.0.1 is good at localhost too
    private static readonly Uri s_issuer = new("https://novahub/");

    public static void AddBoardTokens(this IServiceCollection services)
    {
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>, TokenKeys>();
        services.AddHostedService<TokenKeysAtStart>();
        services.AddSingleton<SecretDecoy>();
        services.AddOpenIddict()
            .AddServer(o =>
            {
                o.SetTokenEndpointUris(Path);
                o.SetConfigurationEndpointUris(Array.Empty<string>());
                o.SetJsonWebKeySetEndpointUris(Array.Empty<string>());
                o.AllowClientCredentialsFlow();
                o.DisableTokenStorage();
                o.DisableAuthorizationStorage();
                o.DisableAccessTokenEncryption();
                o.SetAccessTokenLifetime(TimeSpan.FromSeconds(Lifetime));
                o.SetIssuer(s_issuer);
                // A hub often sits behind somebody else's TLS, or in a home network without any
                o.UseAspNetCore().EnableTokenEndpointPassthrough().DisableTransportSecurityRequirement();
                o.AddEventHandler<ApplyTokenResponseContext>(b => b.UseInlineHandler(ShapeAsync).SetOrder(int.MinValue + 100));
            })
            .AddValidation(o =>
            {
                o.UseLocalServer();
                o.UseAspNetCore().DisableAccessTokenExtractionFromBodyForm().DisableAccessTokenExtractionFromQueryString();
            });
    }

    /// <summary>What a board's token says.</summary>
    public static ClaimsPrincipal PrincipalFor(BoardEntry board)
    {
        var identity = new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, board.ClientId).SetClaim(Stamp, board.CredentialStamp);
        identity.SetDestinations(static _ => [Destinations.AccessToken]);
        return new ClaimsPrincipal(identity);
    }

    // Old clients know the answer as it always was; an error gets the same body as every other
    private static async ValueTask ShapeAsync(ApplyTokenResponseContext context)
    {
        var response = context.Response;
        if (response.Error is not { } error)
        {
            response.TokenType = "bearer";
            response.ExpiresIn = Lifetime;
            return;
        }

        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        var (status, detail) = error switch
        {
            Errors.InvalidClient => (StatusCodes.Status401Unauthorized, TokenProblems.Wrong),
            Errors.ServerError => (StatusCodes.Status500InternalServerError, Problems.Unexpected),
            _ => (StatusCodes.Status400BadRequest, TokenProblems.Malformed),
        };
        await TokenProblems.WriteAsync(http, status, detail, error);
        context.HandleRequest();
    }
}

/// <summary>
/// A secret that nobody has, hashed as every board's is: trying a client id that doesn't exist costs what trying a
/// wrong secret costs, so the time of the answer tells nothing.
/// </summary>
internal sealed class SecretDecoy
{
    private readonly string _hash = Hash();

    /// <summary>Takes the time of a wrong secret.</summary>
    public async Task SpendAsync(IServiceProvider services, string clientId, string secret, CancellationToken cancellationToken)
    {
        var applications = services.GetRequiredService<OpenIddictApplicationManager<OpenIddictEntityFrameworkCoreApplication>>();
        _ = await applications.FindByClientIdAsync(clientId, cancellationToken);
        var decoy = new OpenIddictEntityFrameworkCoreApplication { ClientType = ClientTypes.Confidential, ClientSecret = _hash };
        _ = await applications.ValidateClientSecretAsync(decoy, secret, cancellationToken);
    }

    // OpenIddict's own format: marker, PRF 1 = HMAC-SHA256, rounds, salt length, salt, key. A test holds it against a real one
    private static string Hash()
    {
        var hash = new byte[13 + 16 + 32];
        byte[] header = [1, 0, 0, 0, 1, 0, 0, 0x27, 0x10, 0, 0, 0, 16];
        header.CopyTo(hash, 0);
        RandomNumberGenerator.Fill(hash.AsSpan(13));
        return Convert.ToBase64String(hash);
    }
}
