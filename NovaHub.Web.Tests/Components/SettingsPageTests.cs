using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Settings;
using NovaHub.Web.Components.Pages.Settings;
using NovaHub.Web.Settings;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class SettingsPageTests
{
    [Fact]
    public async Task Every_setting_is_shown_with_where_it_comes_from_and_when_a_change_takes_effect()
    {
        await using var console = await StartAsync();
        var page = console.Show<SettingsPage>();
        var machine = page.FindAll("tr").Single(r => r.TextContent.Contains("Dos:Machine"));
        Assert.Equal(["Dos:Machine", "dosbox", "command line", "at the next start"], machine.Children.Select(c => c.TextContent.Trim()));
        Assert.DoesNotContain(page.FindAll("tr"), r => r.TextContent.Contains("Runs:TimeLimit"));
        await page.InvokeAsync(() => page.Find(".filters input[type=checkbox]").Change(true));
        var limit = page.FindAll("tr").Single(r => r.TextContent.Contains("Runs:TimeLimit"));
        Assert.Equal(["Runs:TimeLimit", "00:10:00", "default", "at once"], limit.Children.Select(c => c.TextContent.Trim()));
    }

    [Fact]
    public async Task A_filter_stands_in_the_address_and_looks_everywhere()
    {
        await using var console = await StartAsync();
        var page = console.Show<SettingsPage>();
        await page.InvokeAsync(() => page.Find("input[type=search]").Change("retry"));
        var uri = console.Bunit.Services.GetRequiredService<BunitNavigationManager>().Uri;
        Assert.EndsWith("/settings?q=retry", uri);
        page.WaitForAssertion(() => Assert.Equal("Runs:RetryAfter", page.FindAll("tbody tr").Single().Children[0].TextContent.Trim()));
        await page.InvokeAsync(() => page.Find("input[type=search]").Change("xyzzy"));
        Eventually(page, "No setting fits");
    }

    [Fact]
    public async Task Who_is_no_admin_sees_a_sentence_and_no_value()
    {
        await using var console = await StartAsync();
        console.BeSysop();
        var page = console.Show<SettingsPage>();
        Eventually(page, "Settings are for admins");
        Assert.DoesNotContain("Dos:Machine", page.Markup);
        Assert.Empty(page.FindAll("form"));
        // A button that is not shown can still be pressed
        var answer = await console.Bunit.Services.GetRequiredService<SettingsActions>().ChangeAsync([new SettingChange("Runs:Reports", "true", "false")]);
        Assert.Equal("Your account may not do this. An admin can.", answer.Refusal);
        Assert.True(console.Hub.Get<CurrentOptions<RunOptions>>().Value.Reports);
    }

    [Fact]
    public async Task A_change_is_saved_and_the_page_shows_where_it_comes_from_now()
    {
        await using var console = await StartAsync();
        var page = console.Show<SettingsPage>();
        Assert.True(Save(page).HasAttribute("disabled"));
        await TypeAsync(page, "runs-timelimit", "00:00:45");
        Assert.Contains("Save 1 change", Save(page).TextContent);
        await SubmitAsync(page);
        page.WaitForAssertion(() => Assert.Contains("settings.json", page.FindAll("tr").Single(r => r.TextContent.Contains("Runs:TimeLimit")).TextContent));
        Assert.Equal(TimeSpan.FromSeconds(45), console.Hub.Get<CurrentOptions<RunOptions>>().Value.TimeLimit);
        Assert.Contains("Nothing to save", Save(page).TextContent);
        Assert.NotEmpty(page.FindAll("button[aria-label='Reset Time limit']"));
    }

    [Fact]
    public async Task Every_fault_stands_beside_its_field()
    {
        await using var console = await StartAsync();
        var page = console.Show<SettingsPage>();
        await TypeAsync(page, "runs-timelimit", "soon");
        await TypeAsync(page, "runs-retryafter", "05:00:00");
        await SubmitAsync(page);
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".setting-fault").Count));
        Assert.Contains("“soon” is no length of time", page.Find("#set-runs-timelimit-fault").TextContent);
        Assert.Contains("allowed are", page.Find("#set-runs-retryafter-fault").TextContent);
        Assert.Equal("true", page.Find("#set-runs-timelimit").GetAttribute("aria-invalid"));
        Assert.Contains("set-runs-timelimit-fault", page.Find("#set-runs-timelimit").GetAttribute("aria-describedby"));
        Assert.Contains("Nothing was changed: 2 settings", page.Markup);
        await TypeAsync(page, "runs-timelimit", "00:01:00");
        Assert.Single(page.FindAll(".setting-fault"));
    }

    [Fact]
    public async Task What_the_command_line_fixed_can_not_be_typed_into_and_says_why()
    {
        await using var console = await StartAsync();
        var page = console.Show<SettingsPage>();
        Assert.True(page.Find("#set-runs-quiettime").HasAttribute("disabled"));
        Assert.Contains("fixed by command line", page.Find("#set-runs-quiettime-hint").TextContent);
    }

    [Fact]
    public async Task What_another_admin_changes_appears_and_what_is_typed_stays()
    {
        await using var console = await StartAsync();
        var page = console.Show<SettingsPage>();
        await TypeAsync(page, "runs-timelimit", "00:00:45");
        await console.Hub.Get<SettingsAdmin>().ChangeAsync(
            [new SettingChange("Runs:TimeLimit", "00:10:00", "00:20:00"), new SettingChange("Runs:RetryAfter", "00:05:00", "00:06:00")], "Bob", default);
        page.WaitForAssertion(() => Assert.Equal("00:06:00", page.Find("#set-runs-retryafter").GetAttribute("value")), TimeSpan.FromSeconds(5));
        Assert.Equal("00:00:45", page.Find("#set-runs-timelimit").GetAttribute("value"));
        await SubmitAsync(page);
        Eventually(page, "it was “00:10:00” and is “00:20:00” now");
        Assert.Equal(TimeSpan.FromMinutes(20), console.Hub.Get<CurrentOptions<RunOptions>>().Value.TimeLimit);
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Contains("Leave them")).Click());
        Assert.Equal("00:20:00", page.Find("#set-runs-timelimit").GetAttribute("value"));
    }

    [Fact]
    public async Task A_new_entry_of_the_hub_is_asked_about_first()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var page = console.Show<SettingsPage>();
        await TypeAsync(page, "hub-name", "Nova");
        var saving = SubmitAsync(page);
        dialogs.WaitForAssertion(() => Assert.Contains("nodelists of 1 league", dialogs.Markup));
        Assert.Contains("Name: “The Hub BBS” becomes “Nova”.", dialogs.Markup);
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Single(b => b.TextContent.Contains("Leave it")).Click());
        await saving;
        Assert.Equal("The Hub BBS", console.Hub.Get<CurrentOptions<HubOptions>>().Value.Name);

        saving = SubmitAsync(page);
        dialogs.WaitForAssertion(() => Assert.Contains("nodelists of 1 league", dialogs.Markup));
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Single(b => b.TextContent.Contains("make the nodelists")).Click());
        await saving;
        Assert.Equal("Nova", console.Hub.Get<CurrentOptions<HubOptions>>().Value.Name);
        Assert.Contains(await console.Hub.Get<NodelistHistory>().VersionsAsync(NovaHub.Engine.Games.LeagueId.Parse("900B"), 10, default), n => n.Version > 1);
    }

    private static IElement Save(IRenderedComponent<SettingsPage> page) => page.Find(".settings-actions button[type=submit]");

    private static Task TypeAsync(IRenderedComponent<SettingsPage> page, string field, string text) => page.InvokeAsync(() => page.Find($"#set-{field}").Input(text));

    private static Task SubmitAsync(IRenderedComponent<SettingsPage> page) => page.Find(".settings-form").SubmitAsync();
}
