using Microsoft.AspNetCore.Routing.Template;

namespace NovaHub.Web.Api;

/// <summary>
/// After routing: an address of the service that is nobody's is 404 and a method that isn't taken 405, whoever asks.
/// Not left to routing, which would count the console's page for unknown addresses among the answers.
/// </summary>
internal sealed class ServiceRoutes(RequestDelegate next, EndpointDataSource endpoints)
{
    private readonly Lazy<List<(TemplateMatcher Matcher, IReadOnlyList<string> Methods)>> _own = new(() => [.. endpoints.Endpoints
        .OfType<RouteEndpoint>().Where(IsOwn)
        .Select(e => (new TemplateMatcher(new RouteTemplate(e.RoutePattern), []), e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []))]);

    /// <summary>Whether programs ask here, and not people. A hub's address that was given with a slash at its end makes two at the beginning.</summary>
    public static bool AreFor(HttpContext context)
    {
        var path = context.Request.Path;
        if (path.Value is ['/', '/', ..] doubled)
        {
            path = "/" + doubled.TrimStart('/');
        }

        return path.StartsWithSegments(ServiceApi.Prefix) || path.StartsWithSegments(HealthEndpoints.Path);
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (!AreFor(context) || context.GetEndpoint() is RouteEndpoint chosen && IsOwn(chosen))
        {
            return next(context);
        }

        var allowed = _own.Value.Where(r => r.Matcher.TryMatch(context.Request.Path, [])).SelectMany(r => r.Methods).Distinct().Order().ToArray();
        context.Response.StatusCode = allowed.Length == 0 ? StatusCodes.Status404NotFound : StatusCodes.Status405MethodNotAllowed;
        if (allowed.Length > 0)
        {
            context.Response.Headers.Allow = string.Join(", ", allowed);
        }

        return Task.CompletedTask;
    }

    private static bool IsOwn(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText is { } route
        && (route.StartsWith(ServiceApi.Prefix, StringComparison.Ordinal) || route == HealthEndpoints.Path);
}
