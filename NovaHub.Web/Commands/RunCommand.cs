using System.CommandLine;
using NovaHub.Engine.Games;
using NovaHub.Engine.Runs;

namespace NovaHub.Web.Commands;

/// <summary><c>run</c>: a run now, in this process, with its progress on the terminal.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var league = new Argument<string>("LEAGUE") { Description = "The league, such as 555B" };
        var command = new Command("run", "Run a league's game now") { league };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var control = hub.Get<RunControl>();
            var id = LeagueId.Parse(parsed.GetRequiredValue(league).ToUpperInvariant());
            // From here the run is in the feed: nothing it says is missed
            using var subscription = hub.Get<LiveRuns>().Feed.Subscribe();
            var runId = await control.StartAsync(id, RunTrigger.ByHand, Environment.UserName, cancellationToken);
            await using var cancelling = cancellationToken.Register(() => _ = control.CancelAsync(runId, CancellationToken.None));
            using var over = new CancellationTokenSource();
            var showing = parsed.GetValue(HubCommands.Json) ? Task.CompletedTask : ShowAsync(subscription, runId, over.Token);
            try
            {
                await control.WaitAsync(runId, CancellationToken.None);
            }
            finally
            {
                // A run that this process could not end, because it lost the league for example, never shows an end
                over.CancelAfter(s_lastWords);
                await showing;
            }

            var report = (await hub.Get<RunHistory>().FindAsync(runId, CancellationToken.None))!;
            Answer.Write(parsed, Document(report), () => Lines(report));
            return report.Run.Outcome == RunOutcome.Good ? 0 : 1;
        });
        return command;
    }

    private static async Task ShowAsync(Engine.Live.LiveSubscription<RunsNow, RunGlance> subscription, long runId, CancellationToken over)
    {
        var last = "";
        await foreach (var batch in subscription.Batches(s_interval, TimeProvider.System, over))
        {
            foreach (var glance in batch.Where(g => g.RunId == runId))
            {
                var line = glance.Phase is { } phase ? $"{glance.Step}: {phase}" : glance.Step.ToString();
                if (line != last && glance.EndedAt is null)
                {
                    Console.WriteLine(last = line);
                }

                if (glance.EndedAt is not null)
                {
                    return;
                }
            }
        }
    }

    private static object Document(RunReport report) => new
    {
        RunId = report.Run.Id,
        LeagueId = report.Run.LeagueId.ToString(),
        Outcome = report.Run.Outcome?.ToString(),
        report.Run.Summary,
        report.Run.Staged,
        report.Run.Consumed,
        report.Run.Unconsumed,
        report.Run.Doubtful,
        report.Run.Written,
        report.Run.StartedAt,
        report.Run.EndedAt,
        Verdicts = report.Verdicts.Select(v => new { Kind = v.Kind.ToString(), Weight = v.Weight.ToString(), v.Sentence }),
    };

    private static IEnumerable<string> Lines(RunReport report) =>
    [
        .. report.Verdicts.Select(v => $"  {Mark(v.Weight)} {v.Sentence}"),
        report.Run.EndedAt is null
            ? $"Run {report.Run.Id} of {report.Run.LeagueId} broke and could not be closed. The hub closes it by what it finds; until then what it staged waits."
            : $"Run {report.Run.Id} of {report.Run.LeagueId}: {report.Run.Outcome}. {report.Run.Summary}",
    ];

    private static string Mark(VerdictWeight weight) => weight switch
    {
        VerdictWeight.Good => "ok ",
        VerdictWeight.Notice => "see",
        _ => "BAD",
    };
}
