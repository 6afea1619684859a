using NovaHub.Engine.Activities;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Alerts.Rules;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Tests.Alerts;

public class AlertRuleTests
{
    private static readonly LeagueId League = LeagueId.Parse("900B");

    [Fact]
    public async Task The_latest_run_that_was_not_good_counts_those_before_it_and_ends_with_the_next_good_one()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var rule = new RunNotGoodRule(bench.Databases, bench.Hub.Get<HubDirectory>());
        Assert.Empty(await bench.LookAsync(rule));
        await bench.StoreAsync(Ended(bench, 1, RunOutcome.Good), Ended(bench, 2, RunOutcome.Failed));
        var alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertWeight.Bad, 1, 2L, League, "Run 2 of 900B was not good. What came of 2."), (alert.Weight, alert.Times, alert.RunId!.Value, alert.LeagueId!.Value, alert.Sentence));

        await bench.StoreAsync(Ended(bench, 3, RunOutcome.Cancelled), Ended(bench, 4, RunOutcome.TimedOut), Ended(bench, 5, RunOutcome.Incomplete));
        alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertWeight.Notice, 3, 5L), (alert.Weight, alert.Times, alert.RunId!.Value));
        // A run that goes on says nothing yet
        await bench.StoreAsync(new Run { Id = 6, LeagueId = League, StartedAt = bench.Now });
        Assert.Equal(AlertState.New, Assert.Single(await bench.LookAsync(rule)).State);
        await bench.StoreAsync(Ended(bench, 7, RunOutcome.Good), Ended(bench, 8, RunOutcome.Cancelled));
        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
    }

    [Fact]
    public async Task A_failure_that_somebody_closed_is_an_alert_again_with_the_next_run_that_fails()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var rule = new RunNotGoodRule(bench.Databases, bench.Hub.Get<HubDirectory>());
        await bench.StoreAsync(Ended(bench, 1, RunOutcome.Failed));
        await bench.LookAsync(rule);
        await bench.Desk.ResolveAsync([1], "Ada", default);
        Assert.Single(await bench.LookAsync(rule));
        await bench.StoreAsync(Ended(bench, 2, RunOutcome.Failed));
        var again = (await bench.LookAsync(rule))[1];
        Assert.Equal((AlertState.New, 2, 2L), (again.State, again.Times, again.RunId!.Value));
    }

    [Fact]
    public async Task A_retired_league_needs_nobody()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var rule = new RunNotGoodRule(bench.Databases, bench.Hub.Get<HubDirectory>());
        await bench.StoreAsync(Ended(bench, 1, RunOutcome.Failed));
        await bench.LookAsync(rule);
        await bench.Hub.Get<LeagueAdmin>().ChangeAsync(League, l => l.RetiredAt = bench.Now, default);
        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
    }

    [Fact]
    public async Task A_board_that_fell_silent_is_named_with_its_habit_and_weighs_more_while_mail_waits_for_it()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var (alpha, beta) = (Board(bench, 2), Board(bench, 3));
        await bench.SpokeAsync(alpha.Id, TimeSpan.FromHours(9), Enumerable.Range(9, 24 * 20));
        await bench.SpokeAsync(beta.Id, TimeSpan.FromHours(9), Enumerable.Range(0, 20).Select(d => 9 + (d * 24)));
        var rule = Quiet(bench);
        var alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertWeight.Notice, "Alpha 900 usually speaks every hour; silent for 9 hours.", alpha.Id, league), (alert.Weight, alert.Sentence, alert.BbsId!.Value, alert.LeagueId!.Value));
        await bench.Hub.SendAsync(league, 3, 1, dest: 2);
        alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertWeight.Bad, "Alpha 900 usually speaks every hour; silent for 9 hours. Mail waits for it."), (alert.Weight, alert.Sentence));
        await bench.SpokeAsync(alpha.Id, TimeSpan.Zero, Enumerable.Range(9, 24 * 20).Append(0));
        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
    }

    [Fact]
    public async Task A_quiet_board_that_somebody_closed_is_an_alert_again_when_it_spoke_and_fell_silent_unseen()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var alpha = Board(bench, 2);
        await bench.SpokeAsync(alpha.Id, TimeSpan.FromHours(9), Enumerable.Range(9, 24 * 20));
        await bench.LookAsync(Quiet(bench));
        await bench.Desk.ResolveAsync([1], "Ada", default);
        bench.Clock.Advance(TimeSpan.FromHours(9));
        Assert.Single(await bench.LookAsync(Quiet(bench)));
        await bench.SpokeAsync(alpha.Id, TimeSpan.FromHours(4), Enumerable.Range(18, 24 * 20).Append(4));
        Assert.Equal([AlertState.Resolved, AlertState.New], (await bench.LookAsync(Quiet(bench))).Select(a => a.State));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_or_folder_in_INBOUND_with_the_name_of_a_waiting_packet_is_named_until_it_is_gone(bool isFolder)
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var rule = new MailBlockedRule(bench.Databases, bench.Hub.Get<HubDirectory>());
        var strange = Path.Combine(bench.Hub.InboundOf(league), "900b0201.001");
        if (isFolder)
        {
            Directory.CreateDirectory(strange);
        }
        else
        {
            await File.WriteAllTextAsync(strange, "a stranger's");
        }

        await File.WriteAllTextAsync(Path.Combine(bench.Hub.InboundOf(league), "README.TXT"), "no packet");
        Assert.Empty(await bench.LookAsync(rule));
        var packet = await bench.Hub.SendAsync(league, 2, 1);
        await bench.Hub.SendAsync(league, 2, 2);
        var alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertWeight.Bad, "blocked:900B", league), (alert.Weight, alert.Key, alert.LeagueId!.Value));
        Assert.StartsWith($"900B0201.001 in {bench.Hub.InboundOf(league)} is not the hub's, and mail of that name waits", alert.Sentence, StringComparison.Ordinal);

        // What a run put there is the hub's own, whatever else of that name waits
        await using (var db = await bench.Databases.CreateDbContextAsync())
        {
            await db.Set<Packet>().Where(p => p.Id == packet).ExecuteUpdateAsync(s => s.SetProperty(p => p.StagedInRunId, 7));
        }

        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
        await using (var db = await bench.Databases.CreateDbContextAsync())
        {
            await db.Set<Packet>().Where(p => p.Id == packet).ExecuteUpdateAsync(s => s.SetProperty(p => p.StagedInRunId, (long?)null));
        }

        Assert.Equal(AlertState.New, (await bench.LookAsync(rule))[^1].State);
        Directory.Move(strange, strange + ".old");
        Assert.Equal(AlertState.Resolved, (await bench.LookAsync(rule))[^1].State);
    }

    [Fact]
    public async Task A_file_in_INBOUND_that_is_the_waiting_packet_itself_blocks_nothing()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var bytes = bench.Hub.Packet(2, 1);
        await bench.Hub.UploadAsync("900B0201.001", bytes);
        await File.WriteAllBytesAsync(Path.Combine(bench.Hub.InboundOf(league), "900b0201.001"), bytes);

        Assert.Empty(await bench.LookAsync(new MailBlockedRule(bench.Databases, bench.Hub.Get<HubDirectory>())));
    }

    [Fact]
    public async Task A_league_without_a_folder_is_stopped_once_mail_waits_and_each_cause_is_an_alert_of_its_own()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var rule = new LeagueStoppedRule(bench.Databases, bench.Machines, bench.Clock);
        var folder = bench.Hub.GameOf(league);
        Directory.Move(folder, folder + ".X");
        Assert.Empty(await bench.LookAsync(rule));
        await bench.Hub.SendAsync(league, 2, 1);
        var alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertWeight.Bad, league, $"Mail waits for the game of 900B, and it can't run. The game folder {folder} does not exist."), (alert.Weight, alert.LeagueId!.Value, alert.Sentence));

        await using (var db = await bench.Databases.CreateDbContextAsync())
        {
            await db.Set<League>().ExecuteUpdateAsync(l => l.SetProperty(x => x.GameFolder, (string?)null));
        }

        var both = await bench.LookAsync(rule);
        Assert.Equal([AlertState.Resolved, AlertState.New], both.Select(a => a.State));
        Assert.Contains("Set the folder of the hub's own copy", both[1].Sentence);
    }

    [Fact]
    public async Task A_missing_program_and_a_missing_emulator_stop_a_league()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        await bench.Hub.SendAsync(league, 2, 1);
        var settings = Microsoft.Extensions.Options.Options.Create(new DosOptions { Machine = "dosbox", DosBoxPath = "/nowhere/dosbox" });
        var none = new DosMachines(settings, bench.Clock, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        Assert.Contains("DOSBox is configured but /nowhere/dosbox was not found", Assert.Single(await bench.LookAsync(new LeagueStoppedRule(bench.Databases, none, bench.Clock))).Sentence);
        File.Delete(Path.Combine(bench.Hub.GameOf(league), "BRE.EXE"));
        Assert.Contains("The game's program BRE.EXE is not in", (await bench.LookAsync(new LeagueStoppedRule(bench.Databases, bench.Machines, bench.Clock)))[1].Sentence);
    }

    [Fact]
    public async Task A_pause_is_told_after_mail_waited_for_a_day()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var rule = new LeagueStoppedRule(bench.Databases, bench.Machines, bench.Clock);
        await bench.Hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.PausedAt = bench.Now, default);
        bench.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Empty(await bench.LookAsync(rule));
        await bench.Hub.SendAsync(league, 2, 1);
        var alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertWeight.Notice, "900B is paused, and mail has waited for its game for over a day. Resume the league, or run it by hand."), (alert.Weight, alert.Sentence));
        await bench.Hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.PausedAt = bench.Now.AddHours(-23), default);
        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
    }

    [Fact]
    public async Task A_schedule_that_is_over_or_can_not_be_read_is_told_until_there_is_another()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var rule = new ScheduleStoppedRule(bench.Databases, bench.Clock);
        async Task SetAsync(string cron, string? zone = null)
        {
            await using var db = await bench.Databases.CreateDbContextAsync();
            await db.Set<League>().ExecuteUpdateAsync(l => l.SetProperty(x => x.Cron, cron).SetProperty(x => x.TimeZone, zone));
        }

        await SetAsync("0 0 4 * * ?");
        Assert.Empty(await bench.LookAsync(rule));
        await SetAsync("0 0 4 1 1 ? 2020");
        var over = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((AlertWeight.Notice, league, "The schedule of 900B, “0 0 4 1 1 ? 2020”, has no further time, so the clock starts no run any more."), (over.Weight, over.LeagueId!.Value, over.Sentence));
        await SetAsync("0 0 4 * * ?", "Mars/Base");
        Assert.Contains("“Mars/Base” is no time zone", (await bench.LookAsync(rule)).Single(a => a.State == AlertState.New).Sentence);
        await SetAsync("0 0 4 * * ?");
        Assert.All(await bench.LookAsync(rule), a => Assert.Equal(AlertState.Resolved, a.State));
    }

    [Fact]
    public async Task A_clock_that_was_a_year_ahead_keeps_no_alert_back_and_makes_none()
    {
        await using var bench = await AlertBench.StartAsync();
        var league = await bench.Hub.AddSandboxLeagueAsync();
        var alpha = Board(bench, 2);
        var right = bench.Clock.GetUtcNow();
        bench.Clock.AdjustTime(right.AddDays(365));
        await bench.Hub.Get<LeagueAdmin>().ChangeAsync(league, l => l.PausedAt = bench.Now, default);
        await bench.SpokeAsync(alpha.Id, TimeSpan.Zero, [0]);
        await RefuseAsync(bench, alpha.Id, 1, 2, 3, 4, 5, 6, 7);
        var ahead = bench.Restarted();
        await ahead.BeginAsync(null, default);
        bench.Clock.AdjustTime(right);
        await bench.Hub.SendAsync(league, 2, 1);

        // Refusals of a time to come are none of the last hour
        Assert.Empty(await bench.LookAsync(new UploadsRefusedRule(bench.Databases, bench.Hub.Get<HubDirectory>(), bench.Clock)));
        // A board's silence counts from now on, also in a hub that started with that clock
        foreach (var habits in new[] { bench.Habits, ahead })
        {
            Assert.Empty(await habits.ReadAsync(default));
        }

        bench.Clock.Advance(TimeSpan.FromDays(4));
        foreach (var habits in new[] { bench.Habits, ahead })
        {
            Assert.Contains(await habits.ReadAsync(default), q => q.BbsId == alpha.Id);
        }

        // The pause's beginning is still to come: nobody knows how long it has lasted, so it is told
        Assert.Contains("is paused", Assert.Single(await bench.LookAsync(new LeagueStoppedRule(bench.Databases, bench.Machines, bench.Clock))).Sentence);
    }

    [Fact]
    public async Task Several_different_uploads_refused_within_an_hour_are_one_alert_until_the_board_calls_without_them()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var alpha = Board(bench, 2);
        var rule = Refused(bench);
        await RefuseAsync(bench, alpha.Id, 1, 2, 3, 4);
        Assert.Empty(await bench.LookAsync(rule));
        await RefuseAsync(bench, alpha.Id, 5);
        var alert = Assert.Single(await bench.LookAsync(rule));
        Assert.Equal((alpha.Id, 5, "5 different uploads of Alpha 900 are refused whenever it calls. File 5 is no good."), (alert.BbsId!.Value, alert.Times, alert.Sentence));
        bench.Clock.Advance(TimeSpan.FromHours(3));
        // Nobody called since: they are still there
        Assert.Equal(AlertState.New, Assert.Single(await bench.LookAsync(rule)).State);
        await SpeakAsync(bench, alpha.Id);
        bench.Clock.Advance(TimeSpan.FromMinutes(121));
        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
    }

    [Fact]
    public async Task A_file_that_is_offered_and_refused_with_every_call_is_one_alert_however_often_the_board_calls()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var alpha = Board(bench, 2);
        var rule = Refused(bench);
        for (var call = 0; call < 200; call++)
        {
            await SpeakAsync(bench, alpha.Id);
            await RefuseAsync(bench, alpha.Id, 1);
            var alerts = await bench.LookAsync(rule);
            // From the first call an hour after the first on
            Assert.Equal(call * 20 < 60 ? 0 : 1, alerts.Count);
            if (call == 100)
            {
                await bench.Desk.ResolveAsync([1], "Ada", default);
            }

            // Every twenty minutes, and once a day towards the end
            bench.Clock.Advance(call < 190 ? TimeSpan.FromMinutes(20) : TimeSpan.FromDays(1));
        }

        // Closed by hand it stayed closed, until another file was stuck
        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
        await RefuseAsync(bench, alpha.Id, 1, 2);
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await RefuseAsync(bench, alpha.Id, 1, 2);
        Assert.Equal([AlertState.Resolved, AlertState.New], (await bench.LookAsync(rule)).Select(a => a.State));
    }

    [Fact]
    public async Task Refusals_that_somebody_closed_take_as_many_again()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var alpha = Board(bench, 2);
        var rule = Refused(bench);
        await RefuseAsync(bench, alpha.Id, 1, 2, 3, 4, 5, 6, 7, 8);
        await bench.LookAsync(rule);
        await bench.Desk.ResolveAsync([1], "Ada", default);
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefuseAsync(bench, alpha.Id, 1, 2, 3, 4, 11, 12, 13, 14);
        Assert.Single(await bench.LookAsync(rule));
        await RefuseAsync(bench, alpha.Id, 15);
        Assert.Equal(AlertState.New, (await bench.LookAsync(rule))[1].State);
    }

    [Fact]
    public async Task Mail_for_a_node_that_no_board_has_is_told_until_one_has_it()
    {
        await using var bench = await AlertBench.StartAsync();
        await bench.Hub.AddSandboxLeagueAsync();
        var rule = new MailForNobodyRule(bench.Databases, bench.Hub.Get<HubDirectory>());
        foreach (var name in new[] { "900B0201.001", "900B0203.001", "900B0209.001", "900B0209.002", "900B020C.001" })
        {
            await bench.Hub.UploadAsync(name, [1, 2, 3]);
        }

        var alerts = await bench.LookAsync(rule);
        Assert.Equal(
            [(AlertWeight.Notice, "2 packets wait for node 9 of 900B, and no board has it."), (AlertWeight.Notice, "A packet waits for node 12 of 900B, and no board has it.")],
            alerts.Select(a => (a.Weight, a.Sentence)));
        await bench.Hub.Get<BbsAdmin>().AddAsync("Nine", [new SeatRequest(League, 9)], default);
        Assert.Equal([AlertState.Resolved, AlertState.New], (await bench.LookAsync(rule)).Select(a => a.State));
    }

    [Fact]
    public async Task A_fault_of_the_hub_is_told_by_its_name_while_it_lasts()
    {
        await using var bench = await AlertBench.StartAsync();
        IReadOnlyList<HubFault> faults = [new("disk", "The data folder's disk has 40 MiB left.")];
        var rule = new HubFaultRule(_ => Task.FromResult(faults));
        Assert.Equal(("hub:disk", AlertWeight.Bad), (await bench.LookAsync(rule)).Select(a => (a.Key, a.Weight)).Single());
        faults = [new("disk", "The data folder's disk has 39 MiB left.")];
        Assert.Equal("The data folder's disk has 39 MiB left.", Assert.Single(await bench.LookAsync(rule)).Sentence);
        faults = [];
        Assert.Equal(AlertState.Resolved, Assert.Single(await bench.LookAsync(rule)).State);
    }

    private static BoardQuietRule Quiet(AlertBench bench) => new(bench.Habits, bench.Hub.Get<WaitingMail>(), bench.Hub.Get<HubDirectory>());

    private static BoardEntry Board(AlertBench bench, int index) => bench.Hub.Get<HubDirectory>().Current.Leagues[League].Members[index];

    private static Run Ended(AlertBench bench, long id, RunOutcome outcome) =>
        new() { Id = id, LeagueId = League, StartedAt = bench.Now, EndedAt = bench.Now, Outcome = outcome, Summary = $"What came of {id}." };

    private static UploadsRefusedRule Refused(AlertBench bench) => new(bench.Databases, bench.Hub.Get<HubDirectory>(), bench.Clock);

    private static async Task RefuseAsync(AlertBench bench, int bbsId, params int[] files)
    {
        using var refused = new RefusedUploads(bench.Hub.Get<ActivityLog>(), bench.Hub.Get<GroupCommit>(), bench.Clock, NullLogger<RefusedUploads>.Instance);
        foreach (var file in files)
        {
            await refused.KeepAsync(bbsId, "Alpha 900", League, $"File {file} is no good.");
        }
    }

    private static Task SpeakAsync(AlertBench bench, int bbsId) => bench.Hub.Get<GroupCommit>().WriteAsync(w => w.Execute(
        """INSERT INTO "BbsHours" ("BbsId", "Hour") VALUES (@p0, @p1) ON CONFLICT DO NOTHING""", bbsId, bench.Now.Date.AddHours(bench.Now.Hour)));
}
