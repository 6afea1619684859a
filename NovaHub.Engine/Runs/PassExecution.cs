using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Transcripts;

namespace NovaHub.Engine.Runs;

/// <summary>What came of a pass.</summary>
/// <param name="Outcome">As if the pass were the whole run.</param>
/// <param name="CanGoOn">The game came back to DOS by itself: it can be started again.</param>
/// <param name="Completed">It was the last pass, and the completion line was there.</param>
/// <param name="Why">Why the game was not started, or null.</param>
internal readonly record struct PassVerdict(RunOutcome Outcome, bool CanGoOn, bool Completed, string? Why = null)
{
    /// <summary>It was asked to stop before the game was started; the packets wait again.</summary>
    public bool WasStopped { get; init; }
}

/// <summary>
/// Starts the game once: stage ▸ play ▸ verify. A run has one pass, or several where packets must be read one after the other:
/// all but the last read only. Each is judged by itself and recorded before the next begins.
/// </summary>
internal sealed class PassExecution(RunTools tools, RunProgress progress, Run run, League league, RunStop stop, (GameFolder Folder, IDosMachine Machine) game)
{
    private GameFolder Folder => game.Folder;

    /// <summary>The command that reads only, with the words of the league's own; null when that is none that has such a half.</summary>
    public static string? ReadingCommand(string maintenance)
    {
        var words = maintenance.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is [var first, ..] && first.Equals("PLANETARY", StringComparison.OrdinalIgnoreCase) ? string.Join(' ', ["INBOUND", .. words[1..]]) : null;
    }

    /// <summary>Runs it, unless somebody came into the game since the pass before. Never throws for what a game, an emulator or a folder does.</summary>
    public async Task<PassVerdict> RunAsync(RunScreen screen, IReadOnlyList<StagedPacket> packets, bool isLast)
    {
        if (run.Passes > 0 && Folder.Lock is not null)
        {
            progress.Judge(VerdictKind.Lock, VerdictWeight.Bad, "Somebody came into the hub's game between two passes. What was not read yet waits; it is tried again.");
            return new PassVerdict(RunOutcome.GameInUse, CanGoOn: false, Completed: false);
        }

        progress.Show(RunStep.Stage);
        var number = run.Passes + 1;
        var staged = await tools.Store.BeginPassAsync(run, number, packets);
        run.Passes = number;
        run.StagedAt = run.VerifiedAt = null;
        var (sound, fault) = await StageAsync(staged);
        if (fault is not null)
        {
            progress.Judge(VerdictKind.GameFolder, VerdictWeight.Bad, fault);
            return new PassVerdict(RunOutcome.Failed, CanGoOn: false, Completed: false, fault);
        }

        JudgeChanged([.. staged.Except(sound).Select(p => p.Name.ToString())]);
        if (stop.Token.IsCancellationRequested)
        {
            await TakeBackAsync(sound);
            return new PassVerdict(RunOutcome.Cancelled, CanGoOn: false, Completed: false) { WasStopped = true };
        }

        return await PlayAsync(screen, sound, isLast);
    }

