using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Accounts;
using NovaHub.Engine.Runs;
using NovaHub.Web.Security;
using NovaHub.Web.Tests.Browser;

namespace NovaHub.Web.Tests.Components;

/// <summary>The door, over a real socket.</summary>
public sealed partial class SignInTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/runs/1")]
    [InlineData("/runs/1/files/SCORES.ANS")]
    [InlineData("/leagues")]
    [InlineData("/bbses")]
    [InlineData("/nowhere")]
    public async Task A_stranger_is_sent_to_the_sign_in_page(string path)
    {
        await using var hub = await ConsoleHub.StartAsync();
        using var client = Client(hub);
        client.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal($"/login?ReturnUrl={Uri.EscapeDataString(path)}", answer.Headers.Location!.PathAndQuery);
    }

    [Theory]
    [InlineData("/service/api/v1/leagues")]
    [InlineData("/service/api/v1/nothing/here")]
    public async Task The_service_API_never_sends_anybody_to_a_page(string path)
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        using var client = Client(hub);
        Assert.InRange((int)(await client.GetAsync(path)).StatusCode, 401, 404);
        // Nor does a person's cookie open it
        await SignInAsync(client, ConsoleHub.Admin, ConsoleHub.Password);
        Assert.InRange((int)(await client.GetAsync(path)).StatusCode, 401, 404);
    }

    [Fact]
    public async Task Everything_is_closed_but_what_is_known_to_be_open()
    {
        await using var hub = await ConsoleHub.StartAsync();
        var open = hub.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => !p.StartsWith("/service", StringComparison.Ordinal) && !p.StartsWith("/health", StringComparison.Ordinal))
            .Where(p => !IsAsset().IsMatch(p)).Distinct().Order();
        Assert.Equal(["/forbidden", "/login", "/logout", "/problem/{Code:int}", "/setup/{Token}"], open);
    }

    [Fact]
    public async Task Name_and_password_open_the_door_with_a_cookie_that_scripts_can_t_read()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        using var client = Client(hub);
        var answer = await SignInAsync(client, ConsoleHub.Admin.ToLowerInvariant(), ConsoleHub.Password, "/runs");
        Assert.Equal("/runs", answer.Headers.Location!.ToString().Replace(hub.Address, "", StringComparison.Ordinal));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("novahub=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=lax", cookie);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/runs")).StatusCode);
    }

    [Theory]
    [InlineData(ConsoleHub.Admin, "wrong password")]
    [InlineData("Nobody", ConsoleHub.Password)]
    public async Task A_wrong_name_and_a_wrong_password_get_the_same_answer(string name, string password)
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        using var client = Client(hub);
        var answer = await SignInAsync(client, name, password);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("The name or the password is wrong.", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Ten_wrong_passwords_lock_the_account_and_only_its_owner_is_told()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        using var client = Client(hub);
        for (var i = 0; i < 10; i++)
        {
            await SignInAsync(client, ConsoleHub.Admin, "wrong password");
        }

        Assert.Contains("The name or the password is wrong.", await (await SignInAsync(client, ConsoleHub.Admin, "wrong password")).Content.ReadAsStringAsync());
        Assert.Contains("This account is locked", await (await SignInAsync(client, ConsoleHub.Admin, ConsoleHub.Password)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task One_address_can_t_try_without_end()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        using var client = Client(hub);
        for (var i = 0; i < SignInLimiter.AttemptsPerMinute; i++)
        {
            await SignInAsync(client, $"Nobody {i}", "wrong password");
        }

        Assert.Contains("Too many attempts", await (await SignInAsync(client, ConsoleHub.Admin, ConsoleHub.Password)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Signing_out_needs_a_token_of_this_site()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        using var client = Client(hub);
        await SignInAsync(client, ConsoleHub.Admin, ConsoleHub.Password);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/logout", new FormUrlEncodedContent([]))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/runs")).StatusCode);
    }

    [Fact]
    public async Task An_account_whose_stamp_changed_is_out()
    {
        await using var hub = await ConsoleHub.StartAsync(adjust: b => b.Services.PostConfigure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.Zero));
        await hub.AddPeopleAsync();
        using var client = Client(hub);
        await SignInAsync(client, ConsoleHub.Sysop, ConsoleHub.Password);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/runs")).StatusCode);
        await using (var scope = hub.App.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<HubUser>>();
            await users.DeleteAsync((await users.FindByNameAsync(ConsoleHub.Sysop))!);
        }

        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/runs")).StatusCode);
    }

    [Fact]
    public async Task Pages_carry_a_strict_policy_with_a_new_nonce_each_time()
    {
        await using var hub = await ConsoleHub.StartAsync();
        using var client = Client(hub);
        var first = (await client.GetAsync("/login")).Headers.GetValues("Content-Security-Policy").Single();
        var second = (await client.GetAsync("/login")).Headers.GetValues("Content-Security-Policy").Single();
        Assert.NotEqual(first, second);
        Assert.Contains("default-src 'self'; script-src 'self' 'nonce-", first);
        Assert.DoesNotContain("unsafe-eval", first);
        Assert.Contains("frame-ancestors 'none'", first);
    }

    [Fact]
    public async Task A_file_of_a_run_comes_as_a_file_and_never_as_a_page()
    {
        await using var hub = await ConsoleHub.StartAsync();
        await hub.AddPeopleAsync();
        var league = await hub.AddLeagueAsync();
        var html = "<script>alert(1)</script>"u8.ToArray();
        var hash = System.Security.Cryptography.SHA256.HashData(html);
        await using (var db = await hub.Get<IDbContextFactory<Engine.Storage.HubDb>>().CreateDbContextAsync())
        {
            db.AddRange(
                ConsoleContext.EndedRun(league, 1, RunOutcome.Good, ""),
                new Engine.Packets.Content { Sha256 = hash, Bytes = html },
                new RunFile { RunId = 1, Name = "EVIL.HTM", Sha256 = hash, Size = html.Length });
            await db.SaveChangesAsync();
        }

        using var client = Client(hub);
        await SignInAsync(client, ConsoleHub.Sysop, ConsoleHub.Password);
        var answer = await client.GetAsync("/runs/1/files/EVIL.HTM");
        Assert.Equal(html, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/runs/1/files/OTHER.HTM")).StatusCode);
    }

    [Fact]
    public async Task The_link_is_printed_only_while_there_is_no_account()
    {
        var folder = Directory.CreateTempSubdirectory("novahub-web-").FullName;
        await using (var hub = await ConsoleHub.StartAsync(folder))
        {
            Assert.Contains($"{hub.Address}/setup/", hub.Printed);
            await hub.AddPeopleAsync();
        }

        await using (var hub = await ConsoleHub.StartAsync(folder))
        {
            Assert.Empty(hub.Printed);
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static HttpClient Client(ConsoleHub hub) =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(hub.Address) };

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient client, string name, string password, string? returnUrl = null)
    {
        var address = "/login" + (returnUrl is null ? "" : $"?ReturnUrl={Uri.EscapeDataString(returnUrl)}");
        var token = Token().Match(await client.GetStringAsync(address)).Groups["token"].Value;
        return await client.PostAsync(address, new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = token, ["_handler"] = "login", ["Input.Name"] = name, ["Input.Password"] = password,
        }));
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"(?<token>[^\"]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"\.(css|mjs|js|svg|woff2|map|gz|br)$|LICENSE|^/_", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IsAsset();
}
