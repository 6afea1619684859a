using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Sandbox;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Runs;

/// <summary>What leaves OUTBOUND, when, in which order, and what an interruption at each moment leaves.</summary>
public class OutboundTests
{
    [Fact]
    public async Task When_a_player_comes_in_as_the_runs_game_ends_OUTBOUND_is_left_alone_until_the_player_has_left()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED FORCE");
        using var door = new FileSystemWatcher(hub.GameOf(league)) { NotifyFilter = NotifyFilters.FileName };
        door.Deleted += (_, change) =>
        {
            if ("inuse.flg".Equals(change.Name, StringComparison.OrdinalIgnoreCase))
            {
                door.EnableRaisingEvents = false;
                File.WriteAllText(hub.LockOf(league), "a player");
            }
        };
        door.EnableRaisingEvents = true;

        var report = await hub.RunAsync(league);

        Assert.Equal((0, null), (report.Run.Written, report.Run.CollectedAt));
        Assert.Contains(report.Verdicts, v => v is { Kind: VerdictKind.Outbound, Weight: VerdictWeight.Notice } && v.Sentence.Contains("was left alone", StringComparison.Ordinal));
        Assert.Equal(2, Directory.GetFiles(hub.OutboundOf(league)).Length);
        Assert.Empty(await hub.PacketsAsync());
        Assert.True(File.Exists(hub.LockOf(league)));

