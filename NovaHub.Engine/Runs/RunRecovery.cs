using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Runs;

/// <summary>
/// Closes runs whose process died, by the evidence: the row's dates and the game folder. Packets that the game had read
/// are consumed, the others are queued again, what it wrote is taken in. The caller holds the league's lease.
/// </summary>
internal sealed class RunRecovery(RunTools tools, LiveRuns lives, ILogger<RunRecovery> log)
{
    /// <summary>Judges and closes every open run of the league but <paramref name="except"/>.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RecoverAsync(League league, long except, CancellationToken cancellationToken)
    {
        List<Run> open;
        await using (var db = await tools.Databases.CreateDbContextAsync(cancellationToken))
        {
            open = await db.Set<Run>().AsNoTracking()
                .Where(r => r.LeagueId == league.Id && r.EndedAt == null && r.Id != except).OrderBy(r => r.Id).ToListAsync(cancellationToken);
        }

        foreach (var run in open)
        {
            await RecoverAsync(league, run);
        }

        return open.Count;
    }

    private async Task RecoverAsync(League league, Run run)
    {
        // A killed hub leaves its emulator behind; while that lives nothing in the folder is evidence
        var killed = 0;
        foreach (var step in new[] { "play", "report" })
        {
            killed += await tools.Machines.KillLeftoversAsync(RunExecution.SessionId(tools.Storage, run.Id, step));
        }

        var sentences = new List<string>();
        if (killed > 0)
        {
            sentences.Add($"The emulator of the interrupted run still ran ({killed} processes) and was ended.");
        }

        var folder = GameFolder.Of(league);
        if (folder is not null && Directory.Exists(folder.Inbound))
        {
            await SettleAsync(run, folder, sentences);
        }
        else
        {
            var staged = await tools.Store.StagedAsync(run);
            await tools.Store.UnstageAsync(run, staged.Select(p => p.Id));
        }

        var outcome = await OutcomeAsync(run);
        var summary = outcome == RunOutcome.Good
            ? $"{run.Consumed} packets read, {run.Written} written. The hub was interrupted after the game had finished."
            : Describe(run);
        sentences.Add(summary);
        var order = 0;
        await tools.Store.WriteAsync(writer =>
        {
            order = Convert.ToInt32(writer.Scalar("""SELECT COUNT(*) FROM "RunVerdicts" WHERE "RunId" = @p0""", run.Id));
            foreach (var sentence in sentences)
            {
                RunStore.AddVerdict(writer, new RunVerdict
                {
                    RunId = run.Id,
                    Order = order++,
                    Kind = VerdictKind.Recovery,
                    Weight = outcome == RunOutcome.Good ? VerdictWeight.Notice : VerdictWeight.Bad,
                    Sentence = sentence,
                });
            }
        });
        await tools.Store.EndAsync(run, outcome, summary);
        lives.Update(RunWatch.Glance(run, here: false));
        Log.Recovered(log, run.Id, league.Id.ToString(), outcome, run.Consumed, run.Unconsumed);
    }

    private async Task SettleAsync(Run run, GameFolder folder, List<string> sentences)
    {
        if (run.PlayStartedAt is not null && run.PlayEndedAt is null && folder.Lock is { } file
            && file.LastWriteTimeUtc >= run.PlayStartedAt.Value.AddSeconds(-2))
        {
            file.Delete();
            sentences.Add("The interrupted game had left its lock inuse.flg; the hub removed it.");
        }

        var staged = await tools.Store.StagedAsync(run);
        var left = Inbound.TakeBack(folder, staged);
        if (run.StagedAt is null)
        {
            // Staging had not come to its end: a file that is missing was never put there
            await tools.Store.UnstageAsync(run, staged.Select(p => p.Id));
        }
        else if (staged.Count > 0 || run.VerifiedAt is null)
        {
            await tools.Store.JudgedAsync(run, [.. staged.Except(left)], left, _ => 0);
        }

        if (run.PlayStartedAt is not null && run.CollectedAt is null)
        {
            var collected = await tools.Collector.CollectAsync(folder, run.Id, TimeSpan.Zero, killed: run.ExitCode != 0);
            run.Written += collected.Entered;
            sentences.AddRange(RunExecution.CollectJudgements(collected).Select(j => j.Sentence));
        }
    }

    private async Task<RunOutcome> OutcomeAsync(Run run)
    {
        if (run.PlayEndedAt is null || run.ExitCode != 0 || run.Unconsumed > 0)
        {
            return RunOutcome.Interrupted;
        }

        await using var db = await tools.Databases.CreateDbContextAsync();
        var text = await db.Set<RunRecording>().Where(r => r.RunId == run.Id).Select(r => r.Transcript).FirstOrDefaultAsync();
        var reader = new TranscriptReader();
        foreach (var row in (text ?? "").Split('\n'))
        {
            reader.Line(row);
        }

        return reader.Completed && reader.RuntimeError is null ? RunOutcome.Good : RunOutcome.Interrupted;
    }

    private static string Describe(Run run) => run switch
    {
        { PlayStartedAt: null } => "The hub was interrupted before the game started. The packets are queued again.",
        { PlayEndedAt: null } => $"The hub was interrupted while the game ran. {run.Consumed} packets were gone from INBOUND, so they were read; {run.Unconsumed} are queued again; {run.Written} were taken from OUTBOUND.",
        _ => $"The hub was interrupted after the game. {run.Consumed} packets were read, {run.Unconsumed} are queued again, {run.Written} were taken from OUTBOUND.",
    };
}
