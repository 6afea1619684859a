using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Accounts;

/// <summary>Registration of people's accounts.</summary>
public static class AccountServices
{
    /// <summary>Adds <see cref="AccountAdmin"/> and the account store. Signing in is the web's part.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddIdentityCore<HubUser>(o =>
            {
                // Length is what helps; rules of composition make passwords worse
                o.Password.RequiredLength = AccountAdmin.ShortestPassword;
                o.Password.RequiredUniqueChars = 1;
                o.Password.RequireDigit = false;
                o.Password.RequireLowercase = false;
                o.Password.RequireUppercase = false;
                o.Password.RequireNonAlphanumeric = false;
                o.User.AllowedUserNameCharacters = "";
                o.Lockout.AllowedForNewUsers = true;
                o.Lockout.MaxFailedAccessAttempts = 10;
                o.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<HubDb>();
        services.AddSingleton<AccountAdmin>();
        return services;
    }
}
