using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>What a run works with. One a process.</summary>
internal sealed record RunTools(
    IDbContextFactory<HubDb> Databases, RunStore Store, DosMachines Machines, OutboundCollector Collector,
    NodelistPublisher Nodelists, StorageOptions Storage, RunOptions Options, TimeProvider Clock);

/// <summary>
/// One run, step by step: prepare ▸ stage ▸ play ▸ verify ▸ collect ▸ report ▸ nodelist. Each step records that it is done
/// before the next begins, and can be done again without harm.
/// </summary>
internal sealed class RunExecution(RunTools tools, LiveRuns lives, LiveRun live, Run run, League league)
{
    private readonly List<StagedPacket> _staged = [];
    private readonly Dictionary<long, int> _sizes = [];
    private int _verdicts;
    private RunGlance _glance = live.Feed.State.Glance;

    /// <summary>The id that processes of a run's session carry. The data folder is part of it: another hub's runs are not ours to kill.</summary>
    public static string SessionId(StorageOptions storage, long runId, string step) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{storage.Root}|{runId}|{step}")))[..32];

    /// <summary>Runs it to its end. Never throws for what a game or an emulator does.</summary>
    /// <param name="stop">Somebody cancelled it.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        var (outcome, summary) = await StepsAsync(stop);
        await tools.Store.EndAsync(run, outcome, summary);
        Show(RunStep.Ended);
    }

    private async Task<(RunOutcome Outcome, string Summary)> StepsAsync(CancellationToken stop)
    {
        Show(RunStep.Prepare);
        if (GameFolder.Of(league) is not { } folder)
        {
            return await RefuseAsync(VerdictKind.GameFolder, [$"League {league.Id} has no game folder, so its game can't run. Mail waits; direct-routed packets are relayed. Set one with: novahub league set {league.Id} --game-folder DIR"]);
        }

        if (folder.Faults() is { Count: > 0 } faults)
        {
            return await RefuseAsync(VerdictKind.GameFolder, faults);
        }

        var choice = tools.Machines.Find();
        if (choice.Machine is not { } machine)
        {
            return await RefuseAsync(VerdictKind.Emulator, [choice.Missing!]);
        }

        if (!await WaitForPlayerAsync(folder, stop))
        {
            return await RefuseAsync(
                VerdictKind.Lock, ["Somebody was inside the hub's game the whole time (inuse.flg). The packets wait; it is tried again."],
                stop.IsCancellationRequested ? RunOutcome.Cancelled : RunOutcome.GameInUse);
        }

        await WriteNodelistAsync(folder);
        await StageAsync(folder);
        return stop.IsCancellationRequested
            ? await CancelBeforePlayAsync(folder)
            : await PlayAsync(folder, machine, stop);
    }

    private async Task<(RunOutcome, string)> RefuseAsync(VerdictKind kind, IReadOnlyList<string> sentences, RunOutcome outcome = RunOutcome.Failed)
    {
        await JudgeAsync(sentences.Select(s => new Judgement(kind, VerdictWeight.Bad, s)));
        return (outcome, sentences[0]);
    }

    private async Task<bool> WaitForPlayerAsync(GameFolder folder, CancellationToken stop)
    {
        var waited = tools.Clock.GetTimestamp();
        while (folder.Lock is not null)
        {
            if (stop.IsCancellationRequested || tools.Clock.GetElapsedTime(waited) >= tools.Options.PlayerWait)
            {
                return false;
            }

            Show(RunStep.Prepare, "Waiting for a player to leave");
            await Task.Delay(tools.Options.PlayerCheck, tools.Clock, CancellationToken.None);
        }

        return true;
    }

    private async Task WriteNodelistAsync(GameFolder folder)
    {
        await using var db = await tools.Databases.CreateDbContextAsync();
        if (await NodelistPublisher.CurrentAsync(db, league.Id, CancellationToken.None) is { } nodelist)
        {
            folder.WriteNodelist(nodelist.Bytes);
        }
    }

    private async Task StageAsync(GameFolder folder)
    {
        Show(RunStep.Stage);
        await JudgeAsync(folder.Notices().Select(n => new Judgement(VerdictKind.GameFolder, VerdictWeight.Notice, n)));
        var chosen = await tools.Store.ChooseAsync(run, league.HubIndex, tools.Options.MostPackets);
        var bytes = await tools.Store.BytesAsync(chosen);
        var taken = Inbound.Stage(folder, chosen, bytes);
        if (taken.Count > 0)
        {
            await tools.Store.UnstageAsync(run, taken.Select(t => t.Id));
            await JudgeAsync([new Judgement(VerdictKind.Consumption, VerdictWeight.Notice,
                $"INBOUND has a file of its own named {taken[0].Name}{(taken.Count > 1 ? $" and {taken.Count - 1} more" : "")}; the hub's packet of that name waits for the next run.")]);
        }

        for (var i = 0; i < chosen.Count; i++)
        {
            if (!taken.Contains(chosen[i]))
            {
                _staged.Add(chosen[i]);
                _sizes[chosen[i].Id] = bytes[i].Length;
            }
        }

        run.Staged = _staged.Count;
        run.StagedAt = tools.Store.Now;
        await tools.Store.WriteAsync(w => w.Execute(
            """UPDATE "Runs" SET "Staged" = @p0, "StagedAt" = @p1 WHERE "Id" = @p2""", run.Staged, run.StagedAt, run.Id));
        Show(RunStep.Stage);
    }

    private async Task<(RunOutcome, string)> CancelBeforePlayAsync(GameFolder folder)
    {
        await VerifyAsync(folder);
        await JudgeAsync([new Judgement(VerdictKind.Emulator, VerdictWeight.Bad, "The run was cancelled before the game started.")]);
        return (RunOutcome.Cancelled, "Cancelled before the game started; the packets stay queued.");
    }

    private async Task<(RunOutcome, string)> PlayAsync(GameFolder folder, IDosMachine machine, CancellationToken stop)
    {
        run.Machine = machine.Name;
        run.PlayStartedAt = tools.Store.Now;
        await tools.Store.WriteAsync(w => w.Execute(
            """UPDATE "Runs" SET "Machine" = @p0, "PlayStartedAt" = @p1 WHERE "Id" = @p2""", run.Machine, run.PlayStartedAt, run.Id));
        Show(RunStep.Play);
        // Only the screen calls while the game runs, so the glance has one writer at a time
        await using var screen = new RunScreen(run, live, tools.Store, tools.Clock, phase => Show(RunStep.Play, phase));
        var outcome = await machine.RunAsync(
            new DosJob(folder.DriveC, folder.Path, [$"{league.Id.Game.Program} {league.MaintenanceCommand}"])
            {
                TimeLimit = tools.Options.TimeLimit,
                Id = SessionId(tools.Storage, run.Id, "play"),
            },
            screen,
            stop);
        await screen.EndAsync();
        run.PlayEndedAt = tools.Store.Now;
        run.EmulatorMs = (long)outcome.Elapsed.TotalMilliseconds;
        run.ExitCode = outcome.CommandCodes[0];
        await tools.Store.WriteAsync(writer =>
        {
            screen.Keep(writer);
            writer.Execute(
                """UPDATE "Runs" SET "PlayEndedAt" = @p0, "EmulatorMs" = @p1, "ExitCode" = @p2 WHERE "Id" = @p3""",
                run.PlayEndedAt, run.EmulatorMs, run.ExitCode, run.Id);
        });
        var evidence = new PlayEvidence(outcome, screen.Transcript, machine.Name, tools.Options.TimeLimit, stop.IsCancellationRequested);
        return await SettleAsync(folder, machine, evidence, stop);
    }

    private async Task<(RunOutcome, string)> SettleAsync(GameFolder folder, IDosMachine machine, PlayEvidence play, CancellationToken stop)
    {
        Show(RunStep.Verify);
        var lockLeft = LockAfterPlay(folder, play);
        var packets = await VerifyAsync(folder);
        var judgements = RunJudge.Judge(play, packets, lockLeft);
        var outcome = RunJudge.Outcome(play, judgements, lockLeft);
        await JudgeAsync(judgements);
        await CollectAsync(folder, killed: play.Outcome.Ending is DosEnding.TimedOut or DosEnding.Stopped || play.Outcome.CommandCodes is not [0, ..]);
        if (play.Transcript.Completed && tools.Options.Reports && !stop.IsCancellationRequested && folder.Lock is null)
        {
            await ReportAsync(folder, machine, stop);
        }

        await NodelistAsync(folder);
        return (outcome, Summary(outcome));
    }

    private LockEvidence LockAfterPlay(GameFolder folder, PlayEvidence play)
    {
        if (folder.Lock is not { } file)
        {
            return LockEvidence.Clean;
        }

        // DOS keeps times to two seconds, so a lock made by the run itself can look a little older or newer
        var duringPlay = file.LastWriteTimeUtc <= run.PlayEndedAt!.Value.AddSeconds(1) && file.LastWriteTimeUtc >= run.PlayStartedAt!.Value.AddSeconds(-2);
        var lockedOut = play.Outcome.CommandCodes is [1, ..] && play.Transcript.Phases.Count == 0;
        if (lockedOut || !duringPlay)
        {
            return LockEvidence.Player;
        }

        file.Delete();
        return LockEvidence.LeftByRun;
    }

    private async Task<ConsumptionEvidence> VerifyAsync(GameFolder folder)
    {
        var left = Inbound.TakeBack(folder, _staged);
        var consumed = _staged.Except(left).ToList();
        await tools.Store.JudgedAsync(run, consumed, left, p => _sizes.GetValueOrDefault(p.Id));
        return new ConsumptionEvidence(_staged.Count, consumed.Count, consumed.Select(p => p.Name.Source).ToHashSet(), [.. left.Select(p => p.Name.ToString())]);
    }

    private async Task CollectAsync(GameFolder folder, bool killed)
    {
        Show(RunStep.Collect);
        var collected = await tools.Collector.CollectAsync(folder, run.Id, TimeSpan.Zero, killed);
        run.Written += collected.Entered;
        await JudgeAsync(CollectJudgements(collected));
        run.CollectedAt = tools.Store.Now;
        await tools.Store.SetAsync(run, "CollectedAt", run.CollectedAt);
    }

    internal static IEnumerable<Judgement> CollectJudgements(Collected collected)
    {
        yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Good, collected.Entered == 0
            ? "The game wrote no packets. On a second run of one game day that is normal."
            : $"{collected.Entered} packets were taken from OUTBOUND and wait for their boards.");
        foreach (var file in collected.Foreign)
        {
            yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Notice, $"{file} in OUTBOUND is no packet of this league. It was left there; this is said once.");
        }

        foreach (var file in collected.CutOff)
        {
            yield return new Judgement(VerdictKind.Outbound, VerdictWeight.Notice, $"{file} was cut off when the game was ended. It was set aside in the data folder and not delivered.");
        }
    }

    private async Task ReportAsync(GameFolder folder, IDosMachine machine, CancellationToken stop)
    {
        Show(RunStep.Report);
        var outcome = await machine.RunAsync(
            new DosJob(folder.DriveC, folder.Path, RunReports.Commands(league.Id.Game))
            {
                TimeLimit = tools.Options.TimeLimit,
                Id = SessionId(tools.Storage, run.Id, "report"),
            },
            NoScreen.Instance,
            stop);
        if (outcome.Ending != DosEnding.Ended && folder.Lock is { } ours)
        {
            // The session was ended inside the game, so the lock is its own
            ours.Delete();
        }

        run.EmulatorMs += (long)outcome.Elapsed.TotalMilliseconds;
        var files = RunReports.Find(folder, run.PlayStartedAt!.Value);
        run.ReportedAt = tools.Store.Now;
        await tools.Store.WriteAsync(writer =>
        {
            foreach (var (name, bytes) in files)
            {
                RunStore.KeepFile(writer, run.Id, name, bytes);
            }

            writer.Execute("""UPDATE "Runs" SET "ReportedAt" = @p0, "EmulatorMs" = @p1 WHERE "Id" = @p2""", run.ReportedAt, run.EmulatorMs, run.Id);
        });
        var good = outcome.Ending == DosEnding.Ended && outcome.CommandCodes.All(c => c == 0);
        await JudgeAsync([new Judgement(VerdictKind.Reports, good ? VerdictWeight.Good : VerdictWeight.Notice, good
            ? $"{files.Count} report files were kept."
            : $"The reports did not end well ({outcome.Ending}); {files.Count} files were kept. The mail is not touched by this.")]);
    }

    private async Task NodelistAsync(GameFolder folder)
    {
        Show(RunStep.Nodelist);
        await using var db = await tools.Databases.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var result = await tools.Nodelists.PublishAsync(db, league.Id, CancellationToken.None);
        await transaction.CommitAsync();
        await WriteNodelistAsync(folder);
        await JudgeAsync(
        [
            result.Refusal is { } refusal
                ? new Judgement(VerdictKind.Nodelist, VerdictWeight.Notice, refusal)
                : new Judgement(VerdictKind.Nodelist, VerdictWeight.Good, result.Changed ? "The nodelist changed and waits for every member." : "The nodelist is as it was."),
            .. result.Warnings.Select(w => new Judgement(VerdictKind.Nodelist, VerdictWeight.Notice, w)),
        ]);
    }

    private string Summary(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Good => run.Staged == 0 && run.Written == 0 ? "Nothing to do: no mail in, none out." : $"{run.Consumed} packets read, {run.Written} written.",
        RunOutcome.Incomplete => $"{run.Consumed} of {run.Staged} packets read, {run.Written} written; see the verdicts.",
        RunOutcome.TimedOut => $"The game took too long and was ended. {run.Unconsumed} packets stay queued.",
        RunOutcome.Cancelled => $"Cancelled. {run.Unconsumed} packets stay queued.",
        RunOutcome.GameInUse => $"Somebody was inside the game. {run.Unconsumed} packets stay queued.",
        _ => $"The game did not finish. {run.Consumed} packets read, {run.Unconsumed} stay queued.",
    };

    private async Task JudgeAsync(IEnumerable<Judgement> judgements)
    {
        var verdicts = judgements.Select(j => new RunVerdict { RunId = run.Id, Order = _verdicts++, Kind = j.Kind, Weight = j.Weight, Sentence = j.Sentence }).ToList();
        if (verdicts.Count == 0)
        {
            return;
        }

        await tools.Store.WriteAsync(writer => verdicts.ForEach(v => RunStore.AddVerdict(writer, v)));
        verdicts.ForEach(v => live.Feed.Publish(new LiveRunChange(Verdict: v)));
    }

    private void Show(RunStep step, string? phase = null)
    {
        _glance = _glance with
        {
            Step = step,
            Phase = phase ?? (step == RunStep.Play ? _glance.Phase : null),
            Staged = run.Staged,
            EndedAt = run.EndedAt,
            Outcome = run.Outcome,
            Summary = run.Summary,
        };
        lives.Update(_glance);
    }

    private sealed class NoScreen : IDosOutput
    {
        public static readonly NoScreen Instance = new();

        public void Write(ReadOnlySpan<byte> vt)
        {
        }
    }
}
