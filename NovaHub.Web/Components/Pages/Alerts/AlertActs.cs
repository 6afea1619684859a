using NovaHub.Engine.Activities;
using NovaHub.Engine.Alerts;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Security;

namespace NovaHub.Web.Components.Pages.Alerts;

/// <summary>What admins and sysops may do about alerts.</summary>
internal sealed class AlertActs(AlertDesk desk, PersonActs acts)
{
    public Task<ActAnswer<int>> AcknowledgeAsync(IReadOnlyCollection<long> ids) => DoAsync(who => desk.AcknowledgeAsync(ids, who, CancellationToken.None));

    public Task<ActAnswer<int>> ResolveAsync(IReadOnlyCollection<long> ids) => DoAsync(who => desk.ResolveAsync(ids, who, CancellationToken.None));

    public Task<ActAnswer<int>> NoteAsync(long id, string text) => DoAsync(async who =>
    {
        await desk.NoteAsync(id, who, text, CancellationToken.None);
        return 1;
    });

    private Task<ActAnswer<int>> DoAsync(Func<string?, Task<int>> act) => acts.DoAsync(PeopleSecurity.SteersRuns, () => act(ActingPerson.Name));
}
