using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Alerts.Rules;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Alerts;

/// <summary>What the hub reads every minute for its alerts is found by indexes, however much is kept.</summary>
public class AlertCostTests
{
    // Tables that grow with the years; leagues, boards and seats are a handful
    private static readonly string[] s_growing = ["Packets", "Runs", "Activities", "Alerts", "BbsHours"];

    [Fact]
    public async Task No_look_walks_through_a_table_that_grows()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        await bench.StoreAsync(
            new Run { Id = 1, LeagueId = league, StartedAt = bench.Now, EndedAt = bench.Now, Outcome = RunOutcome.Failed },
            new Alert { Key = "other", Sentence = "Open.", RaisedAt = bench.Now, ChangedAt = bench.Now });
        await bench.Hub.SendAsync(league, 2, 1);
        var plans = new Plans(bench.Hub.Get<StorageOptions>());
        var databases = new Watched(bench.Hub.Get<StorageOptions>(), plans);
        using var habits = new BoardHabits(databases, bench.Hub.Get<GroupCommit>(), bench.Clock);
        await habits.BeginAsync(null, default);
        await bench.SpokeAsync(bench.Hub.Get<HubDirectory>().Current.Leagues[league].Members[2].Id, TimeSpan.FromHours(9), Enumerable.Range(9, 300));

        IAlertRule[] rules =
        [
            new RunNotGoodRule(databases, bench.Hub.Get<HubDirectory>()),
            new BoardQuietRule(habits, new WaitingMail(databases), bench.Hub.Get<HubDirectory>()),
            new LeagueStoppedRule(databases, bench.Machines, bench.Clock),
            new UploadsRefusedRule(databases, bench.Hub.Get<HubDirectory>(), bench.Clock),
        ];
        foreach (var rule in rules)
        {
            await rule.LookAsync(default);
        }

        plans.Explain(AlertKeeper.OpenOnes, []);
        plans.Explain(AlertKeeper.LatestBy("BbsId"), [("@p0", 1), ("@p1", "quiet:1")]);
        plans.Explain(AlertKeeper.LatestBy("LeagueId"), [("@p0", "900B"), ("@p1", "run:900B")]);
        plans.Explain("""DELETE FROM "BbsHours" WHERE "BbsId" IN (SELECT "Id" FROM "Bbses") AND "Hour" < '2026-01-01'""", []);
        Assert.True(plans.Seen.Count > 12);
        // The queue itself is as small as what waits, and a list of values is no table
        Assert.DoesNotContain(plans.Seen, p => p.Step.StartsWith("SCAN ", StringComparison.Ordinal) && s_growing.Any(t => p.Sql.Contains($"\"{t}\""))
            && !p.Step.Contains("IX_Packets_Waiting") && !p.Step.Contains("VIRTUAL TABLE") && p.Step is not ("SCAN Bbses" or "SCAN r0"));
        // Nor is all of one kind, or of one league, walked through
        Assert.DoesNotContain(plans.Seen, p => p.Step.Contains("IX_Alerts_Kind"));
        Assert.DoesNotContain(plans.Seen, p => p.Step.Contains("IX_Activities_Kind (Kind=?)"));
        // “SEARCH a” without an index is a least id that is looked for from the oldest row on
        Assert.DoesNotContain(plans.Seen, p => p.Step is "SEARCH a" or "SEARCH r" or "SEARCH p" or "SEARCH b0");
        Assert.DoesNotContain(plans.Seen, p => p.Sql.Contains("\"Runs\"") && p.Step.Contains("B-TREE"));
    }

    private sealed class Watched(StorageOptions storage, Plans plans) : IDbContextFactory<HubDb>
    {
        public HubDb CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<HubDb>();
            options.UseHubSqlite(storage.DatabasePath).AddInterceptors(plans);
            return new HubDb(options.Options);
        }
    }

    /// <summary>Has SQLite explain each query that is asked.</summary>
    private sealed class Plans(StorageOptions storage) : DbCommandInterceptor
    {
        public List<(string Sql, string Step)> Seen { get; } = [];

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Explain(command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value))]);
            return base.ReaderExecutingAsync(command, eventData, result, cancellationToken);
        }

        public void Explain(string sql, IReadOnlyList<(string Name, object? Value)> parameters)
        {
            using var connection = new Microsoft.Data.Sqlite.SqliteConnection(SqliteSettings.ConnectionString(storage.DatabasePath));
            connection.Open();
            using var explain = connection.CreateCommand();
            explain.CommandText = "EXPLAIN QUERY PLAN " + sql;
            foreach (var (name, value) in parameters)
            {
                explain.Parameters.AddWithValue(name, value ?? DBNull.Value);
            }

            using var steps = explain.ExecuteReader();
            while (steps.Read())
            {
                Seen.Add((sql, steps.GetString(3)));
            }
        }
    }
}
