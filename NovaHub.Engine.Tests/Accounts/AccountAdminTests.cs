using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Accounts;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Accounts;

public sealed class AccountAdminTests : IAsyncLifetime
{
    private const string Good = "four words are plenty";

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private TestHub _hub = default!;
    private AccountAdmin _accounts = default!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        _accounts = new AccountAdmin(
            _hub.Get<IServiceScopeFactory>(), _hub.Get<IDbContextFactory<HubDb>>(), _clock, NullLogger<AccountAdmin>.Instance);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_new_hub_has_no_account_and_no_default_password()
    {
        Assert.False(await _accounts.AnyUserAsync(default));
    }

    [Fact]
    public async Task An_account_has_its_role_and_keeps_only_a_hash_of_its_password()
    {
        await _accounts.AddUserAsync(" Ada Lovelace ", HubRoles.Admin, Good, default);

        await using var scope = _hub.Get<IServiceScopeFactory>().CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<HubUser>>();
        var user = await users.FindByNameAsync("ada lovelace");
        Assert.NotNull(user);
        Assert.Equal([HubRoles.Admin], await users.GetRolesAsync(user));
        Assert.True(await users.CheckPasswordAsync(user, Good));
        Assert.DoesNotContain(Good, user.PasswordHash);
        Assert.True(await _accounts.AnyUserAsync(default));
    }

    [Theory]
    [InlineData("", HubRoles.Admin, Good, "name of 1 to 40")]
    [InlineData("   ", HubRoles.Admin, Good, "name of 1 to 40")]
    [InlineData("a\nb", HubRoles.Admin, Good, "name of 1 to 40")]
    [InlineData("12345678901234567890123456789012345678901", HubRoles.Admin, Good, "name of 1 to 40")]
    [InlineData("Ada", "root", Good, "it is admin or sysop")]
    [InlineData("Ada", HubRoles.Sysop, "nine chars", null)]
    [InlineData("Ada", HubRoles.Sysop, "9 letters", "at least 10 characters")]
    public async Task What_is_no_good_is_refused_with_the_reason(string name, string role, string password, string? reason)
    {
        if (reason is null)
        {
            await _accounts.AddUserAsync(name, role, password, default);
            return;
        }

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _accounts.AddUserAsync(name, role, password, default));
        Assert.Contains(reason, refused.Message);
        Assert.False(await _accounts.AnyUserAsync(default));
    }

    [Fact]
    public async Task A_name_is_taken_without_regard_to_case()
    {
        await _accounts.AddUserAsync("Ada", HubRoles.Admin, Good, default);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _accounts.AddUserAsync("ADA", HubRoles.Sysop, Good, default));
        Assert.Contains("already", refused.Message);
    }

    [Fact]
    public async Task A_set_up_link_makes_one_admin_and_is_used_then()
    {
        var token = await _accounts.CreateSetupLinkAsync(default);
        Assert.Equal(SetupLinkState.Good, await _accounts.LookAtSetupLinkAsync(token, default));

        await _accounts.UseSetupLinkAsync(token, "Ada", Good, default);

        Assert.Equal(SetupLinkState.Used, await _accounts.LookAtSetupLinkAsync(token, default));
        await Assert.ThrowsAsync<RefusedException>(() => _accounts.UseSetupLinkAsync(token, "Eve", Good, default));
    }

    [Fact]
    public async Task Of_twenty_who_press_at_once_one_becomes_admin()
    {
        var token = await _accounts.CreateSetupLinkAsync(default);

        var tries = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await Task.Run(() => _accounts.UseSetupLinkAsync(token, $"Ada {i}", Good, default));
                return 1;
            }
            catch (RefusedException)
            {
                return 0;
            }
        }));

        Assert.Equal(1, tries.Sum());
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        Assert.Equal(1, await db.Users.CountAsync());
    }

    [Fact]
    public async Task A_refused_password_leaves_the_link_good()
    {
        var token = await _accounts.CreateSetupLinkAsync(default);
        await Assert.ThrowsAsync<RefusedException>(() => _accounts.UseSetupLinkAsync(token, "Ada", "short", default));
        Assert.Equal(SetupLinkState.Good, await _accounts.LookAtSetupLinkAsync(token, default));
        await _accounts.UseSetupLinkAsync(token, "Ada", Good, default);
    }

    [Fact]
    public async Task A_link_expires_after_a_day()
    {
        var token = await _accounts.CreateSetupLinkAsync(default);
        _clock.Advance(AccountAdmin.SetupLinkLife);
        Assert.Equal(SetupLinkState.Expired, await _accounts.LookAtSetupLinkAsync(token, default));
        await Assert.ThrowsAsync<RefusedException>(() => _accounts.UseSetupLinkAsync(token, "Ada", Good, default));
        Assert.False(await _accounts.AnyUserAsync(default));
    }

    [Fact]
    public async Task A_new_link_voids_the_older_one()
    {
        var older = await _accounts.CreateSetupLinkAsync(default);
        var newer = await _accounts.CreateSetupLinkAsync(default);
        Assert.Equal(SetupLinkState.Expired, await _accounts.LookAtSetupLinkAsync(older, default));
        Assert.Equal(SetupLinkState.Good, await _accounts.LookAtSetupLinkAsync(newer, default));
    }

    [Fact]
    public async Task A_link_is_not_needed_once_there_is_an_account_and_makes_none()
    {
        var token = await _accounts.CreateSetupLinkAsync(default);
        await _accounts.AddUserAsync("Ada", HubRoles.Admin, Good, default);
        Assert.Equal(SetupLinkState.NotNeeded, await _accounts.LookAtSetupLinkAsync(token, default));
        await Assert.ThrowsAsync<RefusedException>(() => _accounts.UseSetupLinkAsync(token, "Eve", Good, default));
    }

    [Fact]
    public async Task An_invented_link_is_unknown()
    {
        await _accounts.CreateSetupLinkAsync(default);
        Assert.Equal(SetupLinkState.Unknown, await _accounts.LookAtSetupLinkAsync("0123", default));
    }

    [Fact]
    public async Task The_token_itself_is_kept_nowhere()
    {
        var token = await _accounts.CreateSetupLinkAsync(default);
        await using var db = await _hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        Assert.DoesNotContain(token, (await db.Set<SetupLink>().SingleAsync()).TokenHash);
    }
}
