using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Search;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class SearchTests
{
    [Fact]
    public async Task Everything_with_a_name_or_a_number_is_found()
    {
        await using var console = await StartAsync();
        var league = await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        await console.StoreAsync(EndedRun(league, 12, RunOutcome.Good, "fine"));
        var search = console.Bunit.Services.GetRequiredService<HubSearch>();
        async Task<List<string>> FindAsync(string text) => [.. (await search.FindAsync(text, default)).Select(h => $"{h.Title} → {h.Path}")];

        Assert.Equal(["The Dive → /bbses/1"], await FindAsync(" dive "));
        Assert.Equal(["900B Sandbox Realms → /leagues/900B"], await FindAsync("sandbox"));
        Assert.Equal(["900B Sandbox Realms → /leagues/900B", "900B0201.001 → /packets/1"], await FindAsync("900b"));
        Assert.Equal(["900B0201.001 → /packets/1"], await FindAsync("900b0201.001"));
        Assert.Equal(["Packets → /packets"], await FindAsync("pack"));
        foreach (var run in new[] { "12", "#12", "run 12", "Run12" })
        {
            Assert.Equal(["Run 12 → /runs/12"], await FindAsync(run));
        }

        Assert.Empty(await FindAsync("nothing of that name"));
        Assert.Empty(await FindAsync("99999999999999999999"));
        Assert.Contains("Dashboard → /", await FindAsync(""));
    }

    [Fact]
    public async Task The_keyboard_alone_types_chooses_and_opens()
    {
        await using var console = await StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var button = console.Show<SearchButton>();
        var open = button.InvokeAsync(button.Instance.OpenAsync);
        dialogs.WaitForAssertion(() => Assert.Contains("Dashboard", dialogs.Find(".search-hits").TextContent), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.Find(".search-input").Input("900B"));
        dialogs.WaitForAssertion(() => Assert.Equal(2, dialogs.FindAll(".search-hits li").Count), TimeSpan.FromSeconds(5));
        dialogs.Find(".search-input").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        Assert.Equal("true", dialogs.FindAll(".search-hits li")[1].GetAttribute("aria-selected"));
        await dialogs.InvokeAsync(() => dialogs.Find(".search-input").Input("xyzzy"));
        dialogs.WaitForAssertion(() => Assert.Contains("Nothing is called “xyzzy”", dialogs.Markup), TimeSpan.FromSeconds(5));
        await dialogs.InvokeAsync(() => dialogs.Find(".search-input").Input("900B0201"));
        await dialogs.Find(".search-input").KeyDownAsync(new KeyboardEventArgs { Key = "Enter" });
        await open.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.EndsWith("/packets/1", console.Bunit.Services.GetRequiredService<BunitNavigationManager>().Uri);
    }
}
