using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Runs;

/// <summary>
/// Closes runs whose process died, by the evidence: the row's dates, what was seen of the screen, and the game folder, if it is
/// still the one that the run used. Packets that the game had read are consumed, those it had not are queued again, the rest
/// is held for a person; what it wrote is taken in. The caller holds the league's lease.
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
        switch (Look(league, run))
        {
            case (FolderFate.Away, _):
                // A disk that isn't mounted yet is no evidence that everything was read
                return $"Run {run.Id} was interrupted, and its game folder {run.GameFolder} is not there, so it can't be seen what the game read. It is closed when the folder is back.";
            case (FolderFate.Same, var folder):
                await SettleAsync(run, folder!, emulatorRan, sentences);
                break;
            default:
                await HoldAsync(run, sentences);
                break;
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

    /// <summary>What became of the folder in which a run worked.</summary>
    private enum FolderFate
    {
        /// <summary>It is there and carries the run's mark.</summary>
        Same,

        /// <summary>It is not there now, and may come back.</summary>
        Away,

        /// <summary>Another copy stands in its place, or the league was pointed elsewhere and it is gone.</summary>
        Other,
    }

    // Only the folder that the run used is evidence: in any other one a missing packet was never there
    private static (FolderFate Fate, GameFolder? Folder) Look(League league, Run run)
    {
        if (run.GameFolder is not { } path)
        {
            return (FolderFate.Other, null);
        }

        var folder = GameFolder.At(league.Id, path);
        if (Directory.Exists(folder.Inbound))
        {
            return FolderIdentity.IsOf(folder, run) ? (FolderFate.Same, folder) : (FolderFate.Other, null);
        }

        return (league.GameFolder == path ? FolderFate.Away : FolderFate.Other, null);
    }

    // What never met the game waits again; of the rest nothing can be told
    private async Task HoldAsync(Run run, List<string> sentences)
    {
        var staged = await tools.Store.StagedAsync(run);
        if (run.StagedAt is null)
        {
            await tools.Store.UnstageAsync(run, staged.Select(p => p.Id));
            return;
        }

        if (staged.Count > 0)
        {
            await tools.Store.JudgedAsync(run, InboundFindings.AllDoubtful(staged, HeldReason.OtherFolder), _ => { });
        }

        sentences.Add(
            $"The game folder in which the run worked{(run.GameFolder is { } path ? $" ({path})" : "")} is not there any more, or another copy stands in its place: it does not carry the run's mark in {FolderIdentity.FileName}. "
            + $"So it can't be told what the game read. {(staged.Count == 0 ? "No packet was before the game." : $"{Words.Packets(staged.Count)} {(staged.Count == 1 ? "is" : "are")} held for your decision.")}");
    }

    private async Task SettleAsync(Run run, GameFolder folder, bool emulatorRan, List<string> sentences)
    {
        // The session in which the hub was interrupted, if it was one
        var session = run.PlayEndedAt is null ? run.PlayStartedAt : run.ReportedAt is null ? run.CollectedAt : null;
        if (session is { } startedAt && folder.Lock is { } file
            && GameLock.IsOfSession(file, startedAt, emulatorRan, tools.Store.DeadBy(run, tools.Options.Heartbeat)))
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
            var found = await InboundFindings.JudgeAsync(
                staged, Inbound.Left(folder, staged), await ShownAsync(run), DiskWatch.IsFull(folder), tools.Store.BytesAsync);
            await tools.Store.JudgedAsync(run, found, _ => { });
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

    // What the hub had seen of the screen before it died; of the game's last moments that may be too little
    private async Task<ShownMail> ShownAsync(Run run)
    {
        await using var db = await tools.Databases.CreateDbContextAsync();
        var senders = await db.Set<RunSender>().AsNoTracking().Where(s => s.RunId == run.Id && s.Pass == run.Passes).ToListAsync();
        var items = await db.Set<RunItem>().AsNoTracking().Where(i => i.RunId == run.Id && i.Read).ToListAsync();
        return new ShownMail(
            senders.Where(s => s.Shown).Select(s => s.Node).ToHashSet(), senders.Select(s => s.Node).ToHashSet(),
            items.Select(i => new ItemSign(i.Source, i.Dest, i.PackedSize, i.Size)).ToHashSet());
    }

    private async Task<RunOutcome> OutcomeAsync(Run run)
    {
        if (run.MaintenanceAt is null || run.PlayEndedAt is null || run.ExitCode != 0 || run.Unconsumed > 0 || run.Doubtful > 0)
        {
            return RunOutcome.Interrupted;
        }

        await using var db = await tools.Databases.CreateDbContextAsync();
        var text = await db.Set<RunRecording>().Where(r => r.RunId == run.Id).Select(r => r.Transcript).FirstOrDefaultAsync();
        var reader = new TranscriptReader();
        // The completion line of the last pass, not of one before
        var rows = (text ?? "").Split('\n');
        foreach (var row in rows.Skip(Array.LastIndexOf(rows, RunScreen.PassMark) + 1))
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
        $"{Words.Packets(run.Consumed)} {(run.Consumed == 1 ? "was" : "were")} read; {run.Unconsumed} queued again{RunJudge.Held(run)}; {run.Written} taken from OUTBOUND.";
}
