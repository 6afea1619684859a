using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using NovaHub.Engine.Accounts;
using NovaHub.Engine.Activities;

namespace NovaHub.Web.Security;

/// <summary>How often one address may try to sign in, right or wrong.</summary>
internal sealed class SignInLimiter : IDisposable
{
    /// <summary>Attempts of one address in a minute.</summary>
    public const int AttemptsPerMinute = 20;

    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(address, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = AttemptsPerMinute,
            Window = TimeSpan.FromMinutes(1),
            SegmentsPerWindow = 6,
            QueueLimit = 0,
        }));

    /// <summary>Counts an attempt and says whether it may go on.</summary>
    public bool TryTake(IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(address?.ToString() ?? "");
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}

/// <summary>Signs people in. A wrong name takes as long as a wrong password and gets the same answer.</summary>
internal sealed class PeopleSignIn(SignInManager<HubUser> signIn, UserManager<HubUser> users, SignInLimiter limiter, ActivityLog activities, IHttpContextAccessor http)
{
    private const string Wrong = "The name or the password is wrong.";

    /// <summary>Signs in with name and password.</summary>
    /// <returns>Null, or the sentence that says why not.</returns>
    public async Task<string?> SignInAsync(string name, string password, bool stay)
    {
        if (!limiter.TryTake(http.HttpContext?.Connection.RemoteIpAddress))
        {
            return "Too many attempts from your address. Wait a minute and try again.";
        }

        var user = await users.FindByNameAsync(name.Trim());
        if (user is null)
        {
            users.PasswordHasher.HashPassword(new HubUser(), password);
            return Wrong;
        }

        var result = await signIn.PasswordSignInAsync(user, password, stay, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            await TellAsync(user);
        }

        // Only who knows the password is told that the account is locked
        return result.Succeeded ? null
            : result.IsLockedOut && await users.CheckPasswordAsync(user, password)
                ? "This account is locked for a few minutes after too many wrong passwords. Wait five minutes and try again."
                : Wrong;
    }

    /// <summary>Signs in somebody whose account was made a moment ago.</summary>
    public async Task SignInNewAsync(string name)
    {
        if (await users.FindByNameAsync(name.Trim()) is { } user)
        {
            await signIn.SignInAsync(user, isPersistent: true);
            await TellAsync(user);
        }
    }

    private Task TellAsync(HubUser user) =>
        activities.AddAsync(new Activity { Kind = ActivityKind.SignedIn, Sentence = $"{user.UserName} signed in.", Who = user.UserName });

    /// <summary>The path to go to after signing in: one of this site's own pages, otherwise the dashboard.</summary>
    public static string LocalUrl(string? url) =>
        url is ['/', ..] && url is not (['/', '/' or '\\', ..]) && !url.Any(char.IsControl)
        && !url.StartsWith("/login", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("/logout", StringComparison.OrdinalIgnoreCase)
            ? url
            : "/";
}
