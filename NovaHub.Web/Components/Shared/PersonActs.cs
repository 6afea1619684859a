using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Pages.Runs;

namespace NovaHub.Web.Components.Shared;

/// <summary>What came of something that was asked for on a page.</summary>
/// <typeparam name="T">What it gives.</typeparam>
/// <param name="Value">What it gave; nothing when it was refused.</param>
/// <param name="Refusal">Why not, in a sentence, or null.</param>
public sealed record ActAnswer<T>(T? Value, string? Refusal);

/// <summary>
/// Does what people ask for. Looks each time who they are: a button that is not shown can still be pressed. What it does is
/// told as theirs in the activity.
/// </summary>
internal sealed class PersonActs(AuthenticationStateProvider people, IAuthorizationService authorization)
{
    /// <summary>Does <paramref name="act"/> if the person may, and turns a refusal into an answer.</summary>
    public async Task<ActAnswer<T>> DoAsync<T>(string policy, Func<Task<T>> act)
    {
        var who = (await people.GetAuthenticationStateAsync()).User;
        if (!(await authorization.AuthorizeAsync(who, policy)).Succeeded)
        {
            return new ActAnswer<T>(default, RunActions.NotAllowed);
        }

        using var acting = ActingPerson.Begin(who.Identity?.Name);
        try
        {
            return new ActAnswer<T>(await act(), null);
        }
        catch (RefusedException refused)
        {
            return new ActAnswer<T>(default, refused.Message);
        }
    }
}
