using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using NovaHub.Web.Security;

namespace NovaHub.Web.Tests.Api;

public sealed class EndpointTests
{
    // Nothing else may be reached without signing in; files of wwwroot apart
    private static readonly HashSet<string> s_anonymous =
        ["/service/api/v1/auth/token", "/health", "/login", "/logout", "/setup/{Token}", "/forbidden", "/problem/{Code:int}"];

    [Fact]
    public async Task Every_address_of_the_service_api_asks_for_a_board_except_the_one_that_gives_tokens()
    {
        await using var hub = await HubHost.StartAsync("Bench:Endpoints=true");
        var endpoints = hub.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        var api = endpoints.Where(e => Route(e).StartsWith("/service", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.True(api.Count >= 9);
        foreach (var endpoint in api.Where(e => Route(e) != "/service/api/v1/auth/token"))
        {
            Assert.Null(endpoint.Metadata.GetMetadata<IAllowAnonymous>());
            Assert.Contains(endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(), a => a.Policy == WebSecurity.Boards);
        }
    }

    [Fact]
    public async Task Nothing_is_open_to_everybody_but_what_is_listed_here()
    {
        await using var hub = await HubHost.StartAsync();
        var open = hub.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null && e.Metadata.All(m => m.GetType().Name != "StaticAssetDescriptor"))
            .Select(Route).ToHashSet();
        Assert.Equal(string.Join("\n", s_anonymous.Order()), string.Join("\n", open.Order()));

        // And what says nothing is closed: the fallback asks for a person
        var fallback = await hub.Get<IAuthorizationPolicyProvider>().GetFallbackPolicyAsync();
        Assert.Contains(fallback!.Requirements, r => r is Microsoft.AspNetCore.Authorization.Infrastructure.DenyAnonymousAuthorizationRequirement);
    }

    [Theory]
    [InlineData("/service")]
    [InlineData("/service/api/v1")]
    [InlineData("/service/api/v1/nothing")]
    [InlineData("/service/api/v2/me")]
    [InlineData("/service/api/v1/leagues/555B")]
    [InlineData("/service/api/v1/leagues/555B/packets/a/b")]
    [InlineData("/service/api/v1/bench/get")]
    public async Task An_unknown_address_is_404_in_json(string path)
    {
        await using var hub = await HubHost.StartAsync();
        await (await hub.Client.GetAsync(path, HubHost.Stop)).ProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("POST", "/service/api/v1/me", "GET, HEAD")]
    [InlineData("DELETE", "/service/api/v1/leagues/555B/packets/555B0201.001", "GET, HEAD, PUT")]
    [InlineData("PUT", "/service/api/v1/leagues/555B/nodelist", "GET, HEAD")]
    [InlineData("PUT", "/service/api/v1/auth/token", "POST")]
    [InlineData("GET", "/service/api/v1/leagues/555B/packets/555B0201.001/received", "POST")]
    [InlineData("POST", "/health", "GET, HEAD")]
    public async Task A_method_that_is_not_taken_is_405_with_those_that_are(string method, string path, string allow)
    {
        await using var hub = await HubHost.StartAsync();
        using var response = await hub.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), HubHost.Stop);
        await response.ProblemAsync(HttpStatusCode.MethodNotAllowed);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow.Order()));
    }

    [Fact]
    public async Task A_failure_inside_is_500_in_plain_words()
    {
        await using var hub = await HubHost.StartAsync();
        await hub.AddLeagueAsync("555B");
        using var two = await hub.SignInAsync(await hub.AddBoardAsync("Two", "555B:2"));
        using var three = await hub.SignInAsync(await hub.AddBoardAsync("Three", "555B:3"));
        await two.UploadedAsync("555B0203.001", [1]);
        await hub.Get<Engine.Storage.GroupCommit>().WriteAsync(w => w.Execute("""DELETE FROM "Contents" """), HubHost.Stop);
        await (await three.GetAsync("leagues/555B/packets/555B0203.001", HubHost.Stop)).ProblemAsync(HttpStatusCode.InternalServerError);
    }

    private static string Route(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');
}
