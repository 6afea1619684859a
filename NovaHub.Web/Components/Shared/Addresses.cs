using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace NovaHub.Web.Components.Shared;

/// <summary>Writes the addresses of pages with what is chosen on them.</summary>
internal static class Addresses
{
    /// <summary>The path with each part whose value is neither null nor empty.</summary>
    public static string With(string path, params IEnumerable<(string Key, object? Value)> parts) => QueryHelpers.AddQueryString(
        path, parts.Select(p => KeyValuePair.Create(p.Key, Convert.ToString(p.Value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null)));
}
