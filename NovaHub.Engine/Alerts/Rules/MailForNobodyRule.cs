using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>Mail waits for a node that no board has: its board left, was not added yet, or a game's nodelist is an old one.</summary>
internal sealed class MailForNobodyRule(IDbContextFactory<HubDb> databases, HubDirectory directory) : IAlertRule
{
    private const int MostCounted = 1000;

    // From one node to the next by the waiting index: a seek for each, however much waits for them
    private const string Nodes = $"""
        WITH RECURSIVE n(dest) AS (
          SELECT (SELECT MIN("Dest") FROM "Packets" WHERE "LeagueId" = @p0 AND {LedgerSql.Waits})
          UNION ALL
          SELECT (SELECT MIN("Dest") FROM "Packets" WHERE "LeagueId" = @p0 AND "Dest" > n.dest AND {LedgerSql.Waits}) FROM n WHERE n.dest IS NOT NULL)
        SELECT dest AS "Value" FROM n WHERE dest IS NOT NULL
        """;

    public AlertKind Kind => AlertKind.MailForNobody;

    public IReadOnlyList<string> Topics { get; } = [Signal.Directory, Signal.Packets];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = new List<AlertCondition>();
        foreach (var league in directory.Current.Leagues.Values)
        {
            foreach (var node in await db.Database.SqlQueryRaw<int>(Nodes, league.Id.ToString()).ToListAsync(cancellationToken))
            {
                if (node == league.HubIndex || league.Members.ContainsKey(node))
                {
                    continue;
                }

                var waiting = db.Set<Packet>().Where(p => p.LeagueId == league.Id && p.Dest == node).Waiting();
                var count = await waiting.OrderBy(p => p.Id).Take(MostCounted).CountAsync(cancellationToken);
                found.Add(new AlertCondition(
                    $"nobody:{league.Id}:{node}", AlertWeight.Notice,
                    $"{(count == 1 ? "A packet waits" : $"{count}{(count == MostCounted ? " or more" : "")} packets wait")} for node {node} of {league.Id}, and no board has it.")
                {
                    League = league.Id,
                });
            }
        }

        return found;
    }
}
