using Microsoft.AspNetCore.Components.Authorization;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Security;
using NovaHub.Web.Settings;

namespace NovaHub.Web.Components.Pages.Settings;

/// <summary>What admins may do to settings.</summary>
internal sealed class SettingsActions(SettingsAdmin settings, PersonActs acts, AuthenticationStateProvider people)
{
    public Task<ActAnswer<SettingsAnswer>> ChangeAsync(IReadOnlyList<SettingChange> changes) => acts.DoAsync(
        PeopleSecurity.Administers,
        async () => await settings.ChangeAsync(changes, (await people.GetAuthenticationStateAsync()).User.Identity?.Name, CancellationToken.None));
}
