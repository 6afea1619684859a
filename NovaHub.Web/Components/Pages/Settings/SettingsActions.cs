using NovaHub.Engine.Activities;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Security;
using NovaHub.Web.Settings;

namespace NovaHub.Web.Components.Pages.Settings;

/// <summary>What admins may do to settings.</summary>
internal sealed class SettingsActions(SettingsAdmin settings, PersonActs acts)
{
    public Task<ActAnswer<SettingsAnswer>> ChangeAsync(IReadOnlyList<SettingChange> changes) => acts.DoAsync(
        PeopleSecurity.Administers, () => settings.ChangeAsync(changes, ActingPerson.Name, CancellationToken.None));
}
