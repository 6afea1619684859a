using NovaHub.Engine.Games;
using NovaHub.Engine.Schedules;

namespace NovaHub.Web.Components.Pages.Dashboard;

/// <summary>A run that is planned.</summary>
/// <param name="League">The league.</param>
/// <param name="At">When, UTC.</param>
/// <param name="AfterMail">Because mail came in, or a try was not good; otherwise by cron.</param>
public sealed record NextRun(LeagueId League, DateTime At, bool AfterMail)
{
    /// <summary>The soonest runs of all leagues.</summary>
    public static IReadOnlyList<NextRun> Of(IReadOnlyDictionary<LeagueId, LeagueTimes> times, int most) =>
    [
        .. times.SelectMany(t => new[] { (t.Key, At: t.Value.Next, AfterMail: false), (t.Key, At: t.Value.AfterMail, AfterMail: true) })
            .Where(t => t.At is not null).Select(t => new NextRun(t.Key, t.At!.Value, t.AfterMail))
            .OrderBy(r => r.At).ThenBy(r => r.League).Take(most),
    ];
}
