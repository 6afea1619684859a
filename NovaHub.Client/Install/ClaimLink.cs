using System.Text.Json;

namespace NovaHub.Client.Install;

/// <summary>
/// Redeems a claim link: the credentials come over it once. Claimed by POST, so that a chat program's preview of the link uses
/// nothing up.
/// </summary>
internal static class ClaimLink
{
    /// <summary>The configuration's text, or null after telling why there is none.</summary>
    public static async Task<string?> RedeemAsync(string link, string path, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(link, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            await Console.Error.WriteLineAsync("A claim link begins with https:// or http://.");
            return null;
        }

        PrivateFile.Try(path);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Add("Accept", "application/json, application/toml;q=0.9");
        try
        {
            using var response = await http.PostAsync(address, null, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                await Console.Error.WriteLineAsync((int)response.StatusCode switch
                {
                    404 or 409 or 410 => "The link is used, expired or replaced by a newer one. Ask the hub's admin for a new one; if you did not use it, say so.",
                    _ => $"The hub refused the link ({(int)response.StatusCode}).",
                });
                return null;
            }

            if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) != true)
            {
                return body;
            }

            var claim = JsonSerializer.Deserialize(body, ClientJson.Default.ClaimAnswer);
            return claim is { ClientId.Length: > 0, ClientSecret.Length: > 0 } ? ConfigText.Write(claim, new Dictionary<string, GamePlaces>(StringComparer.Ordinal)) : await OddAsync();
        }
        catch (JsonException)
        {
            return await OddAsync();
        }
        catch (HttpRequestException failure)
        {
            await Console.Error.WriteLineAsync($"The hub can't be reached: {failure.Message}");
            return null;
        }

        static async Task<string?> OddAsync()
        {
            await Console.Error.WriteLineAsync("What the hub handed over can't be understood. Ask the hub's admin for the credentials and use novahub-client init without a link.");
            return null;
        }
    }
}
