using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace NovaHub.Web.Tests.Api;

/// <summary>What a board's program does, for tests to read like one.</summary>
internal static class Board
{
    public static Task<HttpResponseMessage> UploadAsync(this HttpClient board, string name, byte[] bytes, string? league = null)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/octet-stream");
        return board.PutAsync($"leagues/{league ?? name[..4].ToUpperInvariant()}/packets/{name}", content, HubHost.Stop);
    }

    public static async Task<long> UploadedAsync(this HttpClient board, string name, byte[] bytes)
    {
        using var response = await board.UploadAsync(name, bytes);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal("received", answer.GetProperty("status").GetString());
        Assert.Equal(name.ToUpperInvariant(), answer.GetProperty("filename").GetString());
        return answer.GetProperty("packet_id").GetInt64();
    }

    public static async Task<List<JsonElement>> ListAsync(this HttpClient board, string league, string query = "")
    {
        using var response = await board.GetAsync($"leagues/{league}/packets{query}", HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return [.. (await response.JsonAsync()).GetProperty("packets").EnumerateArray()];
    }

    public static async Task<List<string>> UnreadAsync(this HttpClient board, string league = "555B") =>
        [.. (await board.ListAsync(league, "?unread=true")).Select(p => p.Text("filename"))];

    public static async Task<byte[]> FetchAsync(this HttpClient board, string name, string league = "555B")
    {
        using var response = await board.GetAsync($"leagues/{league}/packets/{name}", HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync(HubHost.Stop);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>(HubHost.Stop);

    public static string Text(this JsonElement item, string property) => item.GetProperty(property).GetString()!;

    /// <summary>Asserts an error as the contract wants all of them.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(HubHost.Stop);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrWhiteSpace(problem.Text("detail")));
        Assert.False(string.IsNullOrWhiteSpace(problem.Text("title")));
        Assert.All(problem.EnumerateObject(), p => Assert.Matches("^[a-z_]+$", p.Name));
        Assert.DoesNotContain("   at ", text);
        Assert.DoesNotContain("Microsoft", text);
        Assert.DoesNotContain("OpenIddict", text);
        Assert.DoesNotContain("openiddict", text);
        Assert.DoesNotContain("/tmp", text);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(response.Headers.Contains("Set-Cookie"));
        return problem;
    }
}
