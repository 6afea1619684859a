using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>A hub that died at each point of a run, and what the next one makes of it by the evidence.</summary>
public class RecoveryTests
{
    private static readonly DateTime s_start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Half_staged_packets_are_taken_back_even_when_a_file_is_torn()
    {
        await using var scene = await Scene.StartAsync();
        var (one, two, three) = (await scene.StageAsync(2, 1), await scene.StageAsync(2, 2, file: false), await scene.StageAsync(3, 1));
        await File.WriteAllBytesAsync(scene.Inbound("900B0301.001"), []);
        await File.WriteAllTextAsync(scene.Inbound("NOVAHUB.TMP"), "half");
        await scene.InterruptAsync(_ => { });

        var report = await scene.RecoverAsync();

        Assert.Equal((RunOutcome.Interrupted, 0, 0), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed));
        Assert.Empty(Directory.EnumerateFiles(scene.Hub.InboundOf(scene.League)));
        Assert.Empty(report.PacketsIn);
        foreach (var packet in new[] { one, two, three })
        {
            await VerdictTests.IsQueuedAsync(scene.Hub, packet);
        }

        Assert.Equal((RunOutcome.Good, 3), await scene.RunAgainAsync());
    }

    [Fact]
    public async Task Packets_of_a_game_that_never_started_are_queued_again()
    {
        await using var scene = await Scene.StartAsync();
        await scene.StageAsync(2, 1);
        await scene.InterruptAsync(run => run.StagedAt = run.PlayStartedAt = s_start);

        var report = await scene.RecoverAsync();

        Assert.Equal((RunOutcome.Interrupted, 0, 1), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed));
        Assert.Empty(Directory.EnumerateFiles(scene.Hub.InboundOf(scene.League)));
        Assert.Equal((RunOutcome.Good, 1), await scene.RunAgainAsync());
    }

    [Fact]
    public async Task In_the_middle_of_the_game_what_is_gone_was_read_what_is_there_waits_and_what_was_written_is_taken()
    {
        await using var scene = await Scene.StartAsync();
        var read = await scene.StageAsync(2, 1, file: false);
        var left = await scene.StageAsync(3, 1);
        var written = scene.Hub.Packet(1, 2);
        await File.WriteAllBytesAsync(scene.Outbound("900B0102.001"), written);
        await File.WriteAllBytesAsync(scene.Outbound("900B0103.001"), scene.Hub.Packet(1, 3).AsMemory(0, 18));
        scene.Lock(s_start.AddSeconds(1));
        await scene.InterruptAsync(run => run.StagedAt = run.PlayStartedAt = s_start, shown: [2]);

        var report = await scene.RecoverAsync();

        Assert.Equal((RunOutcome.Interrupted, 1, 1, 1), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed, report.Run.Written));
        Assert.NotNull((await scene.Hub.PacketAsync(read)).ConsumedAt);
        await VerdictTests.IsQueuedAsync(scene.Hub, left);
        Assert.Equal(["900B0102.001"], report.PacketsOut.Select(p => p.Name.ToString()));
        Assert.Empty(Directory.EnumerateFiles(scene.Hub.OutboundOf(scene.League)));
        Assert.False(File.Exists(scene.Hub.LockOf(scene.League)));
        // The packet whose writer was killed is set aside, neither delivered nor lost
        var aside = Path.Combine(scene.Hub.Get<StorageOptions>().Root, "set-aside", "900B", $"900B0103.001.run{report.Run.Id}");
        Assert.Equal(18, new FileInfo(aside).Length);
        Assert.Equal((RunOutcome.Good, 1), await scene.RunAgainAsync());
    }

    [Fact]
    public async Task A_player_who_came_in_after_the_interruption_keeps_the_lock_and_OUTBOUND_is_left_alone()
    {
        await using var scene = await Scene.StartAsync();
        scene.Lock(s_start.AddMinutes(10));
        await scene.InterruptAsync(run => run.StagedAt = run.PlayStartedAt = s_start);
        await File.WriteAllBytesAsync(scene.Outbound("900b0102.001"), scene.Hub.Packet(1, 2));

        var report = await scene.RecoverAsync();

        Assert.True(File.Exists(scene.Hub.LockOf(scene.League)));
        // What is in OUTBOUND may be the player's, and half
        Assert.Equal(0, report.Run.Written);
        Assert.True(File.Exists(scene.Outbound("900b0102.001")));
        Assert.Contains(report.Verdicts, v => v.Sentence.Contains("OUTBOUND was left alone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_player_who_came_in_seconds_after_the_hub_died_keeps_the_lock()
    {
        await using var scene = await Scene.StartAsync();
        var run = await scene.InterruptAsync(r => r.StagedAt = r.PlayStartedAt = s_start);
        // Killed two seconds into the session, and its emulator with it; the player came a quarter of a minute later
        await scene.ChangeAsync(async db =>
        {
            var machine = scene.Hub.Get<RunLeases>().Holder.Split('/')[0];
            db.Add(new RunLease { LeagueId = scene.League, Holder = $"{machine}/4194305/1/x", RunId = run, HeartbeatAt = s_start.AddSeconds(2) });
            await db.SaveChangesAsync();
        });
        scene.Lock(s_start.AddSeconds(17));
        await File.WriteAllBytesAsync(scene.Outbound("900b0102.001"), scene.Hub.Packet(1, 2));

        var report = await scene.RecoverAsync();

        Assert.True(File.Exists(scene.Hub.LockOf(scene.League)));
        Assert.Equal(0, report.Run.Written);
        Assert.True(File.Exists(scene.Outbound("900b0102.001")));
    }

    [Fact]
    public async Task A_game_that_had_finished_well_makes_the_run_good()
    {
        await using var scene = await Scene.StartAsync();
        await scene.StageAsync(2, 1, file: false);
        await File.WriteAllBytesAsync(scene.Outbound("900b0103.001"), scene.Hub.Packet(1, 3));
        await scene.InterruptAsync(run =>
        {
            run.StagedAt = run.PlayStartedAt = s_start;
            run.PlayEndedAt = s_start.AddSeconds(2);
            run.ExitCode = 0;
        }, "■  Processing Incoming Data\n    Processing Incoming Data from Node 2\n■  Planetary Maintenance Complete", shown: [2]);

        var report = await scene.RecoverAsync();

        Assert.Equal((RunOutcome.Good, 1, 0, 1), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed, report.Run.Written));
    }

    [Fact]
    public async Task A_packet_that_is_recorded_as_left_is_taken_from_INBOUND_and_never_counts_as_read()
    {
        await using var scene = await Scene.StartAsync();
        var packet = await scene.StageAsync(2, 1);
        var run = await scene.InterruptAsync(r =>
        {
            r.StagedAt = r.PlayStartedAt = s_start;
            r.PlayEndedAt = r.VerifiedAt = s_start.AddSeconds(2);
            r.Unconsumed = 1;
        });
        // Died between the commit that queued it again and the removal of its file
        await scene.ChangeAsync(db => db.Set<RunPacket>().Where(p => p.RunId == run).ExecuteUpdateAsync(s => s.SetProperty(p => p.Consumed, false)));
        await scene.ChangeAsync(db => db.Set<Packet>().ExecuteUpdateAsync(s => s.SetProperty(p => p.StagedInRunId, (long?)null)));

        var report = await scene.RecoverAsync();

        Assert.Equal((0, 1), (report.Run.Consumed, report.Run.Unconsumed));
        Assert.Empty(Directory.EnumerateFiles(scene.Hub.InboundOf(scene.League)));
        await VerdictTests.IsQueuedAsync(scene.Hub, packet);
    }

    [Fact]
    public async Task What_was_verified_but_not_collected_is_collected_once()
    {
        await using var scene = await Scene.StartAsync();
        var bytes = scene.Hub.Packet(1, 2);
        await File.WriteAllBytesAsync(scene.Outbound("900b0102.001"), bytes);
        await File.WriteAllBytesAsync(scene.Outbound("900b0103.001"), scene.Hub.Packet(1, 3));
        var run = await scene.InterruptAsync(r =>
        {
            r.StagedAt = r.PlayStartedAt = s_start;
            r.PlayEndedAt = r.VerifiedAt = s_start.AddSeconds(2);
            r.ExitCode = 0;
        });
        // Died between the commit of the first packet and the removal of its file
        var store = scene.Hub.Get<RunStore>();
        Assert.True(PacketName.TryParse("900B0102.001", out var name));
        var lease = await store.HoldAsync(scene.League);
        using (lease.Use())
        {
            await store.EnterAsync(scene.League, run, [new FoundPacket("", name, bytes)]);
        }

        await store.GiveAsync(lease);

        var report = await scene.RecoverAsync();

        Assert.Equal(2, report.Run.Written);
        Assert.Equal(["900B0102.001", "900B0103.001"], report.PacketsOut.Select(p => p.Name.ToString()).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(scene.Hub.OutboundOf(scene.League)));
    }

    [Fact]
    public async Task A_lock_that_interrupted_reports_left_is_removed()
    {
        await using var scene = await Scene.StartAsync();
        scene.Lock(s_start.AddSeconds(4));
        await scene.InterruptAsync(run =>
        {
            run.StagedAt = run.PlayStartedAt = s_start;
            run.PlayEndedAt = run.VerifiedAt = s_start.AddSeconds(2);
            run.CollectedAt = s_start.AddSeconds(3);
            run.ExitCode = 0;
        }, "■  Planetary Maintenance Complete");

        var report = await scene.RecoverAsync();

        Assert.Equal(RunOutcome.Good, report.Run.Outcome);
        Assert.False(File.Exists(scene.Hub.LockOf(scene.League)));
    }

    [Fact]
    public async Task While_the_game_folder_is_away_nothing_is_judged_and_nothing_is_started()
    {
        await using var scene = await Scene.StartAsync();
        var packet = await scene.StageAsync(2, 1);
        var run = await scene.InterruptAsync(r => r.StagedAt = r.PlayStartedAt = s_start);
        var game = scene.Hub.GameOf(scene.League);
        Directory.Move(game, game + ".off");

        await scene.Hub.Runs.RecoverAsync(CancellationToken.None);
        var refused = await scene.Hub.RunAsync(scene.League);

        Assert.Null((await scene.Hub.Get<RunHistory>().FindAsync(run, CancellationToken.None))!.Run.EndedAt);
        Assert.Equal((RunOutcome.Failed, null), (refused.Run.Outcome, refused.Run.PlayStartedAt));
        VerdictTests.Bad(refused, VerdictKind.Recovery, $"Run {run} was interrupted, and its game folder");
        Assert.Equal(run, (await scene.Hub.PacketAsync(packet)).StagedInRunId);

        Directory.Move(game + ".off", game);
        Assert.Equal((0, 1), ((await scene.RecoverAsync()).Run.Consumed, (await scene.ReportAsync()).Run.Unconsumed));
        await VerdictTests.IsQueuedAsync(scene.Hub, packet);
    }

    [Fact]
    public async Task Evidence_is_looked_for_where_the_run_worked_and_not_in_the_leagues_new_folder()
    {
        await using var scene = await Scene.StartAsync();
        var packet = await scene.StageAsync(2, 1);
        await scene.InterruptAsync(run => run.StagedAt = run.PlayStartedAt = s_start);
        var other = Engine.Sandbox.SandboxGame.Install(scene.Hub.Games, "OTHER", scene.League, "The Hub BBS", "13:10/1", null);
        await scene.Hub.Get<LeagueAdmin>().ChangeAsync(scene.League, l => l.GameFolder = other, CancellationToken.None);

        var report = await scene.RecoverAsync();

        Assert.Equal((0, 1), (report.Run.Consumed, report.Run.Unconsumed));
        await VerdictTests.IsQueuedAsync(scene.Hub, packet);
        Assert.Equal((RunOutcome.Good, 1), await scene.RunAgainAsync());
    }

    [Fact]
    public async Task A_restored_copy_at_the_same_path_is_no_evidence_and_its_packets_are_held()
    {
        await using var scene = await Scene.StartAsync();
        var packets = new[] { await scene.StageAsync(2, 1), await scene.StageAsync(2, 2), await scene.StageAsync(3, 1) };
        var game = scene.Hub.GameOf(scene.League);
        var backup = Copy(game, game + ".bak");
        await scene.InterruptAsync(run => run.StagedAt = run.PlayStartedAt = s_start, shown: [2, 3]);
        // The sysop puts the backup of last night in its place: its INBOUND is empty
        Directory.Delete(game, recursive: true);
        Directory.Move(backup, game);
        Directory.EnumerateFiles(scene.Hub.InboundOf(scene.League)).ToList().ForEach(File.Delete);
        await File.WriteAllBytesAsync(scene.Outbound("900B0102.001"), scene.Hub.Packet(1, 2));

        var report = await scene.RecoverAsync();

        Assert.Equal((RunOutcome.Interrupted, 0, 0, 3, 0), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed, report.Run.Doubtful, report.Run.Written));
        Assert.Contains(report.Verdicts, v => v.Sentence.Contains("another copy stands in its place", StringComparison.Ordinal) && v.Sentence.EndsWith("3 packets are held for your decision.", StringComparison.Ordinal));
        foreach (var id in packets)
        {
            var packet = await scene.Hub.PacketAsync(id);
            Assert.Equal((PacketState.Held, HeldReason.OtherFolder), (packet.StateAt(1), packet.HeldReason!.Value));
        }

        // Nothing more happens to them by itself
        Assert.Equal((RunOutcome.Good, 0), await scene.RunAgainAsync());
    }

    [Fact]
    public async Task A_league_that_was_pointed_elsewhere_while_its_folder_went_away_has_its_packets_held()
    {
        await using var scene = await Scene.StartAsync();
        var packet = await scene.StageAsync(2, 1);
        await scene.InterruptAsync(run => run.StagedAt = run.PlayStartedAt = s_start, shown: [2]);
        // Moved: the mark is in it, but nothing tells a moved folder from a copy that was taken of it
        var moved = Path.Combine(scene.Hub.Games, "MOVED");
        Directory.Move(scene.Hub.GameOf(scene.League), moved);
        await scene.Hub.Get<LeagueAdmin>().ChangeAsync(scene.League, l => l.GameFolder = moved, CancellationToken.None);

        var report = await scene.RecoverAsync();

        Assert.Equal((0, 0, 1), (report.Run.Consumed, report.Run.Unconsumed, report.Run.Doubtful));
        Assert.Equal(PacketState.Held, (await scene.Hub.PacketAsync(packet)).StateAt(1));
    }

    [Fact]
    public async Task Packets_that_were_still_being_staged_wait_again_even_when_the_folder_is_another_one()
    {
        await using var scene = await Scene.StartAsync();
        var packet = await scene.StageAsync(2, 1);
        await scene.InterruptAsync(_ => { }, marked: false);

        var report = await scene.RecoverAsync();

        Assert.Equal(0, report.Run.Doubtful);
        await VerdictTests.IsQueuedAsync(scene.Hub, packet);
        Assert.Equal((RunOutcome.Good, 1), await scene.RunAgainAsync());
    }

    [Fact]
    public async Task A_packet_that_is_gone_though_the_dead_hub_saw_nothing_of_its_sender_is_held()
    {
        await using var scene = await Scene.StartAsync();
        var (seen, unseen) = (await scene.StageAsync(2, 1, file: false), await scene.StageAsync(3, 1, file: false));
        await scene.InterruptAsync(run => run.StagedAt = run.PlayStartedAt = s_start, shown: [2]);

        var report = await scene.RecoverAsync();

        Assert.Equal((1, 0, 1), (report.Run.Consumed, report.Run.Unconsumed, report.Run.Doubtful));
        Assert.NotNull((await scene.Hub.PacketAsync(seen)).ConsumedAt);
        Assert.Equal(HeldReason.GoneUnseen, (await scene.Hub.PacketAsync(unseen)).HeldReason);
        Assert.EndsWith("1 packet was read; 0 queued again, 1 held for your decision; 0 taken from OUTBOUND.", report.Run.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_died_between_two_passes_takes_back_the_second_ones_packets()
    {
        await using var scene = await Scene.StartAsync();
        var packet = await scene.StageAsync(2, 2, file: false);
        // The first pass was verified; of the second not every file was there yet
        await scene.InterruptAsync(
            run =>
            {
                run.PlayStartedAt = s_start;
                run.PlayEndedAt = s_start.AddSeconds(2);
                run.ExitCode = 0;
                run.Passes = 2;
            },
            "■  Planetary Maintenance Complete", shown: [2]);

        var report = await scene.RecoverAsync();

        Assert.Equal((0, 0, 0), (report.Run.Consumed, report.Run.Unconsumed, report.Run.Doubtful));
        await VerdictTests.IsQueuedAsync(scene.Hub, packet);
    }

    private static string Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }

        return to;
    }

    [Fact]
    public async Task The_next_run_of_the_league_closes_an_interrupted_one_first()
    {
        await using var scene = await Scene.StartAsync();
        await scene.StageAsync(2, 1);
        await scene.InterruptAsync(run => run.StagedAt = run.PlayStartedAt = s_start);

        Assert.Equal((RunOutcome.Good, 1), await scene.RunAgainAsync());
        Assert.Equal(RunOutcome.Interrupted, (await scene.ReportAsync()).Run.Outcome);
    }

    [Fact]
    public async Task A_run_of_another_machine_is_closed_at_start_or_as_soon_as_its_heartbeat_is_old()
    {
        await using var scene = await Scene.StartAsync(heartbeat: "00:00:00.300");
        await scene.StageAsync(2, 1);
        var run = await scene.InterruptAsync(r => r.StagedAt = r.PlayStartedAt = s_start);
        await scene.ChangeAsync(async db =>
        {
            db.Add(new RunLease { LeagueId = scene.League, Holder = "elsewhere/1/1/x", RunId = run, HeartbeatAt = DateTime.UtcNow });
            await db.SaveChangesAsync();
        });

        await using var next = await TestHub.StartAsync(
            new Dictionary<string, string?> { ["Runs:Heartbeat"] = "00:00:00.300", ["Runs:QuietTime"] = "00:10:00" }, scene.Hub.Folder, schedules: true);

        await Eventually.TrueAsync(async () => (await scene.ReportAsync()).Run.Outcome == RunOutcome.Interrupted, "Closing the run");
    }

    [Fact]
    public async Task An_emulator_that_outlived_its_hub_is_ended_before_anything_is_judged_and_the_dead_hub_can_touch_nothing()
    {
        await using var dead = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:Heartbeat"] = "00:01:00" });
        var league = await dead.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED HANG");
        var packet = await dead.SendAsync(league, 2, 1);
        var run = await dead.Runs.StartAsync(league, RunTrigger.ByHand, null, CancellationToken.None);
        await dead.LiveAsync(run, s => s.Phases.Any(p => p.Name == "Processing Incoming Data"), "The game at work");
        Assert.NotEmpty(Emulators.Of(dead, run, "play"));

        var waiting = dead.Runs.WaitAsync(run, CancellationToken.None);
        // It is on a machine that stands still
        await using (var db = await dead.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync())
        {
            await db.Set<RunLease>().ExecuteUpdateAsync(s => s.SetProperty(l => l.Holder, "elsewhere/1/1/x"));
        }

        await using var next = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:Heartbeat"] = "00:00:00.100" }, dead.Folder);
        await Eventually.TrueAsync(
            async () =>
            {
                await next.Runs.RecoverAsync(CancellationToken.None);
                return (await next.Get<RunHistory>().FindAsync(run, CancellationToken.None))!.Run.EndedAt is not null;
            },
            "Taking the league over");

        var report = (await next.Get<RunHistory>().FindAsync(run, CancellationToken.None))!;
        Assert.Equal((RunOutcome.Interrupted, 0, 1), (report.Run.Outcome, report.Run.Consumed, report.Run.Unconsumed));
        Assert.Contains(report.Verdicts, v => v.Sentence.StartsWith("The emulator of the interrupted run still ran", StringComparison.Ordinal));
        Assert.Empty(Emulators.Of(dead, run, "play"));
        Assert.False(File.Exists(dead.LockOf(league)));

        // The old hub wakes up: its packet is gone from INBOUND, and yet it must not call it read
        await Assert.ThrowsAsync<LeaseLostException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        await VerdictTests.IsQueuedAsync(dead, packet);
        await next.WordsAsync(league, "");
        Assert.Equal((RunOutcome.Good, 1), ((await next.RunAsync(league)).Run is var again) ? (again.Outcome!.Value, again.Consumed) : default);
    }

    private sealed class Scene(TestHub hub, LeagueId league) : IAsyncDisposable
    {
        private readonly List<long> _staged = [];
        private long _run;

        public TestHub Hub => hub;

        public LeagueId League => league;

        public static async Task<Scene> StartAsync(string heartbeat = "00:00:05")
        {
            var hub = await TestHub.StartAsync(new Dictionary<string, string?> { ["Runs:Heartbeat"] = heartbeat });
            return new Scene(hub, await hub.AddSandboxLeagueAsync());
        }

        public string Inbound(string name) => Path.Combine(hub.InboundOf(league), name);

        public string Outbound(string name) => Path.Combine(hub.OutboundOf(league), name);

        public void Lock(DateTime at)
        {
            File.WriteAllText(hub.LockOf(league), "x");
            File.SetLastWriteTimeUtc(hub.LockOf(league), at);
        }

        public async Task<long> StageAsync(int source, int sequence, bool file = true)
        {
            var bytes = hub.Packet(source, 1);
            var name = new PacketName(league, source, 1, sequence).ToString();
            var id = await hub.UploadAsync(name, bytes);
            if (file)
            {
                await File.WriteAllBytesAsync(Inbound(name), bytes);
            }

            _staged.Add(id);
            return id;
        }

        public async Task ChangeAsync(Func<HubDb, Task> change)
        {
            await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
            await change(db);
        }

        /// <summary>Leaves a run as a hub that died left it.</summary>
        /// <param name="dates">How far it had come.</param>
        /// <param name="transcript">What the screen had shown, if that was kept.</param>
        /// <param name="shown">Senders whose mail the screen had shown.</param>
        /// <param name="marked">Whether the game folder carries the run's mark.</param>
        public async Task<long> InterruptAsync(Action<Run> dates, string? transcript = null, int[]? shown = null, bool marked = true)
        {
            await ChangeAsync(async db =>
            {
                var run = new Run
                {
                    LeagueId = league, GameFolder = hub.GameOf(league), FolderMark = FolderIdentity.NewMark(), StartedAt = s_start, Staged = _staged.Count, Passes = 1,
                };
                dates(run);
                run.MaintenanceAt = run.PlayStartedAt;
                if (marked)
                {
                    FolderIdentity.Write(GameFolder.At(league, hub.GameOf(league)), "hub", run);
                }

                db.Add(run);
                await db.SaveChangesAsync();
                _run = run.Id;
                db.AddRange(_staged.Select(id => new RunPacket { RunId = run.Id, PacketId = id }));
                db.AddRange((shown ?? []).Select(node => new RunSender { RunId = run.Id, Pass = 1, Node = node, Shown = true }));
                if (transcript is not null)
                {
                    db.Add(new RunRecording { RunId = run.Id, Bytes = [], Transcript = transcript });
                }

                await db.SaveChangesAsync();
                await db.Set<Packet>().Where(p => _staged.Contains(p.Id)).ExecuteUpdateAsync(s => s.SetProperty(p => p.StagedInRunId, run.Id));
            });
            return _run;
        }

        public async Task<RunReport> RecoverAsync()
        {
            await hub.Runs.RecoverAsync(CancellationToken.None);
            var first = await ReportAsync();
            Assert.NotNull(first.Run.EndedAt);
            // A second look finds nothing to do
            await hub.Runs.RecoverAsync(CancellationToken.None);
            Assert.Equal(first.Verdicts.Count, (await ReportAsync()).Verdicts.Count);
            return first;
        }

        public async Task<RunReport> ReportAsync() => (await hub.Get<RunHistory>().FindAsync(_run, CancellationToken.None))!;

        public async Task<(RunOutcome?, int)> RunAgainAsync() => (await hub.RunAsync(league)).Run is var run ? (run.Outcome, run.Consumed) : default;

        public ValueTask DisposeAsync() => hub.DisposeAsync();
    }
}
