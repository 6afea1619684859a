using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Web.Security;

namespace NovaHub.Web.Components.Pages.Runs;

/// <summary>What came of something that was asked for on a page.</summary>
/// <param name="RunId">The run to look at, or null.</param>
/// <param name="Refusal">Why not, in a sentence, or null.</param>
public sealed record RunAnswer(long? RunId, string? Refusal);

/// <summary>What people may do to runs. Asks each time who they are: a button that is not shown can still be pressed.</summary>
internal sealed class RunActions(RunControl control, AuthenticationStateProvider people, IAuthorizationService authorization)
{
    public const string NotAllowed = "Your account may not do this. An admin can.";

    public Task<RunAnswer> RunNowAsync(LeagueId league, CancellationToken cancellationToken) =>
        ActAsync(PeopleSecurity.SteersRuns, async who => await control.StartAsync(league, RunTrigger.ByHand, who, cancellationToken));

    public Task<RunAnswer> CancelAsync(long runId, CancellationToken cancellationToken) =>
        ActAsync(PeopleSecurity.SteersRuns, async _ =>
        {
            await control.CancelAsync(runId, cancellationToken);
            return runId;
        });

    public Task<ReprocessPlan> PlanReprocessAsync(long runId, CancellationToken cancellationToken) =>
        control.PlanReprocessAsync(runId, cancellationToken);

    public Task<RunAnswer> ReprocessAsync(long runId, CancellationToken cancellationToken) =>
        ActAsync(PeopleSecurity.Administers, async who => await control.ReprocessAsync(runId, who, cancellationToken));

    private async Task<RunAnswer> ActAsync(string policy, Func<string?, Task<long>> act)
    {
        ClaimsPrincipal who = (await people.GetAuthenticationStateAsync()).User;
        if (!(await authorization.AuthorizeAsync(who, policy)).Succeeded)
        {
            return new RunAnswer(null, NotAllowed);
        }

        try
        {
            return new RunAnswer(await act(who.Identity?.Name), null);
        }
        catch (RefusedException refused)
        {
            return new RunAnswer(null, refused.Message);
        }
    }
}
