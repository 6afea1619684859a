using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Security;

namespace NovaHub.Web.Components.Pages.Bbses;

/// <summary>A seat as somebody typed it.</summary>
public sealed class SeatForm
{
    public string League { get; set; } = "";

    public string Index { get; set; } = "";

    public string Address { get; set; } = "";

    /// <summary>The seat that is asked for.</summary>
    /// <exception cref="RefusedException">The league or the index is none.</exception>
    public SeatRequest Request()
    {
        if (!LeagueId.TryParse(League, out var league))
        {
            throw new RefusedException("Choose a league.");
        }

        return int.TryParse(Index.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new SeatRequest(league, index, Address.Trim() is { Length: > 0 } address ? address : null)
            : throw new RefusedException($"“{Index.Trim()}” is no BBS index: it is 1 to 255.");
    }

    /// <summary>The lowest index of a league that nobody has, or an empty text.</summary>
    public static string FreeIndex(LeagueEntry league) =>
        Enumerable.Range(BbsIndex.Min, BbsIndex.Max).Where(i => i != league.HubIndex && !league.Members.ContainsKey(i))
            .Select(i => i.ToString(CultureInfo.InvariantCulture)).FirstOrDefault("");
}

/// <summary>What admins may do to boards.</summary>
internal sealed class BoardActions(BbsAdmin boards, PersonActs acts)
{
    public Task<ActAnswer<(BoardCredentials Credentials, IReadOnlyList<string> Warnings)>> AddAsync(string name, SeatForm? seat) =>
        DoAsync(() => boards.AddAsync(name, seat is null ? [] : [seat.Request()], CancellationToken.None));

    public Task<ActAnswer<IReadOnlyList<string>>> ChangeAsync(string clientId, BbsEntry entry) =>
        DoAsync(() => boards.ChangeAsync(clientId, entry, CancellationToken.None));

    public Task<ActAnswer<IReadOnlyList<string>>> JoinAsync(string clientId, SeatForm seat) =>
        DoAsync(() => boards.JoinAsync(clientId, seat.Request(), CancellationToken.None));

    public Task<ActAnswer<IReadOnlyList<string>>> ChangeSeatAsync(string clientId, SeatForm seat) =>
        DoAsync(() => boards.ChangeSeatAsync(clientId, seat.Request(), CancellationToken.None));

    public Task<ActAnswer<IReadOnlyList<string>>> LeaveAsync(string clientId, LeagueId league) =>
        DoAsync(() => boards.LeaveAsync(clientId, league, CancellationToken.None));

    public Task<ActAnswer<BoardCredentials>> RotateAsync(string clientId) =>
        DoAsync(() => boards.RotateAsync(clientId, CancellationToken.None));

    public Task<ActAnswer<bool>> SetActiveAsync(string clientId, bool active) =>
        DoAsync(async () =>
        {
            await boards.SetActiveAsync(clientId, active, CancellationToken.None);
            return active;
        });

    private Task<ActAnswer<T>> DoAsync<T>(Func<Task<T>> act) => acts.DoAsync(PeopleSecurity.Administers, act);
}
