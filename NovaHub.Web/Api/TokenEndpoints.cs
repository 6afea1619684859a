using Microsoft.AspNetCore.Authentication;
using NovaHub.Web.Security;
using NovaHub.Wire;
using OpenIddict.Server.AspNetCore;

namespace NovaHub.Web.Api;

/// <summary>Tokens: given to boards that know their secret, and looked at by them.</summary>
internal static class TokenEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/auth/token", Issue).AllowAnonymous().WithMetadata(new TokenEndpointMark());
        api.MapMethods("/auth/verify", HttpVerbs.Read, Verify);
    }

    // OpenIddict has checked the secret by now
    private static Task Issue(HttpContext context) => context.Features.Get<TokenRequester>() is { } requester
        ? context.SignInAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, BoardTokens.PrincipalFor(requester.Board))
        : Problems.WriteAsync(context, StatusCodes.Status404NotFound, Problems.DetailOf(StatusCodes.Status404NotFound));

    private static Task Verify(HttpContext context)
    {
        var board = context.Board();
        return context.WriteJsonAsync(new VerifyAnswer(board.ClientId, board.Name, board.IsActive), ServiceJson.Default.VerifyAnswer);
    }
}
