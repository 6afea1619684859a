using System.Diagnostics;
using Microsoft.Data.Sqlite;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;

namespace NovaHub.Bench;

/// <summary>Runs of the sandbox game under the real emulator, each with a hundred packets, and the hub's own part of their time.</summary>
internal sealed class GameRuns(HubProcess hub, HubData data, Report report)
{
    private const int Packets = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public async Task MeasureAsync(int runs, Func<int, Task<string>> tokenOf)
    {
        var own = new List<double>();
        var lines = new List<string>();
        for (var i = 0; i < runs; i++)
        {
            var run = await OneAsync(i, tokenOf);
            own.Add(run.HubMs);
            lines.Add($"{run.HubMs:F0} ms of {run.WholeMs:F0} ms ({run.Parts})");
        }

        var best = Statistics.Median(own);
        report.Add(new Row($"hub time around a run of {Packets} packets", $"{best:F0} ms: {string.Join("; ", lines)}", "", "", "≤ 100 ms", best <= 100));
    }

    private async Task<(double HubMs, double WholeMs, string Parts)> OneAsync(int round, Func<int, Task<string>> tokenOf)
    {
        var before = Latest(0)?.Id ?? 0;
        using (var wire = await HttpWire.ConnectAsync(hub.Port))
        {
            for (var i = 0; i < Packets; i++)
            {
                var source = HubData.FirstBoard + (i % 2);
                var name = new PacketName(LeagueId.Parse(HubData.GameLeague), source, 1, (round * Packets / 2) + (i / 2));
                var body = BrePacketWriter.Write((uint)(i + 1), [new BreRecord(0x1A, (byte)source, 1, [1, 2, 3, 4, 5, 6, (byte)round, (byte)i])]);
                var reply = await wire.SendAsync(Requests.Put($"{Requests.Api}/leagues/{HubData.GameLeague}/packets/{name}", await tokenOf(source), body));
                if (reply.Status != 200)
                {
                    throw new InvalidOperationException($"{name}: unexpected answer {reply.Status}: {reply.Text}");
                }
            }
        }

        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Latest(before) is { } run)
            {
                return run.Outcome == "Good" && run.Consumed == Packets
                    ? (run.HubMs, run.WholeMs, run.Parts)
                    : throw new InvalidOperationException($"The run was not good: {run.Outcome}, {run.Consumed} of {Packets} packets read. {run.Summary}");
            }

            if (Stopwatch.GetElapsedTime(began) > s_patience)
            {
                throw new InvalidOperationException("The hub did not run its game within a minute.");
            }

            await Task.Delay(100);
        }
    }

    private Ended? Latest(long after)
    {
        using var connection = new SqliteConnection($"Data Source={data.Database};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT "Id", "Outcome", "Consumed", "EmulatorMs", "StartedAt", "EndedAt", "StagedAt", "PlayStartedAt", "PlayEndedAt", "VerifiedAt", "CollectedAt", "ReportedAt", "Summary"
            FROM "Runs" WHERE "EndedAt" IS NOT NULL AND "Id" > @after ORDER BY "Id" DESC LIMIT 1
            """;
        command.Parameters.AddWithValue("@after", after);
        using var row = command.ExecuteReader();
        if (!row.Read())
        {
            return null;
        }

        DateTime At(int column) => row.IsDBNull(column) ? default : row.GetDateTime(column);
        double Part(int from, int to) => (At(to) - At(from)).TotalMilliseconds;
        var whole = Part(4, 5);
        return new Ended(
            row.GetInt64(0), row.GetString(1), row.GetInt32(2), whole - row.GetInt64(3), whole,
            $"stage {Part(4, 6):F0}, play {Part(7, 8):F0}, verify {Part(8, 9):F0}, collect {Part(9, 10):F0}, report {Part(10, 11):F0}, rest {Part(11, 5):F0}; emulator {row.GetInt64(3)}",
            row.IsDBNull(12) ? "" : row.GetString(12));
    }

    private sealed record Ended(long Id, string Outcome, int Consumed, double HubMs, double WholeMs, string Parts, string Summary);
}
