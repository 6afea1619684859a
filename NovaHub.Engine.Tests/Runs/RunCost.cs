using System.Globalization;
using NovaHub.Engine.Runs;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>Measures; the figure is for people. The bench project holds the hub to its limits.</summary>
public class RunCost
{
    [Fact(Explicit = true)]
    public async Task Hub_time_around_a_run_of_100_packets()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => hub.SendAsync(league, 2, (round * 100) + i)));
            var began = TimeProvider.System.GetTimestamp();
            var report = await hub.RunAsync(league);
            var all = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
            Assert.Equal(100, report.Run.Consumed);
            var run = report.Run;
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: hub {all - run.EmulatorMs:F0} ms, emulator {run.EmulatorMs} ms; before play {(run.PlayStartedAt - run.StartedAt)!.Value.TotalMilliseconds:F0}, play around emulator {(run.PlayEndedAt - run.PlayStartedAt)!.Value.TotalMilliseconds - run.EmulatorMs:F0}, verify {(run.VerifiedAt - run.PlayEndedAt)!.Value.TotalMilliseconds:F0}, collect {(run.CollectedAt - run.VerifiedAt)!.Value.TotalMilliseconds:F0}, rest {(run.EndedAt - run.CollectedAt)!.Value.TotalMilliseconds:F0}"));
        }
    }
}
