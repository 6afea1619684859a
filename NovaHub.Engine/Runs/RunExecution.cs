using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

/// <summary>
/// One run, step by step: prepare ▸ stage ▸ play ▸ verify ▸ collect ▸ report ▸ nodelist. Each step records that it is done
/// before the next begins, and can be done again without harm.
/// </summary>
internal sealed class RunExecution(RunTools tools, RunProgress progress, Run run, League league, SemaphoreSlim places, RunStop stop)
{
    /// <summary>The id that processes of a run's session carry. The data folder is part of it: another hub's runs are not ours to kill.</summary>
    public static string SessionId(StorageOptions storage, long runId, string step) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{storage.Root}|{runId}|{step}")))[..32];

    /// <summary>Runs it to its end. Never throws for what a game or an emulator does.</summary>
    /// <param name="obstacles">Earlier runs of the league that could not be closed: nothing is started beside what they left.</param>
    /// <exception cref="LeaseLostException">Another process took the league over; nothing more was touched.</exception>
    public async Task RunAsync(IReadOnlyList<string> obstacles)
    {
        progress.Show(RunStep.Prepare);
        var (outcome, summary) = await PrepareAsync(obstacles);
        await tools.Store.EndAsync(run, outcome, summary, progress.Write);
        progress.Show(RunStep.Ended);
    }

    private async Task<(RunOutcome Outcome, string Summary)> PrepareAsync(IReadOnlyList<string> obstacles)
    {
        if (obstacles.Count > 0)
        {
            return Refuse(VerdictKind.Recovery, obstacles);
        }

        if (GameFolder.Of(league) is not { } folder)
        {
            return Refuse(VerdictKind.GameFolder, [$"League {league.Id} has no game folder, so its game can't run. Mail waits; direct-routed packets are relayed. Set one with: novahub league set {league.Id} --game-folder DIR"]);
        }

        var choice = tools.Machines.Find();
        if (Faults(folder, choice.Machine) is { Count: > 0 } faults)
        {
            return Refuse(VerdictKind.GameFolder, faults);
        }

        if (choice.Machine is not { } machine)
        {
            return Refuse(VerdictKind.Emulator, [choice.Missing!]);
        }

        try
        {
            if (!await EnterAsync(folder))
            {
                return Refuse(
                    VerdictKind.Lock, ["Somebody was inside the hub's game the whole time (inuse.flg). The packets wait; it is tried again."], RunOutcome.GameInUse);
            }
        }
        catch (OperationCanceledException)
        {
            return Stopped("before the game started; the packets stay queued.");
        }

        try
        {
            var preparation = new RunPreparation(tools, progress, run, league, folder);
            return await preparation.ReadyAsync(machine) is var (kind, sentence) ? Refuse(kind, [sentence]) : await PlayAsync(folder, machine, preparation.Passes);
        }
        finally
        {
            places.Release();
        }
    }

    private static IReadOnlyList<string> Faults(GameFolder folder, IDosMachine? machine)
    {
        try
        {
            return folder.Faults(machine);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [$"The game folder {folder.Path} can't be read: {failure.Message}"];
        }
    }

    private (RunOutcome, string) Refuse(VerdictKind kind, IReadOnlyList<string> sentences, RunOutcome outcome = RunOutcome.Failed)
    {
        progress.Judge(sentences.Select(s => new Judgement(kind, VerdictWeight.Bad, s)));
        return (outcome, sentences[0]);
    }

    private (RunOutcome, string) Stopped(string when)
    {
        if (stop.Reason == StopReason.LeaseLost)
        {
            throw new LeaseLostException(HeldLease.Current);
        }

        var sentence = $"{(stop.HubCloses ? "The hub was closed" : "Cancelled")} {when}";
        progress.Judge(VerdictKind.Emulator, VerdictWeight.Bad, sentence);
        return (stop.HubCloses ? RunOutcome.Interrupted : RunOutcome.Cancelled, sentence);
    }

    // Waits until no player is inside and a place is free: a player keeps nobody else's league from running
    private async Task<bool> EnterAsync(GameFolder folder)
    {
        var began = tools.Clock.GetTimestamp();
        while (true)
        {
            while (folder.Lock is not null)
            {
                if (tools.Clock.GetElapsedTime(began) >= tools.Options.PlayerWait)
                {
                    return false;
                }

                progress.Show(RunStep.Prepare, "Waiting for a player to leave");
                await Task.Delay(tools.Options.PlayerCheck, tools.Clock, stop.Token);
            }

            if (!await places.WaitAsync(0, stop.Token))
            {
                progress.Show(RunStep.Prepare, "Waiting for a free place");
                await places.WaitAsync(stop.Token);
            }

            if (folder.Lock is null)
            {
                return true;
            }

            places.Release();
        }
    }

