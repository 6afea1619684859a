using System.Net;
using System.Text.RegularExpressions;

namespace NovaHub.Bench.Consoles;

/// <summary>Somebody who has signed in to the console by its form.</summary>
internal sealed partial class Person : IDisposable
{
    private const string Name = "watcher";
    private const string Password = "bench-watcher-1";

    private readonly HttpClient _http;
    private readonly CookieContainer _cookies = new();

    private Person(int port) => _http = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}/"),
    };

    public Uri Hub => _http.BaseAddress!;

    /// <summary>The cookies as a request carries them.</summary>
    public string Cookie => _cookies.GetCookieHeader(Hub);

    /// <summary>Makes an account with the hub's own command and signs in.</summary>
    public static async Task<Person> SignInAsync(string program, HubData data, HubProcess hub)
    {
        await HubProcess.RunWithAsync(program, Password, "user", "add", Name, "--role", "admin", "--password-stdin", "--data", data.Folder);
        var person = new Person(hub.Port);
        var form = await person._http.GetStringAsync("login");
        using var answer = await person._http.PostAsync("login", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "login",
            ["__RequestVerificationToken"] = FormToken().Match(form).Groups["token"].Value,
            ["Input.Name"] = Name,
            ["Input.Password"] = Password,
        }));
        return answer.StatusCode == HttpStatusCode.Found
            ? person
            : throw new InvalidOperationException($"Nobody could sign in: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>A page as the browser gets it, before its circuit.</summary>
    public Task<string> PageAsync(string path) => _http.GetStringAsync(path.TrimStart('/'));

    /// <summary>Posts a form without reading what comes back.</summary>
    public async Task<string> PostAsync(string path, HttpContent content)
    {
        using var answer = await _http.PostAsync(path, content);
        return answer.EnsureSuccessStatusCode().Content is { } body ? await body.ReadAsStringAsync() : "";
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FormToken();
}