        File.Delete(hub.LockOf(league));
        Assert.Equal(2, (await CollectAsync(hub)).Entered);
        Assert.Empty(Directory.GetFiles(hub.OutboundOf(league)));
    }

    [Fact]
    public async Task When_a_player_comes_in_while_OUTBOUND_is_taken_nothing_more_leaves_it_and_nothing_is_entered_beside_the_player()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var sent = new List<byte[]>();
        Collected collected;
        do
        {
            for (var i = 0; i < 400; i++)
            {
                sent.Add(await PutAsync(hub, league, $"900b0102.{i:D3}"));
            }

            collected = await CollectBesideAsync(hub, league);
        }
        while (!collected.PlayerInside && sent.Count < 8000);

        Assert.True(collected.PlayerInside, "The player never came in between.");
        var entered = (await hub.PacketsAsync()).Count;
        Assert.NotEmpty(Directory.GetFiles(hub.OutboundOf(league)));
        Assert.Equal(0, (await CollectAsync(hub)).Entered);
        Assert.Equal(entered, (await hub.PacketsAsync()).Count);

        File.Delete(hub.LockOf(league));
        await CollectAsync(hub);
        Assert.Equal(sent, await BytesAsync(hub));
        Assert.Empty(Left(hub, league));
    }

    [Fact]
    public async Task An_interruption_between_any_two_steps_leaves_nothing_lost_and_nothing_twice()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var (first, second, third) = (hub.Packet(1, 2), hub.Packet(1, 2), hub.Packet(1, 3));
        var taken = Path.Combine(hub.GameOf(league), "NOVAHUB.OUT");
        await PutAsync(hub, league, "900b0102.001", first);
        await CollectAsync(hub);

        // Died between the commit and the removal; then between the move and the commit; and the game went on meanwhile
        await File.WriteAllBytesAsync(Path.Combine(taken, "900B0102.001.1"), first);
        await File.WriteAllBytesAsync(Path.Combine(taken, "900B0102.002.2"), second);
        await PutAsync(hub, league, "900b0103.001", third);
        Assert.Equal(2, (await CollectAsync(hub)).Entered);

        Assert.Equal([first, second, third], await BytesAsync(hub));
        Assert.Empty(Left(hub, league));
        Assert.Empty(Directory.GetFiles(hub.OutboundOf(league)));
    }

    [Fact]
    public async Task A_hub_that_starts_anew_enters_what_the_dead_one_had_taken()
    {
        await using var hub = await TestHub.StartAsync(keep: true);
        var league = await hub.AddSandboxLeagueAsync();
        await PutAsync(hub, league, "900b0102.001");
        await CollectAsync(hub);
        var bytes = hub.Packet(1, 3);
        await File.WriteAllBytesAsync(Path.Combine(hub.GameOf(league), "NOVAHUB.OUT", "900B0103.001.7"), bytes);
        await hub.DisposeAsync();

        await using var next = await TestHub.StartAsync(folder: hub.Folder, schedules: true);

        await Eventually.TrueAsync(async () => (await next.PacketsAsync()).Count == 2, "Entering the packet");
        Assert.Equal(bytes, (await BytesAsync(next))[1]);
        next.RemoveFolder();
    }

    [Fact]
    public async Task A_folder_of_the_same_name_that_is_not_the_hubs_is_left_alone_and_named()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var folder = Directory.CreateDirectory(Path.Combine(hub.GameOf(league), "NOVAHUB.OUT")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "900B0102.001.1"), "a stranger's");
        await PutAsync(hub, league, "900b0102.001");

        var collected = await CollectAsync(hub);

        Assert.Equal(0, collected.Entered);
        Assert.Contains("is not the hub's", Assert.Single(collected.Stuck), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder));
        Assert.Single(Directory.GetFiles(hub.OutboundOf(league)));
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_of_a_packet_that_the_game_adds_to_while_it_is_taken()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await AddFalconsEyeAsync(hub);
        var file = Path.Combine(hub.OutboundOf(league), "900f0102.001");
        using var enough = new CancellationTokenSource();
        var adding = Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++)
            {
                // As a game does: opens it or makes it anew, adds, closes
                await using (var adds = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
                {
                    await adds.WriteAsync(Encoding.ASCII.GetBytes($"{i};"));
                }

                await Task.Yield();
            }

            await enough.CancelAsync();
        });
        while (!enough.IsCancellationRequested)
        {
            await CollectAsync(hub);
        }

        await adding;
        await Eventually.TrueAsync(
            async () => await CollectAsync(hub) is { Resting.Count: 0 } && Directory.GetFiles(hub.OutboundOf(league)).Length == 0 && Left(hub, league).Length == 0, "Collecting the rest");

        var all = string.Concat((await BytesAsync(hub)).Select(Encoding.ASCII.GetString));
        Assert.Equal(string.Concat(Enumerable.Range(0, 400).Select(i => $"{i};")), all);
    }

    [Fact]
    public async Task A_file_that_another_program_holds_open_is_left_however_long_its_writer_pauses()
    {
        await using var hub = await TestHub.StartAsync(schedules: true);
        var league = await hub.AddSandboxLeagueAsync();
        var bytes = hub.Packet(1, 2);
        var file = Path.Combine(hub.OutboundOf(league), "900b0102.001");
        await using (var writing = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            await writing.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            // Each of these has rested long enough, so the first would have been taken with it
            for (var other = 1; other <= 3; other++)
            {
                await PutAsync(hub, league, $"900b0103.{other:D3}");
                await Eventually.TrueAsync(async () => (await hub.PacketsAsync()).Count == other, "Collecting another packet");
            }

            Assert.True(File.Exists(file));
            Assert.DoesNotContain(await hub.PacketsAsync(), p => p.Dest == 2);
            await writing.WriteAsync(bytes.AsMemory(bytes.Length / 2));
        }

        await Eventually.TrueAsync(async () => (await hub.PacketsAsync()).Count == 4, "Collecting the packet");
        Assert.Equal(bytes, (await BytesAsync(hub))[^1]);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_file_that_is_open_after_a_run_is_left_and_named()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED FORCE");
        var bytes = hub.Packet(1, 2);
        var file = Path.Combine(hub.OutboundOf(league), "900b0102.500");
        await using var writing = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await writing.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));

        var report = await hub.RunAsync(league);

        Assert.True(report.Run is { Outcome: RunOutcome.Good, Written: 2 }, RunTests.Show(report));
        Assert.Contains(report.Verdicts, v => v.Sentence.StartsWith("900B0102.500 is still open in another program", StringComparison.Ordinal));
        Assert.Equal([file], Directory.GetFiles(hub.OutboundOf(league)));
    }

    [Fact]
    public void A_file_is_open_closed_or_gone()
    {
        var path = Path.GetTempFileName();
        using (new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            Assert.Equal(FileUse.Open, OpenFiles.Look(path));
        }

        using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            Assert.Equal(FileUse.Open, OpenFiles.Look(path));
        }

        Assert.Equal(FileUse.Closed, OpenFiles.Look(path));
        // The look left nothing behind that keeps others out
        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal(FileUse.Open, OpenFiles.Look(path));
        }

        File.Delete(path);
        Assert.Throws<FileNotFoundException>(() => OpenFiles.Look(path));
    }

    [Fact]
    public async Task Links_pipes_and_sockets_in_OUTBOUND_are_never_opened_and_named_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes have names in folders on Linux only.");
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var outbound = hub.OutboundOf(league);
        var elsewhere = Path.Combine(hub.Folder, "elsewhere");
        await File.WriteAllBytesAsync(elsewhere, hub.Packet(1, 2));
        File.CreateSymbolicLink(Path.Combine(outbound, "900B0102.001"), elsewhere);
        File.CreateSymbolicLink(Path.Combine(outbound, "900B0102.002"), "/nowhere");
        await MakePipeAsync(Path.Combine(outbound, "900B0102.003"));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(outbound, "900B0102.004")));
        await PutAsync(hub, league, "900B0102.005");

        var collected = await CollectAsync(hub).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((1, 4), (collected.Entered, collected.Foreign.Count));
        Assert.All(collected.Foreign, f => Assert.Contains("no regular file", f, StringComparison.Ordinal));
        // One that an earlier release had taken
        await MakePipeAsync(Path.Combine(hub.GameOf(league), "NOVAHUB.OUT", "900B0102.006.9"));
        await PutAsync(hub, league, "900B0102.007");
        collected = await CollectAsync(hub).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((1, 1), (collected.Entered, collected.Foreign.Count));
        Assert.Empty((await CollectAsync(hub).WaitAsync(TimeSpan.FromSeconds(30))).Foreign);
        Assert.Equal(4, Directory.GetFileSystemEntries(outbound).Length);
        Assert.Empty(collected.Stuck);
    }

    [Fact]
    public async Task An_empty_file_in_OUTBOUND_is_still_set_aside_as_empty()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        await PutAsync(hub, league, "900B0102.001", []);
        var collected = await CollectAsync(hub);
        Assert.Contains("is empty", Assert.Single(collected.SetAside), StringComparison.Ordinal);
        Assert.Empty(collected.Foreign);
    }

    [Fact]
    public async Task A_link_under_the_name_of_the_hubs_own_file_in_INBOUND_is_not_written_through()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        await hub.SendAsync(league, 2, 1);
        var elsewhere = Path.Combine(hub.Folder, "elsewhere");
        await File.WriteAllTextAsync(elsewhere, "mine");
        File.CreateSymbolicLink(Path.Combine(hub.GameOf(league), "INBOUND", "NOVAHUB.TMP"), elsewhere);

        Assert.Equal(1, (await hub.RunAsync(league)).Run.Consumed);
        Assert.Equal("mine", await File.ReadAllTextAsync(elsewhere));
    }

    [Fact]
    public async Task An_INBOUND_that_the_hub_cant_write_into_is_named_with_what_to_do()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var id = await hub.SendAsync(league, 2, 1);
        // Root may write anywhere; where a folder has the name, nobody can write the file
        Directory.CreateDirectory(Path.Combine(hub.GameOf(league), "INBOUND", "NOVAHUB.TMP"));

        var run = (await hub.RunAsync(league)).Run;
        Assert.Matches(@"^The hub can't write into \S+INBOUND \([^()]*[^. ]\), so the packets stay queued\. Make the folder writable", run.Summary);
        Assert.Equal(PacketState.WaitingForGame, (await hub.PacketAsync(id)).StateAt(1));
        Assert.Equal("Read-only file system", Words.Reason(new IOException("Read-only file system : '/game/INBOUND/NOVAHUB.TMP'")));
    }

    private static async Task MakePipeAsync(string path)
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", [path]);
        await made.WaitForExitAsync();
        Assert.Equal(0, made.ExitCode);
    }

    [Fact]
    public async Task A_folder_in_OUTBOUND_is_named_once_in_the_run_and_in_the_activity()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        Directory.CreateDirectory(Path.Combine(hub.OutboundOf(league), "OLD"));
        await PutAsync(hub, league, Path.Combine("OLD", "900b0102.001"));

        var runs = new[] { await hub.RunAsync(league), await hub.RunAsync(league) };

        Assert.Equal([1, 0], runs.Select(r => r.Verdicts.Count(v => v.Sentence.StartsWith("OUTBOUND of 900B holds the folder OLD", StringComparison.Ordinal))));
        Assert.StartsWith("OUTBOUND of 900B holds the folder OLD", Assert.Single(await ToldAsync(hub)).Sentence, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.Combine(hub.OutboundOf(league), "OLD")));
    }

    [Fact]
    public async Task An_empty_and_a_cut_off_packet_are_set_aside_and_named_and_the_run_is_not_good()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync(maintenance: "PLANETARY /DETAILED FORCE");
        var half = hub.Packet(1, 3)[..18];
        await PutAsync(hub, league, "900b0102.500", []);
        await PutAsync(hub, league, "900b0103.500", half);

        var report = await hub.RunAsync(league);

        Assert.True(report.Run is { Outcome: RunOutcome.Incomplete, Written: 2 }, RunTests.Show(report));
        VerdictTests.Bad(report, VerdictKind.Outbound, "900B0102.500 that the game of 900B wrote is empty");
        VerdictTests.Bad(report, VerdictKind.Outbound, "900B0103.500 that the game of 900B wrote is cut off (18 bytes)");
        Assert.DoesNotContain(report.Verdicts, v => v.Sentence.Contains("no packet of this league", StringComparison.Ordinal));
        Assert.Equal(2, (await ToldAsync(hub)).Count);
        var aside = Path.Combine(hub.Get<StorageOptions>().Root, "set-aside", "900B");
        Assert.Empty(await File.ReadAllBytesAsync(Path.Combine(aside, $"900B0102.500.run{report.Run.Id}")));
        Assert.Equal(half, await File.ReadAllBytesAsync(Path.Combine(aside, $"900B0103.500.run{report.Run.Id}")));
        Assert.Empty(Directory.GetFiles(hub.OutboundOf(league)));
        Assert.Empty(Left(hub, league));
    }

    [Fact]
    public async Task Cut_off_packets_of_one_name_are_kept_side_by_side_outside_runs_too()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        foreach (var length in new[] { 18, 19, 19 })
        {
            await PutAsync(hub, league, "900b0102.001", new byte[length]);
            Assert.Single((await CollectAsync(hub)).SetAside);
        }

        var aside = Path.Combine(hub.Get<StorageOptions>().Root, "set-aside", "900B");
        Assert.Equal([("900B0102.001.play", 18L), ("900B0102.001.play-2", 19L)], Directory.GetFiles(aside).Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), new FileInfo(f).Length)));
        Assert.Empty(await hub.PacketsAsync());
    }

    [Fact]
    public async Task Of_Falcons_Eye_only_an_empty_packet_is_known_to_be_broken()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await AddFalconsEyeAsync(hub);
        var bytes = await PutAsync(hub, league, "900f0102.001", [1, 2, 3]);
        await PutAsync(hub, league, "900f0102.002", []);

        var collected = await CollectAsync(hub);

        Assert.Equal(1, collected.Entered);
        Assert.Contains("900F0102.002", Assert.Single(collected.SetAside), StringComparison.Ordinal);
        Assert.Equal([bytes], await BytesAsync(hub));
    }

    [Fact]
    public async Task Packets_are_entered_in_the_order_of_their_numbers_on_each_route()
    {
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        foreach (var name in new[] { "900b0103.001", "900b0102.001", "900b0102.999", "900b0102.000", "900b0102.998" })
        {
            await PutAsync(hub, league, name);
        }

        await CollectAsync(hub);

        Assert.Equal(
            ["900B0102.998", "900B0102.999", "900B0102.000", "900B0102.001", "900B0103.001"],
            (await hub.PacketsAsync()).Select(p => p.Name.ToString()));
    }

    [Fact]
    public async Task OUTBOUND_on_another_file_system_is_collected_too()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").Name != new DriveInfo(Path.GetTempPath()).Name, "There is no second file system.");
        await using var hub = await TestHub.StartAsync();
        var league = await hub.AddSandboxLeagueAsync();
        var elsewhere = Directory.CreateDirectory($"/dev/shm/novahub-{Guid.NewGuid():N}").FullName;
        try
        {
            Directory.Delete(hub.OutboundOf(league));
            Directory.CreateSymbolicLink(hub.OutboundOf(league), elsewhere);
            var bytes = await PutAsync(hub, league, "900b0102.001");

            var collected = await CollectAsync(hub);

            Assert.Empty(collected.Stuck);
            Assert.Empty(collected.Foreign);
            Assert.Equal([bytes], await BytesAsync(hub));
            Assert.Equal(["NOVAHUB.OUT"], Directory.GetFileSystemEntries(elsewhere).Select(Path.GetFileName));
            // Found there by the next look, too
            await File.WriteAllBytesAsync(Path.Combine(elsewhere, "NOVAHUB.OUT", "900B0103.001.2"), hub.Packet(1, 3));
            Assert.Equal(1, (await CollectAsync(hub)).Entered);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    private static async Task<Collected> CollectAsync(TestHub hub)
    {
        var league = (await hub.Get<LeagueAdmin>().ListAsync(CancellationToken.None)).Single();
        var collected = new Collected();
        Assert.True(await hub.Runs.HoldAsync(league, async () =>
            collected = await hub.Get<OutboundCollector>().CollectAsync(GameFolder.Of(league)!, null, TimeSpan.Zero)));
        return collected;
    }

    // A player comes in as soon as the first file has left
    private static async Task<Collected> CollectBesideAsync(TestHub hub, LeagueId league)
    {
        using var over = new CancellationTokenSource();
        var player = Task.Factory.StartNew(
            () =>
            {
                while (!over.IsCancellationRequested)
                {
                    if (Left(hub, league).Length > 0)
                    {
                        File.WriteAllText(hub.LockOf(league), "a player");
                        return;
                    }
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var collected = await CollectAsync(hub);
        await over.CancelAsync();
        await player;
        if (!collected.PlayerInside)
        {
            File.Delete(hub.LockOf(league));
        }

        return collected;
    }

    private static string[] Left(TestHub hub, LeagueId league) =>
        Path.Combine(hub.GameOf(league), "NOVAHUB.OUT") is var folder && Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder).Where(f => Path.GetFileName(f) != "NOVAHUB.TXT")]
            : [];

    private static async Task<byte[]> PutAsync(TestHub hub, LeagueId league, string name, byte[]? bytes = null)
    {
        bytes ??= hub.Packet(1, int.Parse(Path.GetFileName(name)[6..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        await File.WriteAllBytesAsync(Path.Combine(hub.OutboundOf(league), name), bytes);
        return bytes;
    }

    private static async Task<List<byte[]>> BytesAsync(TestHub hub)
    {
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        return await db.Set<Packet>().OrderBy(p => p.Id).Select(p => db.Set<Content>().Single(c => c.Sha256 == p.Sha256).Bytes).ToListAsync();
    }

    private static async Task<IReadOnlyList<Activity>> ToldAsync(TestHub hub) =>
        (await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.OutboundOdd), null, false, 50, CancellationToken.None)).Items;

    private static async Task<LeagueId> AddFalconsEyeAsync(TestHub hub)
    {
        var league = LeagueId.Parse("900F");
        var folder = SandboxGame.Install(hub.Games, "B900N01", league, "The Hub BBS", "13:10/1", null);
        await hub.Get<LeagueAdmin>().AddAsync(new LeagueRequest(league, "Falcons", "13:900/1", folder), CancellationToken.None);
        await hub.Get<BbsAdmin>().AddAsync("Alpha", [new SeatRequest(league, 2, "13:900/2")], CancellationToken.None);
        return league;
    }
}
