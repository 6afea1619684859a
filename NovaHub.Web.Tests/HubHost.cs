using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;
using NovaHub.Web.Security;

namespace NovaHub.Web.Tests;

/// <summary>A fresh hub on a real socket with a data folder of its own. The database was migrated once and is copied.</summary>
public sealed class HubHost : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> s_template = new(MakeTemplateAsync);

    private readonly bool _ownsFolder;

    private HubHost(WebApplication app, string folder, bool ownsFolder)
    {
        (App, Folder, _ownsFolder) = (app, folder, ownsFolder);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = NewClient();
    }

    public WebApplication App { get; }

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    public Uri Address { get; }

    /// <summary>Sends no token of its own.</summary>
    public HttpClient Client { get; }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts a hub.</summary>
    /// <param name="settings">Configuration as <c>Section:Key=value</c>.</param>
    public static Task<HubHost> StartAsync(params string[] settings) => StartInAsync(null, null, settings);

    /// <summary>Starts a hub.</summary>
    /// <param name="folder">A data folder to go on with, or null for a fresh one.</param>
    /// <param name="adjust">Last word on services.</param>
    /// <param name="settings">Configuration as <c>Section:Key=value</c>.</param>
    public static async Task<HubHost> StartInAsync(string? folder, Action<WebApplicationBuilder>? adjust = null, params string[] settings)
    {
        var own = folder is null;
        folder ??= CopyOf(await s_template.Value);
        var app = Build(folder, adjust, settings);
        try
        {
            await app.OpenAsync(Stop);
        }
        catch
        {
            await app.DisposeAsync();
            Remove(own ? folder : null);
            throw;
        }

        return new HubHost(app, folder, own);
    }

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    public HttpClient NewClient() => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };

    public Task<IReadOnlyList<string>> AddLeagueAsync(string id, string? hubAddress = "13:10/1") =>
        Get<LeagueAdmin>().AddAsync(new LeagueRequest(LeagueId.Parse(id), $"League {id}", hubAddress), Stop);

    /// <summary>Adds a board with seats such as <c>555B:2</c> or <c>555B:2@13:10/2</c>.</summary>
    public async Task<BoardCredentials> AddBoardAsync(string name, params string[] seats)
    {
        var requests = seats.Select(s => s.Split('@')).Select(s =>
        {
            var (league, index) = (s[0][..4], int.Parse(s[0][5..]));
            return new SeatRequest(LeagueId.Parse(league), index, s.Length > 1 ? s[1] : null);
        }).ToList();
        return (await Get<BbsAdmin>().AddAsync(name, requests, Stop)).Credentials;
    }

    /// <summary>Asks for a token as clients do.</summary>
    public Task<HttpResponseMessage> AskTokenAsync(string clientId, string secret, HttpClient? client = null) =>
        (client ?? Client).PostAsync("/service/api/v1/auth/token", TokenForm(clientId, secret), Stop);

    public static FormUrlEncodedContent TokenForm(string clientId, string secret) => new(new Dictionary<string, string>
    {
        ["grant_type"] = "client_credentials",
        ["client_id"] = clientId,
        ["client_secret"] = secret,
    });

    public async Task<string> TokenAsync(BoardCredentials board)
    {
        using var response = await AskTokenAsync(board.ClientId, board.ClientSecret);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("access_token").GetString()!;
    }

    /// <summary>A client that sends the board's token, and speaks below the prefix.</summary>
    public async Task<HttpClient> SignInAsync(BoardCredentials board)
    {
        var client = NewClient();
        client.BaseAddress = new Uri(Address, "/service/api/v1/");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(board));
        return client;
    }

    /// <summary>Waits for something that comes by itself.</summary>
    public static async Task UntilAsync(Func<Task<bool>> come, string what)
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (!await come())
        {
            Assert.True(DateTime.UtcNow < deadline, $"Waited in vain: {what}");
            await Task.Delay(20, Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
        Remove(_ownsFolder ? Folder : null);
    }

    private static void Remove(string? folder)
    {
        if (folder is not null)
        {
            // Or its connections wait, open, for the end of the process, and hundreds of hubs' together hold that up
            using (var connection = new SqliteConnection(SqliteSettings.ConnectionString(Path.Combine(folder, "novahub.db"))))
            {
                SqliteConnection.ClearPool(connection);
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static WebApplication Build(string folder, Action<WebApplicationBuilder>? adjust, string[] settings) => HubApp.Build(
        ["--Urls=http://127.0.0.1:0", $"--Storage:DataFolder={folder}", "--Serilog:MinimumLevel:Default=Fatal", "--Serilog:MinimumLevel:Override:Microsoft=Fatal", .. settings.Select(s => "--" + s)],
        builder =>
        {
            adjust?.Invoke(builder);
            builder.Services.TryAddSingleton(new SetupLinkOutlet(TextWriter.Null));
        });

    private static string CopyOf(string template)
    {
        var folder = Directory.CreateTempSubdirectory("novahub-").FullName;
        foreach (var file in Directory.EnumerateFiles(template, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(template, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return folder;
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("novahub-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var app = Build(folder, null, []);
        await app.OpenAsync(CancellationToken.None);
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        var path = Path.Combine(folder, "novahub.db");
        await using var connection = new SqliteConnection(SqliteSettings.ConnectionString(path));
        SqliteConnection.ClearPool(connection);
        return folder;
    }
}
