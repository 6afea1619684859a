using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace NovaHub.Web.Api.Arrival;

/// <summary>Tells whether a proxy stands between the hub and a board: then what this machine sees of the connection ends at the proxy.</summary>
internal sealed class ThroughProxy(IOptions<ForwardedHeadersOptions> trusted)
{
    // Proxies add these. A board that sends one itself only makes its own deliveries less sure
    private static readonly string[] s_traces = ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Original-For", "X-Real-IP", "Forwarded", "Via"];

    /// <summary>Whether a proxy brought this request.</summary>
    public bool Brought(HttpContext context) =>
        Array.Exists(s_traces, context.Request.Headers.ContainsKey) || (context.Features.Get<SentBytes>()?.Peer is { } peer && IsTrusted(peer));

    private bool IsTrusted(IPAddress peer)
    {
        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        var options = trusted.Value;
        return options.KnownProxies.Contains(address) || options.KnownProxies.Contains(peer)
            || options.KnownIPNetworks.Any(n => n.Contains(address) || n.Contains(peer));
    }
}
