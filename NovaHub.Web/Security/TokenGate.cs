using System.Text;
using Microsoft.AspNetCore.Http.Features;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Api;
using OpenIddict.Abstractions;

namespace NovaHub.Web.Security;

/// <summary>Marks the endpoint that hands out tokens.</summary>
internal sealed class TokenEndpointMark;

/// <summary>The board that a token request names. Its stamp was read before the secret was checked.</summary>
internal sealed record TokenRequester(BoardEntry Board);

/// <summary>
/// Stands before OpenIddict at the token endpoint: reads the form, counts failures and refuses who has too many before
/// a hash is spent on them, and makes an unknown or disabled board look like a wrong secret.
/// </summary>
internal sealed class TokenGate(RequestDelegate next, FailedAttempts attempts, HubDirectory directory, SecretDecoy decoy)
{
    private const int LargestForm = 16 * 1024;

    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<TokenEndpointMark>() is null ? next(context) : GuardAsync(context);

    private async Task GuardAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (await ReadAsync(context) is not var (clientId, secret))
        {
            return;
        }

        var cancelled = context.RequestAborted;
        using var attempt = await attempts.EnterAsync(
            context.Connection.RemoteIpAddress, clientId, secret, directory.Current.BoardsByClientId.ContainsKey(clientId), cancelled);
        if (attempt.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
            await TokenProblems.WriteAsync(context, StatusCodes.Status429TooManyRequests, TokenProblems.TooMany(wait), "slow_down");
            return;
        }

        var board = await directory.FindFreshAsync(clientId, cancelled);
        if (board is not { IsActive: true })
        {
            await decoy.SpendAsync(context.RequestServices, clientId, secret, cancelled);
            attempt.Failed();
            await TokenProblems.WriteAsync(context, StatusCodes.Status401Unauthorized, TokenProblems.Wrong, OpenIddictConstants.Errors.InvalidClient);
            return;
        }

        context.Features.Set(new TokenRequester(board));
        await next(context);
        if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
        {
            attempt.Failed();
        }
        else if (context.Response.StatusCode == StatusCodes.Status200OK)
        {
            attempt.Succeeded();
        }
    }

    private static async Task<(string ClientId, string Secret)?> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.HasFormContentType || request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return await RefuseAsync(context, "Send grant_type, client_id and client_secret as a form: Content-Type application/x-www-form-urlencoded.");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = LargestForm;
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return await RefuseAsync(context, TokenProblems.Malformed);
        }

        if (form.Any(f => f.Value.Count > 1))
        {
            return await RefuseAsync(context, "A field of the form is there more than once.");
        }

        var grant = form["grant_type"].ToString();
        if (grant != OpenIddictConstants.GrantTypes.ClientCredentials)
        {
            return await RefuseAsync(
                context,
                grant == "" ? "The field grant_type is missing; it is client_credentials." : "This grant_type is not supported; it is client_credentials.",
                grant == "" ? OpenIddictConstants.Errors.InvalidRequest : OpenIddictConstants.Errors.UnsupportedGrantType);
        }

        var (clientId, secret) = Basic(request) ?? (form["client_id"].ToString(), form["client_secret"].ToString());
        return clientId == "" || secret == ""
            ? await RefuseAsync(context, $"The field {(clientId == "" ? "client_id" : "client_secret")} is missing.")
            : (clientId, secret);
    }

    // RFC 6749, 2.3.1: both halves are form-encoded before they are joined
    private static (string ClientId, string Secret)? Basic(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length))
        {
            return ("", "");
        }

        var halves = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return halves.Length == 2
            ? (Uri.UnescapeDataString(halves[0].Replace('+', ' ')), Uri.UnescapeDataString(halves[1].Replace('+', ' ')))
            : ("", "");
    }

    private static async Task<(string ClientId, string Secret)?> RefuseAsync(
        HttpContext context, string detail, string error = OpenIddictConstants.Errors.InvalidRequest)
    {
        await TokenProblems.WriteAsync(context, StatusCodes.Status400BadRequest, detail, error);
        return null;
    }
}

/// <summary>Errors of the token endpoint: a problem document with OAuth's own <c>error</c> beside it.</summary>
internal static class TokenProblems
{
    public const string Wrong = "The client id or the secret is wrong, or this BBS is locked out.";

    public const string Malformed = "The token request is malformed: send grant_type=client_credentials, client_id and client_secret as a form.";

    public static string TooMany(TimeSpan wait)
    {
        var minutes = Math.Max(1, (int)Math.Ceiling(wait.TotalMinutes));
        return $"Too many failed tries. Check the client id and the secret, and try again in {(minutes == 1 ? "a minute" : $"{minutes} minutes")}.";
    }

    public static Task WriteAsync(HttpContext context, int status, string detail, string error)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate =
                context.Request.Headers.Authorization.ToString().StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
                    ? new Microsoft.Extensions.Primitives.StringValues(["Bearer", "Basic realm=\"NovaHub\""])
                    : "Bearer";
        }

        return Problems.WriteAsync(context, status, detail, error);
    }
}
