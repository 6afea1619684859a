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
    private readonly List<StagedPacket> _staged = [];

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

        if (Faults(folder) is { Count: > 0 } faults)
        {
            return Refuse(VerdictKind.GameFolder, faults);
        }

        var choice = tools.Machines.Find();
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
            return await StageAsync(folder) is { } fault
                ? Refuse(VerdictKind.GameFolder, [fault])
                : stop.Token.IsCancellationRequested ? await TakeBackAsync(folder) : await PlayAsync(folder, machine);
        }
        finally
        {
            places.Release();
        }
    }

    private static IReadOnlyList<string> Faults(GameFolder folder)
    {
        try
        {
            return folder.Faults();
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

    // A sentence when the packets could not be put there
    private async Task<string?> StageAsync(GameFolder folder)
    {
        progress.Show(RunStep.Stage);
        try
        {
            await WriteNodelistAsync(folder);
            progress.Judge(folder.Notices().Select(n => new Judgement(VerdictKind.GameFolder, VerdictWeight.Notice, n)));
            var (chosen, taken) = await tools.Store.ChooseAsync(
                run, league.HubIndex, (tools.Options.MostPackets, RunOptions.MostBytes), Inbound.TakenNames(folder));
            _staged.AddRange(chosen);
            if (taken.Count > 0)
            {
                progress.Judge(VerdictKind.Consumption, VerdictWeight.Notice,
                    $"INBOUND has a file of its own named {taken[0].Name}{(taken.Count > 1 ? $" and {taken.Count - 1} more" : "")}; the hub's packet of that name waits for the next run.");
            }

            foreach (var part in chosen.Chunk(64))
            {
                Inbound.Put(folder, part, await tools.Store.BytesAsync(part));
            }

            Inbound.Sync(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await TakeBackAsync(folder);
            return $"Packets could not be put into {folder.Inbound}: {failure.Message} They stay queued.";
        }

        run.Staged = _staged.Count;
        return null;
    }

    private async Task<(RunOutcome, string)> TakeBackAsync(GameFolder folder)
    {
        Inbound.Remove(folder, _staged, unfinished: true);
        await tools.Store.UnstageAsync(run, _staged.Select(p => p.Id));
        run.Staged = 0;
        return Stopped("before the game started; the packets stay queued.");
    }

    private async Task<(RunOutcome, string)> PlayAsync(GameFolder folder, IDosMachine machine)
    {
        run.Machine = machine.Name;
        run.StagedAt = run.PlayStartedAt = tools.Store.Now;
        await tools.Store.WriteAsync(run, writer =>
        {
            progress.Write(writer);
            writer.Execute(
                """UPDATE "Runs" SET "Staged" = @p0, "StagedAt" = @p1, "PlayStartedAt" = @p1, "Machine" = @p2 WHERE "Id" = @p3""",
                run.Staged, run.StagedAt, run.Machine, run.Id);
        });
        progress.Show(RunStep.Play);
        // Once for the whole game: what is judged is what it was started with
        var timeLimit = tools.Options.TimeLimit;
        using var gameLock = new GameLock(folder, run.PlayStartedAt.Value);
        // Only the screen calls while the game runs, so the glance has one writer at a time
        await using var screen = new RunScreen(run, progress.Live, tools.Store, tools.Clock, phase => progress.Show(RunStep.Play, phase));
        var outcome = await machine.RunAsync(
            new DosJob(folder.DriveC, folder.Path, [$"{league.Id.Game.Program} {league.MaintenanceCommand}"])
            {
                TimeLimit = timeLimit,
                Id = SessionId(tools.Storage, run.Id, "play"),
            },
            screen,
            stop.Token);
        await screen.EndAsync();
        // What the game took in must be on disk before the ledger says that it has it
        DurableFile.SyncFileSystem(folder.Path);
        run.PlayEndedAt = tools.Store.Now;
        run.EmulatorMs = (long)outcome.Elapsed.TotalMilliseconds;
        run.ExitCode = outcome.CommandCodes[0];
        var keep = screen.Pack();
        await tools.Store.WriteAsync(run, writer =>
        {
            keep(writer);
            writer.Execute(
                """UPDATE "Runs" SET "PlayEndedAt" = @p0, "EmulatorMs" = @p1, "ExitCode" = @p2 WHERE "Id" = @p3""",
                run.PlayEndedAt, run.EmulatorMs, run.ExitCode, run.Id);
        });
        var evidence = new PlayEvidence(outcome, screen.Transcript, machine.Name, timeLimit, stop.HubCloses);
        return await SettleAsync(folder, machine, evidence, gameLock);
    }

    private async Task<(RunOutcome, string)> SettleAsync(GameFolder folder, IDosMachine machine, PlayEvidence play, GameLock gameLock)
    {
        progress.Show(RunStep.Verify);
        var lockLeft = gameLock.Look(play.Outcome.Ending == DosEnding.Ended, play.LockedOut);
        var left = Inbound.Left(folder, _staged);
        var consumed = _staged.Except(left).ToList();
        var packets = new ConsumptionEvidence(
            _staged.Count, consumed.Count, consumed.Select(p => p.Name.Source).ToHashSet(), [.. left.Select(p => p.Name.ToString())]);
        var judgements = RunJudge.Judge(play, packets, lockLeft);
        var outcome = RunJudge.Outcome(play, judgements, lockLeft);
        progress.Judge(judgements);
        await tools.Store.JudgedAsync(run, consumed, left, progress.Write);
        if (lockLeft == LockEvidence.LeftByRun)
        {
            folder.Lock?.Delete();
        }

        Inbound.Remove(folder, left, unfinished: false);
        if (await CollectAsync(folder) && outcome == RunOutcome.Good)
        {
            outcome = RunOutcome.Incomplete;
        }

        if (play.Transcript.Completed && tools.Options.Reports && !stop.Token.IsCancellationRequested && folder.Lock is null)
        {
            await ReportAsync(folder, machine);
        }

        await NodelistAsync();
        return (outcome, RunJudge.Summary(outcome, run));
    }

    // Whether something there is wrong
    private async Task<bool> CollectAsync(GameFolder folder)
    {
        progress.Show(RunStep.Collect);
        var collected = await tools.Collector.CollectAsync(folder, run.Id, TimeSpan.Zero);
        run.Written += collected.Entered;
        var judgements = RunJudge.Outbound(collected).ToList();
        progress.Judge(judgements);
        run.CollectedAt = collected.PlayerInside ? null : tools.Store.Now;
        await tools.Store.WriteAsync(run, writer =>
        {
            progress.Write(writer);
            writer.Execute("""UPDATE "Runs" SET "CollectedAt" = @p0 WHERE "Id" = @p1""", run.CollectedAt, run.Id);
        });
        return judgements.Exists(j => j.Weight == VerdictWeight.Bad);
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

    private async Task WriteNodelistAsync(GameFolder folder)
    {
        await using var db = await tools.Databases.CreateDbContextAsync();
        if (await NodelistPublisher.CurrentAsync(db, league.Id, CancellationToken.None) is { } nodelist)
        {
            folder.WriteNodelist(nodelist.Bytes);
        }
    }
}