    private void JudgeChanged(IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            var them = names.Count == 1 ? "it" : "them";
            progress.Judge(
                VerdictKind.Consumption, VerdictWeight.Bad,
                $"{Words.Packets(names.Count)} {(names.Count == 1 ? "was" : "were")} not put before the game, but held for your decision: {Words.Some(names)}. The bytes in the ledger are not those that came in: the disk or the database file was changed. Restore a backup, or have the sender send {them} again.");
        }
    }

    // Those that lie in INBOUND now; or a sentence when they could not be put there
    private async Task<(IReadOnlyList<StagedPacket> Sound, string? Fault)> StageAsync(IReadOnlyList<StagedPacket> packets)
    {
        var sound = new List<StagedPacket>(packets.Count);
        try
        {
            foreach (var part in packets.Chunk(64))
            {
                var read = await tools.Store.SoundAsync(run, part);
                Inbound.Put(Folder, [.. read.Select(r => r.Packet)], [.. read.Select(r => r.Bytes)]);
                sound.AddRange(read.Select(r => r.Packet));
            }

            Inbound.Sync(Folder);
            return (sound, null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await TakeBackAsync(packets);
            return ([], $"The hub can't write into {Folder.Inbound} ({Words.Reason(failure)}), so the packets stay queued. Make the folder writable for the user that runs the hub; a disk that is mounted read-only or full needs to be seen to first.");
        }
    }

    private async Task TakeBackAsync(IReadOnlyList<StagedPacket> packets)
    {
        await tools.Store.RequireAsync();
        Inbound.Remove(Folder, packets, unfinished: true);
        await tools.Store.UnstageAsync(run, packets.Select(p => p.Id));
    }

    private async Task<PassVerdict> PlayAsync(RunScreen screen, IReadOnlyList<StagedPacket> staged, bool isLast)
    {
        run.Staged += staged.Count;
        run.StagedAt = run.PlayStartedAt = tools.Store.Now;
        run.PlayEndedAt = null;
        run.MaintenanceAt = isLast ? run.PlayStartedAt : null;
        await tools.Store.WriteAsync(run, writer =>
        {
            progress.Write(writer);
            writer.Execute(
                """UPDATE "Runs" SET "Staged" = @p0, "StagedAt" = @p1, "PlayStartedAt" = @p1, "PlayEndedAt" = NULL, "MaintenanceAt" = @p2, "Machine" = @p3 WHERE "Id" = @p4""",
                run.Staged, run.StagedAt, run.MaintenanceAt, run.Machine, run.Id);
        });
        progress.Show(RunStep.Play);
        // Once for the whole pass: what is judged is what it was started with
        var timeLimit = tools.Options.TimeLimit;
        var command = isLast ? league.MaintenanceCommand : ReadingCommand(league.MaintenanceCommand)!;
        screen.BeginPass(new RunPass(run.Passes, command.Contains("/DETAILED", StringComparison.OrdinalIgnoreCase)));
        using var gameLock = new GameLock(Folder, run.PlayStartedAt.Value);
        await using var disk = new DiskWatch(Folder, tools.Clock);
        var outcome = await game.Machine.RunAsync(
            new DosJob(Folder.DriveC, Folder.Path, [$"{league.Id.Game.Program} {command}"])
            {
                TimeLimit = timeLimit,
                Id = RunExecution.SessionId(tools.Storage, run.Id, "play"),
            },
            screen,
            stop.Token);
        await screen.EndPassAsync();
        var wasFull = await disk.EndAsync();
        await EndedAsync(screen, outcome);
        return await VerifyAsync(screen, staged, gameLock, new PlayEvidence(outcome, screen.Transcript, game.Machine.Name, timeLimit, stop.HubCloses)
        {
            Pass = run.Passes,
            IsLast = isLast,
            DiskWasFull = wasFull,
        });
    }

    private async Task EndedAsync(RunScreen screen, DosOutcome outcome)
    {
        // What the game took in must be on disk before the ledger says that it has it
        DurableFile.SyncFileSystem(Folder.Path);
        run.PlayEndedAt = tools.Store.Now;
        run.EmulatorMs += (long)outcome.Elapsed.TotalMilliseconds;
        run.ExitCode = outcome.CommandCodes[0];
        var keep = screen.Pack();
        await tools.Store.WriteAsync(run, writer =>
        {
            keep(writer);
            writer.Execute(
                """UPDATE "Runs" SET "PlayEndedAt" = @p0, "EmulatorMs" = @p1, "ExitCode" = @p2 WHERE "Id" = @p3""",
                run.PlayEndedAt, run.EmulatorMs, run.ExitCode, run.Id);
        });
    }

    private async Task<PassVerdict> VerifyAsync(RunScreen screen, IReadOnlyList<StagedPacket> staged, GameLock gameLock, PlayEvidence play)
    {
        progress.Show(RunStep.Verify);
        var lockLeft = gameLock.Look(play.Outcome.Ending == DosEnding.Ended, play.LockedOut);
        var found = await InboundFindings.JudgeAsync(staged, Inbound.Left(Folder, staged), screen.Shown(), play.DiskWasFull, tools.Store.BytesAsync);
        var judgements = RunJudge.Judge(play, found, lockLeft);
        progress.Judge(judgements);
        await tools.Store.JudgedAsync(run, found, progress.Write);
        if (lockLeft == LockEvidence.LeftByRun)
        {
            Folder.Lock?.Delete();
        }

        Inbound.Remove(Folder, [.. found.Left, .. found.Doubtful.Select(d => d.Packet)], unfinished: false);
        var endedWell = play.Outcome.Ending is DosEnding.Ended && play.Outcome.CommandCodes is [0, ..];
        return new PassVerdict(
            RunJudge.Outcome(play, judgements, lockLeft),
            CanGoOn: endedWell && play.Transcript.RuntimeError is null && lockLeft != LockEvidence.LeftByRun,
            Completed: play.IsLast && play.Transcript.Completed);
    }
}
