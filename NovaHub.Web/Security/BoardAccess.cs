using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Api;
using OpenIddict.Abstractions;

namespace NovaHub.Web.Security;

/// <summary>Asks for a board whose credentials are still the ones its token was given for.</summary>
internal sealed class BoardRequirement : IAuthorizationRequirement;

/// <summary>Holds a token against the directory as it is now: this is where a disabled or rotated board is locked out.</summary>
internal sealed class BoardAccess(HubDirectory directory, BoardSightings sightings) : AuthorizationHandler<BoardRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, BoardRequirement requirement)
    {
        if (context.Resource is HttpContext http
            && context.User.GetClaim(OpenIddictConstants.Claims.Subject) is { } clientId
            && directory.Current.BoardsByClientId.TryGetValue(clientId, out var board)
            && board.IsActive && context.User.GetClaim(BoardTokens.Stamp) == board.CredentialStamp)
        {
            http.Items[typeof(BoardEntry)] = board;
            sightings.Note(board, http.Connection.RemoteIpAddress);
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Answers who may not use the service API with 401, never with a redirect; other policies answer as usual.</summary>
internal sealed class BoardAnswer : IAuthorizationMiddlewareResultHandler
{
    private const string Needed = "This needs a valid token. Get one from /service/api/v1/auth/token and send it as: Authorization: Bearer TOKEN.";

    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            return next(context);
        }

        if (!policy.Requirements.Any(r => r is BoardRequirement))
        {
            return _usual.HandleAsync(next, context, policy, authorizeResult);
        }

        context.Response.Headers.WWWAuthenticate = context.Request.Headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
        return Problems.WriteAsync(context, StatusCodes.Status401Unauthorized, Needed);
    }
}

/// <summary>The board of a request that passed.</summary>
internal static class BoardOfRequest
{
    public static BoardEntry Board(this HttpContext context) => (BoardEntry)context.Items[typeof(BoardEntry)]!;
}
