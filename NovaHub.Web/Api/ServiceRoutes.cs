using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing.Template;

namespace NovaHub.Web.Api;

/// <summary>
/// After routing: an address that is nobody's is 404 and a method that isn't taken 405, whoever asks; only browsers are
/// shown the console's page for unknown addresses. Not left to routing, which would count that page among the answers,
/// nor to authorization, which would ask for a person first.
/// </summary>
internal sealed class ServiceRoutes(RequestDelegate next, EndpointDataSource endpoints)
{
    private readonly Lazy<List<Known>> _own = new(() => Matchers(endpoints, IsOwn));

    private readonly Lazy<List<Known>> _others = new(() => Matchers(endpoints, e => !IsOwn(e) && !TakesAnything(e)));

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
        var chosen = context.GetEndpoint() as RouteEndpoint;
        var service = AreFor(context);
        if (service ? chosen is not null && IsOwn(chosen) : chosen is not null && !IsForTheRest(chosen) || PageLoad.Is(context.Request))
        {
            return next(context);
        }

        var allowed = (service ? _own : _others).Value
            .Where(r => r.Matcher.TryMatch(context.Request.Path, [])).SelectMany(r => r.Methods).Distinct().Order().ToArray();
        if (allowed.Contains(context.Request.Method, StringComparer.OrdinalIgnoreCase))
        {
            // The form of the address is right, and something in it is not, such as a number
            allowed = [];
        }

        context.Response.StatusCode = allowed.Length == 0 ? StatusCodes.Status404NotFound : StatusCodes.Status405MethodNotAllowed;
        if (allowed.Length > 0)
        {
            context.Response.Headers.Allow = string.Join(", ", allowed);
        }

        return Task.CompletedTask;
    }

    private static bool IsOwn(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText is { } route
        && (route.StartsWith(ServiceApi.Prefix, StringComparison.Ordinal) || route == HealthEndpoints.Path);

    // The console's page for unknown addresses
    private static bool IsForTheRest(RouteEndpoint endpoint) =>
        TakesAnything(endpoint) && endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;

    private static bool TakesAnything(RouteEndpoint endpoint) => endpoint.RoutePattern.Parameters.Any(p => p.IsCatchAll);

    private static List<Known> Matchers(EndpointDataSource endpoints, Func<RouteEndpoint, bool> wanted) => [.. endpoints.Endpoints.OfType<RouteEndpoint>().Where(wanted)
        .Select(e => new Known(new TemplateMatcher(new RouteTemplate(e.RoutePattern), []), e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []))];

    private sealed record Known(TemplateMatcher Matcher, IReadOnlyList<string> Methods);
}
