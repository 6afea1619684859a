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
    /// <returns>Why some can't be closed yet, each in a sentence; empty when all are.</returns>
    public async Task<IReadOnlyList<string>> RecoverAsync(League league, long except, CancellationToken cancellationToken)
    {
        List<Run> open;
        await using (var db = await tools.Databases.CreateDbContextAsync(cancellationToken))
        {
            open = await db.Set<Run>().AsNoTracking()
                .Where(r => r.LeagueId == league.Id && r.EndedAt == null && r.Id != except).OrderBy(r => r.Id).ToListAsync(cancellationToken);
        }

        var still = new List<string>();
        foreach (var run in open)
        {
            try
            {
                if (await RecoverAsync(league, run) is { } obstacle)
                {
                    Log.StillOpen(log, obstacle);
                    still.Add(obstacle);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                Log.RecoveryFailed(log, league.Id.ToString(), failure);
                still.Add($"Run {run.Id} was interrupted and can't be closed yet: {failure.Message}");
            }
        }

        return still;
    }

    private async Task<string?> RecoverAsync(League league, Run run)
    {
        var sentences = new List<string>();
        var emulatorRan = await EndEmulatorAsync(run, sentences);
        var folder = FolderOf(league, run);
        if (folder is null && league.GameFolder is not null)
        {
            // A disk that isn't mounted yet is no evidence that everything was read
            return $"Run {run.Id} was interrupted, and its game folder {run.GameFolder ?? league.GameFolder} is not there, so it can't be seen what the game read. It is closed when the folder is back.";
        }

        if (folder is null)
        {
            await tools.Store.UnstageAsync(run, (await tools.Store.StagedAsync(run)).Select(p => p.Id));
            sentences.Add("The league has no game folder any more, so it can't be seen what the game read. What was staged is queued again.");
        }
        else
        {
            await SettleAsync(run, folder, emulatorRan, sentences);
        }

        var outcome = await OutcomeAsync(run);
        var summary = outcome == RunOutcome.Good
            ? $"{Words.Packets(run.Consumed)} read, {run.Written} written. The hub was interrupted after the game had finished."
            : Describe(run);
        sentences.Add(summary);
        await tools.Store.EndAsync(run, outcome, summary, writer => Say(writer, run, outcome, sentences));
        lives.Update(RunWatch.Glance(run, here: lives.Find(run.Id) is not null));
        Log.Recovered(log, run.Id, league.Id.ToString(), outcome, run.Consumed, run.Unconsumed);
        return null;
    }

    // A killed hub leaves its emulator behind; while that lives nothing in the folder is evidence
    private async Task<bool> EndEmulatorAsync(Run run, List<string> sentences)
    {
        var ended = await tools.Machines.EndLeftoversAsync();
        foreach (var step in new[] { "play", "report" })
        {
            ended += await tools.Machines.KillLeftoversAsync(RunExecution.SessionId(tools.Storage, run.Id, step));
        }

        if (ended > 0)
        {
            sentences.Add("The emulator of the interrupted run still ran and was ended.");
        }

        return ended > 0;
    }

    // The folder may have been moved, or the league pointed at another copy: where the run worked comes first
    private static GameFolder? FolderOf(League league, Run run)
    {
        foreach (var path in new[] { run.GameFolder, league.GameFolder })
        {
            if (path is not null && GameFolder.At(league.Id, path) is var folder && Directory.Exists(folder.Inbound))
            {
                return folder;
            }
        }

        return null;
    }

    private async Task SettleAsync(Run run, GameFolder folder, bool emulatorRan, List<string> sentences)
    {
        // The session in which the hub was interrupted, if it was one
        var session = run.PlayEndedAt is null ? run.PlayStartedAt : run.ReportedAt is null ? run.CollectedAt : null;
        if (session is { } startedAt && folder.Lock is { } file && GameLock.IsOfSession(file, startedAt, emulatorRan))
        {
            file.Delete();
            sentences.Add("The interrupted game had left its lock inuse.flg; the hub removed it.");
        }

        var staged = await tools.Store.StagedAsync(run);
        if (run.StagedAt is null)
        {
            // Staging had not come to its end: a file that is missing was never put there
            Inbound.Remove(folder, staged, unfinished: true);
            await tools.Store.UnstageAsync(run, staged.Select(p => p.Id));
        }
        else if (staged.Count > 0 || run.VerifiedAt is null)
        {
            DurableFile.SyncFileSystem(folder.Path);
            var left = Inbound.Left(folder, staged);
            await tools.Store.JudgedAsync(run, [.. staged.Except(left)], left, _ => { });
        }

        // Recorded first, then removed: the other way round an interruption between the two would make them look read
        Inbound.Remove(folder, await tools.Store.LeftAsync(run), unfinished: false);
        if (run.PlayStartedAt is not null && run.CollectedAt is null)
        {
            var collected = await tools.Collector.CollectAsync(folder, run.Id, TimeSpan.Zero);
            run.Written += collected.Entered;
            sentences.AddRange(RunJudge.Outbound(collected).Select(j => j.Sentence));
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

    private static void Say(LedgerWriter writer, Run run, RunOutcome outcome, List<string> sentences)
    {
        var order = Convert.ToInt32(writer.Scalar("""SELECT COUNT(*) FROM "RunVerdicts" WHERE "RunId" = @p0""", run.Id));
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
    }

    private static string Describe(Run run) => run switch
    {
        { PlayStartedAt: null } => "The hub was interrupted before the game started. The packets are queued again.",
        { PlayEndedAt: null } => $"The hub was interrupted while the game ran. {Gone(run)}",
        _ => $"The hub was interrupted after the game. {Gone(run)}",
    };

    private static string Gone(Run run) =>
        $"{Words.Packets(run.Consumed)} {(run.Consumed == 1 ? "was" : "were")} gone from INBOUND, so read; {run.Unconsumed} queued again; {run.Written} taken from OUTBOUND.";
}
