using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>The latest run of a league was not good. One that somebody cancelled says nothing, neither good nor bad.</summary>
internal sealed class RunNotGoodRule(IDbContextFactory<HubDb> databases, HubDirectory directory) : IAlertRule
{
    // A league that has failed for weeks is counted no further
    private const int MostCounted = 999;

    public AlertKind Kind => AlertKind.RunNotGood;

    public IReadOnlyList<string> Topics { get; } = [Signal.Runs, Signal.Directory];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = new List<AlertCondition>();
        foreach (var league in directory.Current.Leagues.Keys)
        {
            if (await LatestAsync(db, league, cancellationToken) is { } run)
            {
                found.Add(run);
            }
        }

        return found;
    }

    private static async Task<AlertCondition?> LatestAsync(HubDb db, LeagueId league, CancellationToken cancellationToken)
    {
        var judged = db.Set<Run>().AsNoTracking().Where(r => r.LeagueId == league && r.EndedAt != null && r.Outcome != RunOutcome.Cancelled);
        var latest = await judged.OrderByDescending(r => r.Id).FirstOrDefaultAsync(cancellationToken);
        if (latest is null or { Outcome: RunOutcome.Good })
        {
            return null;
        }

        var good = await db.Set<Run>().Where(r => r.LeagueId == league && r.Outcome == RunOutcome.Good).MaxAsync(r => (long?)r.Id, cancellationToken) ?? 0;
        return new AlertCondition(
            $"run:{league}", WeightOf(latest.Outcome), $"Run {latest.Id} of {league} was not good. {latest.Summary}".TrimEnd())
        {
            League = league,
            RunId = latest.Id,
            Times = await judged.Where(r => r.Id > good).OrderBy(r => r.Id).Take(MostCounted).CountAsync(cancellationToken),
        };
    }

    // What the next run mends by itself weighs less
    private static AlertWeight WeightOf(RunOutcome? outcome) =>
        outcome is RunOutcome.Incomplete or RunOutcome.GameInUse or RunOutcome.Interrupted ? AlertWeight.Notice : AlertWeight.Bad;
}