    private async Task<(RunOutcome, string)> PlayAsync(GameFolder folder, IDosMachine machine, IReadOnlyList<IReadOnlyList<StagedPacket>> plan)
    {
        run.Machine = machine.Name;
        var waiting = new Queue<IReadOnlyList<StagedPacket>>(plan);
        var (verdict, allGood) = await PlayPassesAsync(folder, machine, waiting);
        if (run.PlayStartedAt is null)
        {
            return (verdict.Outcome, verdict.Why!);
        }

        return await FinishAsync(folder, machine, verdict, verdict.Outcome == RunOutcome.Good && !allGood ? RunOutcome.Incomplete : verdict.Outcome);
    }

    // The last pass that was played, and whether all were good. What was not come to is still in the queue
    private async Task<(PassVerdict Last, bool AllGood)> PlayPassesAsync(GameFolder folder, IDosMachine machine, Queue<IReadOnlyList<StagedPacket>> waiting)
    {
        // Only the screen calls while the game runs, so the glance has one writer at a time
        await using var screen = new RunScreen(run, progress.Live, tools.Store, tools.Clock, phase => progress.Show(RunStep.Play, phase));
        var passes = new PassExecution(tools, progress, run, league, stop, (folder, machine));
        var allGood = true;
        PassVerdict verdict;
        do
        {
            var packets = waiting.Dequeue();
            verdict = await passes.RunAsync(screen, packets, isLast: waiting.Count == 0);
            if (verdict.WasStopped)
            {
                var (stopped, sentence) = Stopped(run.PlayStartedAt is null ? "before the game started; the packets stay queued." : "between two passes; what was not read stays queued.");
                verdict = verdict with { Outcome = stopped, Why = sentence };
            }

            allGood &= verdict.Outcome == RunOutcome.Good;
            if (!allGood && waiting.Count > 0)
            {
                // What came later must not overtake what was left or is in doubt
                waiting.Clear();
                waiting.Enqueue([]);
            }
        }
        while (verdict.CanGoOn && waiting.Count > 0);

        return (verdict, allGood);
    }

    private async Task<(RunOutcome, string)> FinishAsync(GameFolder folder, IDosMachine machine, PassVerdict last, RunOutcome outcome)
    {
        await CollectAsync(folder);
        if (last.Completed && tools.Options.Reports && !stop.Token.IsCancellationRequested && folder.Lock is null)
        {
            await ReportAsync(folder, machine);
        }

        await NodelistAsync();
        outcome = outcome == RunOutcome.Good && progress.HasBad ? RunOutcome.Incomplete : outcome;
        return (outcome, RunJudge.Summary(outcome, run));
    }

    private async Task CollectAsync(GameFolder folder)
    {
        progress.Show(RunStep.Collect);
        var collected = await tools.Collector.CollectAsync(folder, run.Id, TimeSpan.Zero);
        run.Written += collected.Entered;
        progress.Judge(RunJudge.Outbound(collected));
        run.CollectedAt = collected.PlayerInside ? null : tools.Store.Now;
        await tools.Store.WriteAsync(run, writer =>
        {
            progress.Write(writer);
            writer.Execute("""UPDATE "Runs" SET "CollectedAt" = @p0 WHERE "Id" = @p1""", run.CollectedAt, run.Id);
        });
    }

    private async Task ReportAsync(GameFolder folder, IDosMachine machine)
    {
        progress.Show(RunStep.Report);
        var report = await RunReports.MakeAsync(folder, machine, tools, run, stop.Token);
        run.EmulatorMs += report.EmulatorMs;
        run.ReportedAt = tools.Store.Now;
        progress.Judge(report.Judgement);
        await tools.Store.WriteAsync(run, writer =>
        {
            foreach (var (name, bytes) in report.Files)
            {
                RunStore.KeepFile(writer, run.Id, name, bytes);
            }

            progress.Write(writer);
            writer.Execute("""UPDATE "Runs" SET "ReportedAt" = @p0, "EmulatorMs" = @p1 WHERE "Id" = @p2""", run.ReportedAt, run.EmulatorMs, run.Id);
        });
    }

    // Memberships publish when they change; here the hub's own name is seen to, and what the list lacks is said
    private async Task NodelistAsync()
    {
        progress.Show(RunStep.Nodelist);
        await using var db = await tools.Databases.CreateDbContextAsync();
        var result = await tools.Nodelists.PreviewAsync(db, league.Id, CancellationToken.None);
        if (result.Changed)
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            result = await tools.Nodelists.PublishAsync(db, league.Id, CancellationToken.None);
            await transaction.CommitAsync();
        }

        progress.Judge(result.Refusal is { } refusal
            ? new Judgement(VerdictKind.Nodelist, VerdictWeight.Notice, refusal)
            : new Judgement(VerdictKind.Nodelist, VerdictWeight.Good, result.Changed ? "The nodelist changed and waits for every member." : "The nodelist is as it was."));
        progress.Judge(result.Warnings.Select(w => new Judgement(VerdictKind.Nodelist, VerdictWeight.Notice, w)));
    }
}
