using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Pages.Runs;
using NovaHub.Web.Security;

namespace NovaHub.Web.Components.Pages.Packets;

/// <summary>What people may do to packets. Asks each time who they are: a button that is not shown can still be pressed.</summary>
internal sealed class PacketActions(PacketRequeue requeue, AuthenticationStateProvider people, IAuthorizationService authorization)
{
    public Task<RequeuePlan> PlanAsync(long packetId, CancellationToken cancellationToken) => requeue.PlanAsync(packetId, cancellationToken);

    /// <summary>Puts the packet back.</summary>
    /// <returns>Why not, in a sentence, or null when it is done.</returns>
    public async Task<string?> RequeueAsync(long packetId, CancellationToken cancellationToken)
    {
        var who = (await people.GetAuthenticationStateAsync()).User;
        if (!(await authorization.AuthorizeAsync(who, PeopleSecurity.Administers)).Succeeded)
        {
            return RunActions.NotAllowed;
        }

        try
        {
            await requeue.RequeueAsync(packetId, who.Identity?.Name, cancellationToken);
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Message;
        }
    }
}
