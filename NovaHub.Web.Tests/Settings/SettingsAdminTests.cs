using System.Net;
using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Settings;
using NovaHub.Engine.Storage;
using NovaHub.Web.Settings;
using NovaHub.Web.Tests.Api;

namespace NovaHub.Web.Tests.Settings;

public sealed class SettingsAdminTests
{
    [Fact]
    public async Task A_change_holds_at_once_and_is_told_with_who_did_it()
    {
        await using var hub = await HubHost.StartAsync();
        var answer = await ChangeAsync(hub, new SettingChange("Runs:QuietTime", "00:00:30", "0:1:0"), new SettingChange("Runs:Reports", "true", "false"));
        Assert.Equal(["Runs:QuietTime", "Runs:Reports"], answer.Changed);
        Assert.Equal((TimeSpan.FromMinutes(1), false), (Runs(hub).QuietTime, Runs(hub).Reports));
        var told = (await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.SettingChanged), null, false, 10, HubHost.Stop)).Items;
        Assert.Equal(
            [("Ada", "Runs:Reports was changed from “true” to “false”."), ("Ada", "Runs:QuietTime was changed from “00:00:30” to “00:01:00”.")],
            told.Select(t => (t.Who!, t.Sentence)));
    }

    [Fact]
    public async Task All_faults_are_said_at_once_and_nothing_is_written()
    {
        await using var hub = await HubHost.StartAsync("Runs:SettleTime=00:00:01");
        var answer = await ChangeAsync(
            hub,
            new SettingChange("Runs:QuietTime", "00:00:30", "30"),
            new SettingChange("Runs:TimeLimit", "00:10:00", "99:00:00"),
            new SettingChange("Runs:SettleTime", "00:00:01", "00:00:02"),
            new SettingChange("ServiceApi:MaxPacketBytes", "10485760", "12"),
            new SettingChange("Hub:Name", "The Hub BBS", " "),
            new SettingChange("Runs:Reports", "true", "false"));
        Assert.Equal(["Hub:Name", "Runs:QuietTime", "Runs:SettleTime", "Runs:TimeLimit", "ServiceApi:MaxPacketBytes"], answer.Faults.Keys.Order());
        Assert.Contains("hours, minutes and seconds", answer.Faults["Runs:QuietTime"]);
        Assert.Contains("allowed are", answer.Faults["Runs:TimeLimit"]);
        Assert.Contains("fixed where the hub is started", answer.Faults["Runs:SettleTime"]);
        Assert.True(Runs(hub).Reports);
        Assert.False(File.Exists(Path.Combine(hub.Folder, "settings.json")));
        Assert.Empty((await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.SettingChanged), null, false, 10, HubHost.Stop)).Items);
    }

    [Fact]
    public async Task What_another_admin_changed_meanwhile_is_not_lost_silently()
    {
        await using var hub = await HubHost.StartAsync();
        // Both saw 30 seconds; the other setting of the second one has nothing to do with it
        await ChangeAsync(hub, new SettingChange("Runs:QuietTime", "00:00:30", "00:01:00"));
        var second = await ChangeAsync(hub, new SettingChange("Runs:QuietTime", "00:00:30", "00:05:00"));
        Assert.Contains("it was “00:00:30” and is “00:01:00” now", second.Faults["Runs:QuietTime"]);
        Assert.Empty((await ChangeAsync(hub, new SettingChange("Runs:RetryAfter", "00:05:00", "00:06:00"))).Faults);
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(6)), (Runs(hub).QuietTime, Runs(hub).RetryAfter));
    }

    [Fact]
    public async Task Twenty_admins_at_once_lose_nothing()
    {
        await using var hub = await HubHost.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => ChangeAsync(hub, new SettingChange("Runs:QuietTime", "00:00:30", $"00:00:{30 + i}"))));
        Assert.Single(answers, a => a.Faults.Count == 0);
        var told = (await hub.Get<ActivityLog>().ListAsync(new ActivityFilter(Kind: ActivityKind.SettingChanged), null, false, 10, HubHost.Stop)).Items;
        Assert.Contains($"“{Runs(hub).QuietTime}”", Assert.Single(told).Sentence);
    }

    [Fact]
    public async Task A_setting_goes_back_to_what_it_is_without_the_change()
    {
        await using var hub = await HubHost.StartAsync();
        await ChangeAsync(hub, new SettingChange("Hub:City", "", "Orlando"), new SettingChange("Runs:TimeLimit", "00:10:00", "00:20:00"));
        await ChangeAsync(hub, new SettingChange("Hub:City", "Orlando", null));
        Assert.Equal("", hub.Get<CurrentOptions<HubOptions>>().Value.City);
        Assert.Equal(TimeSpan.FromMinutes(20), Runs(hub).TimeLimit);
        Assert.DoesNotContain("City", await File.ReadAllTextAsync(Path.Combine(hub.Folder, "settings.json"), HubHost.Stop));
    }

    [Fact]
    public async Task A_new_entry_of_the_hub_is_in_every_nodelist_with_the_same_commit()
    {
        await using var hub = await HubHost.StartAsync();
        await hub.AddLeagueAsync("555B");
        await hub.AddLeagueAsync("015F", "13:11/1");
        using var board = await hub.SignInAsync(await hub.AddBoardAsync("The Dive", "555B:2", "015F:3"));
        Assert.Equal(2, (await ChangeAsync(hub, new SettingChange("Hub:Name", "The Hub BBS", "Café Hub"))).Nodelists);
        foreach (var league in new[] { "555B", "015F" })
        {
            Assert.Contains("Caf\u0082 Hub", System.Text.Encoding.Latin1.GetString(await board.GetByteArrayAsync($"leagues/{league}/nodelist", HubHost.Stop)));
        }

        await hub.Get<LeagueAdmin>().RegenerateAsync(NovaHub.Engine.Games.LeagueId.Parse("555B"), HubHost.Stop);
        await using var db = await hub.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync(HubHost.Stop);
        Assert.Equal(0, (await ChangeAsync(hub, new SettingChange("Runs:Reports", "true", "false"))).Nodelists);
    }

    [Fact]
    public async Task A_larger_packet_is_taken_from_the_next_upload_on()
    {
        await using var hub = await HubHost.StartAsync();
        await hub.AddLeagueAsync("555B");
        using var board = await hub.SignInAsync(await hub.AddBoardAsync("The Dive", "555B:2"));
        await ChangeAsync(hub, new SettingChange("ServiceApi:MaxPacketBytes", "10485760", "2000"));
        using (var refused = await board.UploadAsync("555B0201.001", new byte[3000]))
        {
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        }

        await ChangeAsync(hub, new SettingChange("ServiceApi:MaxPacketBytes", "2000", "3000"));
        await board.UploadedAsync("555B0201.001", new byte[3000]);
    }

    [Fact]
    public async Task What_is_no_such_setting_can_t_be_changed()
    {
        await using var hub = await HubHost.StartAsync();
        await Assert.ThrowsAsync<RefusedException>(() => ChangeAsync(hub, new SettingChange("Storage:DataFolder", "data", "/elsewhere")));
    }

    private static Task<SettingsAnswer> ChangeAsync(HubHost hub, params SettingChange[] changes) => hub.Get<SettingsAdmin>().ChangeAsync(changes, "Ada", HubHost.Stop);

    private static RunOptions Runs(HubHost hub) => hub.Get<CurrentOptions<RunOptions>>().Value;
}
