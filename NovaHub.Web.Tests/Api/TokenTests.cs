using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;
using OpenIddict.EntityFrameworkCore.Models;

namespace NovaHub.Web.Tests.Api;

public sealed class TokenTests
{
    private const string TokenPath = "/service/api/v1/auth/token";

    [Fact]
    public async Task A_board_that_knows_its_secret_gets_a_token_for_a_day()
    {
        await using var hub = await HubHost.StartAsync();
        var board = await hub.AddBoardAsync("The Dive");
        using var response = await hub.AskTokenAsync(board.ClientId, board.ClientSecret);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal(["access_token", "expires_in", "token_type"], answer.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal("bearer", answer.Text("token_type"));
        Assert.Equal(86400, answer.GetProperty("expires_in").GetInt32());
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);

        // The token itself says the same
        var claims = System.Text.Json.JsonDocument.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode(answer.Text("access_token").Split('.')[1])).RootElement;
        Assert.Equal(86400, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task A_verified_token_names_its_board()
    {
        await using var hub = await HubHost.StartAsync();
        var credentials = await hub.AddBoardAsync("The Dive");
        using var board = await hub.SignInAsync(credentials);
        using var response = await board.GetAsync("auth/verify", HubHost.Stop);
        var answer = await response.JsonAsync();
        Assert.Equal(credentials.ClientId, answer.Text("client_id"));
        Assert.Equal("The Dive", answer.Text("bbs_name"));
        Assert.True(answer.GetProperty("is_active").GetBoolean());
        Assert.True(response.Headers.CacheControl is { Private: true, NoCache: true });
    }

    [Theory]
    [InlineData("grant_type=password&client_id=a&client_secret=b")]
    [InlineData("client_id=a&client_secret=b")]
    [InlineData("grant_type=client_credentials&client_secret=b")]
    [InlineData("grant_type=client_credentials&client_id=a")]
    [InlineData("grant_type=client_credentials&client_id=&client_secret=b")]
    [InlineData("grant_type=client_credentials&client_id=a&client_id=b&client_secret=c")]
    [InlineData("")]
    public async Task A_form_that_lacks_something_is_refused_with_400(string form)
    {
        await using var hub = await HubHost.StartAsync();
        using var response = await hub.Client.PostAsync(TokenPath, new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"), HubHost.Stop);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains(problem.Text("error"), (string[])["invalid_request", "unsupported_grant_type"]);
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Credentials_as_json_or_without_a_type_are_refused_with_400()
    {
        await using var hub = await HubHost.StartAsync();
        using var json = await hub.Client.PostAsync(TokenPath, new StringContent("""{"grant_type":"client_credentials"}""", Encoding.UTF8, "application/json"), HubHost.Stop);
        await json.ProblemAsync(HttpStatusCode.BadRequest);
        using var untyped = await hub.Client.PostAsync(TokenPath, new ByteArrayContent([1, 2, 3]), HubHost.Stop);
        await untyped.ProblemAsync(HttpStatusCode.BadRequest);
        using var large = await hub.Client.PostAsync(TokenPath, new StringContent("grant_type=" + new string('x', 20_000), Encoding.ASCII, "application/x-www-form-urlencoded"), HubHost.Stop);
        await large.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_wrong_id_a_wrong_secret_and_a_disabled_board_get_the_same_answer()
    {
        await using var hub = await HubHost.StartAsync();
        var board = await hub.AddBoardAsync("The Dive");
        var locked = await hub.AddBoardAsync("The Locked One");
        await hub.Get<BbsAdmin>().SetActiveAsync(locked.ClientId, false, HubHost.Stop);
        var bodies = new List<string>();
        foreach (var (id, secret) in new[] { (board.ClientId, "wrong"), ("nobody", "wrong"), (locked.ClientId, locked.ClientSecret), (board.ClientId.ToUpperInvariant(), board.ClientSecret) })
        {
            using var response = await hub.AskTokenAsync(id, secret);
            await response.ProblemAsync(HttpStatusCode.Unauthorized);
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
            bodies.Add(await response.Content.ReadAsStringAsync(HubHost.Stop) + string.Join("|", response.Headers.Where(h => h.Key != "Date").Select(h => h.Key + string.Join(",", h.Value))));
        }

        Assert.Single(bodies.Distinct());
    }

    [Fact]
    public async Task An_unknown_id_takes_the_time_of_a_wrong_secret()
    {
        await using var hub = await HubHost.StartAsync("FailedAttempts:PerAddress=1000", "FailedAttempts:PerClient=1000");
        var board = await hub.AddBoardAsync("The Dive");
        var (unknown, wrong) = (new List<double>(), new List<double>());
        for (var i = 0; i < 21; i++)
        {
            await Measure("nobody", unknown);
            await Measure(board.ClientId, wrong);
        }

        var ratio = Median(unknown) / Median(wrong);
        Assert.InRange(ratio, 1 / 3.0, 3);

        // Without the hash an unknown id would be far quicker: it costs thousands of rounds in both cases
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
        var real = Convert.FromBase64String((await db.Set<OpenIddictEntityFrameworkCoreApplication>().SingleAsync(HubHost.Stop)).ClientSecret!);
        var decoy = Convert.FromBase64String((string)typeof(Security.SecretDecoy)
            .GetField("_hash", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(hub.Get<Security.SecretDecoy>())!);
        Assert.Equal(real[..13], decoy[..13]);
        Assert.Equal(real.Length, decoy.Length);

        async Task Measure(string id, List<double> times)
        {
            var began = Stopwatch.GetTimestamp();
            using var response = await hub.AskTokenAsync(id, "wrong");
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
    }

    [Fact]
    public async Task Basic_credentials_are_taken_too()
    {
        await using var hub = await HubHost.StartAsync();
        var board = await hub.AddBoardAsync("The Dive");
        using var good = await AskAsync(board.ClientSecret);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var wrong = await AskAsync("wrong");
        await wrong.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(["Bearer", "Basic"], wrong.Headers.WwwAuthenticate.Select(c => c.Scheme));

        Task<HttpResponseMessage> AskAsync(string secret)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, TokenPath)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" }),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{board.ClientId}:{secret}")));
            return hub.Client.SendAsync(request, HubHost.Stop);
        }
    }

    [Fact]
    public async Task Several_tokens_of_one_board_are_good_side_by_side_and_by_every_name_of_the_hub()
    {
        await using var hub = await HubHost.StartAsync();
        var board = await hub.AddBoardAsync("The Dive");
        var (first, second) = (await hub.TokenAsync(board), await hub.TokenAsync(board));
        Assert.NotEqual(first, second);
        foreach (var (token, host) in new[] { (first, "localhost"), (second, "hub.example.org"), (first, "127.0.0.1") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/service/api/v1/me");
            request.Headers.Authorization = new AuthenticationHeaderValue("bEaReR", token);
            request.Headers.Host = $"{host}:{hub.Address.Port}";
            using var response = await hub.Client.SendAsync(request, HubHost.Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Without_a_good_token_everything_is_401()
    {
        await using var hub = await HubHost.StartAsync();
        var board = await hub.AddBoardAsync("The Dive");
        var token = await hub.TokenAsync(board);
        foreach (var header in new[] { null, "Bearer", "Bearer nonsense", $"Bearer {token}x", $"Basic {token}", $"Bearer {token.Split('.')[0]}..", "Bearer a.b.c" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/service/api/v1/me");
            if (header is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", header);
            }

            using var response = await hub.Client.SendAsync(request, HubHost.Stop);
            await response.ProblemAsync(HttpStatusCode.Unauthorized);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.First().Scheme);
        }

        // Neither the address nor a form nor a cookie carries a token
        using var inQuery = await hub.Client.GetAsync($"/service/api/v1/me?access_token={token}", HubHost.Stop);
        await inQuery.ProblemAsync(HttpStatusCode.Unauthorized);
        using var inForm = await hub.Client.PutAsync("/service/api/v1/leagues/555B/packets/555B0201.001",
            new FormUrlEncodedContent(new Dictionary<string, string> { ["access_token"] = token }), HubHost.Stop);
        await inForm.ProblemAsync(HttpStatusCode.Unauthorized);
        using var withCookie = new HttpRequestMessage(HttpMethod.Get, "/service/api/v1/me");
        withCookie.Headers.Add("Cookie", $"access_token={token}; novahub={token}");
        using var cookie = await hub.Client.SendAsync(withCookie, HubHost.Stop);
        await cookie.ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_of_another_hub_is_worth_nothing()
    {
        await using var hub = await HubHost.StartAsync();
        var board = await hub.AddBoardAsync("The Dive");
        var folder = Directory.CreateTempSubdirectory("novahub-").FullName;
        await using (var from = new SqliteConnection(SqliteSettings.ConnectionString(Path.Combine(hub.Folder, "novahub.db"))))
        await using (var to = new SqliteConnection($"Data Source={Path.Combine(folder, "novahub.db")};Pooling=False"))
        {
            await from.OpenAsync(HubHost.Stop);
            await to.OpenAsync(HubHost.Stop);
            from.BackupDatabase(to);
        }

        await using (var other = await HubHost.StartInAsync(folder))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/service/api/v1/me");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await hub.TokenAsync(board));
            using var response = await other.Client.SendAsync(request, HubHost.Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_disabled_board_and_a_rotated_secret_are_locked_out_at_once()
    {
        await using var hub = await HubHost.StartAsync();
        var admin = hub.Get<BbsAdmin>();
        var credentials = await hub.AddBoardAsync("The Dive");
        using var board = await hub.SignInAsync(credentials);
        await admin.SetActiveAsync(credentials.ClientId, false, HubHost.Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, (await board.GetAsync("me", HubHost.Stop)).StatusCode);

        // Let in again, it needs a new token
        await admin.SetActiveAsync(credentials.ClientId, true, HubHost.Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, (await board.GetAsync("me", HubHost.Stop)).StatusCode);
        using var again = await hub.SignInAsync(credentials);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("me", HubHost.Stop)).StatusCode);

        var rotated = await admin.RotateAsync(credentials.ClientId, HubHost.Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, (await again.GetAsync("me", HubHost.Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await hub.AskTokenAsync(credentials.ClientId, credentials.ClientSecret)).StatusCode);
        using var renewed = await hub.SignInAsync(rotated);
        Assert.Equal(HttpStatusCode.OK, (await renewed.GetAsync("me", HubHost.Stop)).StatusCode);
    }

    [Fact]
    public async Task Another_process_locks_a_board_out_within_a_second()
    {
        await using var hub = await HubHost.StartAsync();
        var credentials = await hub.AddBoardAsync("The Dive");
        using var board = await hub.SignInAsync(credentials);
        Assert.Equal(HttpStatusCode.OK, (await board.GetAsync("me", HubHost.Stop)).StatusCode);

        await using var other = await HubHost.StartInAsync(hub.Folder);
        await other.Get<BbsAdmin>().SetActiveAsync(credentials.ClientId, false, HubHost.Stop);
        var began = Stopwatch.GetTimestamp();
        await HubHost.UntilAsync(async () => (await board.GetAsync("me", HubHost.Stop)).StatusCode == HttpStatusCode.Unauthorized, "the lock-out");
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 1.5);
    }

    [Fact]
    public async Task A_secret_made_by_another_process_gives_a_token_that_lasts()
    {
        await using var hub = await HubHost.StartAsync();
        await using var other = await HubHost.StartInAsync(hub.Folder);
        // The first hub has not been told yet when the board asks
        var credentials = await other.AddBoardAsync("The Dive");
        using var board = await hub.SignInAsync(credentials);
        Assert.Equal(HttpStatusCode.OK, (await board.GetAsync("me", HubHost.Stop)).StatusCode);
        var rotated = await other.Get<BbsAdmin>().RotateAsync(credentials.ClientId, HubHost.Stop);
        using var renewed = await hub.SignInAsync(rotated);
        Assert.Equal(HttpStatusCode.OK, (await renewed.GetAsync("me", HubHost.Stop)).StatusCode);
        await hub.Get<HubDirectory>().RefreshAsync(HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, (await renewed.GetAsync("me", HubHost.Stop)).StatusCode);
    }

    [Fact]
    public async Task Tokens_outlive_a_restart_and_no_token_is_stored()
    {
        await using var hub = await HubHost.StartAsync();
        var credentials = await hub.AddBoardAsync("The Dive");
        var token = await hub.TokenAsync(credentials);
        await using var restarted = await HubHost.StartInAsync(hub.Folder);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/service/api/v1/me");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await restarted.Client.SendAsync(request, HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
        Assert.Equal(0, await db.Set<OpenIddictEntityFrameworkCoreToken>().CountAsync(HubHost.Stop));
        Assert.DoesNotContain(credentials.ClientSecret, (await db.Set<OpenIddictEntityFrameworkCoreApplication>().SingleAsync(HubHost.Stop)).ClientSecret);
    }

    [Fact]
    public async Task A_board_is_seen_when_it_speaks()
    {
        await using var hub = await HubHost.StartAsync();
        using var board = await hub.SignInAsync(await hub.AddBoardAsync("The Dive"));
        Assert.Null(Assert.Single(await hub.Get<BbsAdmin>().ListAsync(HubHost.Stop)).LastSeenAt);
        await board.GetAsync("me", HubHost.Stop);
        await HubHost.UntilAsync(async () => (await hub.Get<BbsAdmin>().ListAsync(HubHost.Stop))[0].LastSeenAt > DateTime.UtcNow.AddMinutes(-1), "the sighting");
    }

    [Fact]
    public async Task The_token_address_takes_nothing_but_post_and_publishes_nothing()
    {
        await using var hub = await HubHost.StartAsync();
        using var get = await hub.Client.GetAsync(TokenPath, HubHost.Stop);
        await get.ProblemAsync(HttpStatusCode.MethodNotAllowed);
        Assert.Equal("POST", Assert.Single(get.Content.Headers.Allow));
        foreach (var path in new[] { "/.well-known/openid-configuration", "/.well-known/jwks" })
        {
            using var response = await hub.Client.GetAsync(path, HubHost.Stop);
            Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
        }
    }
}
