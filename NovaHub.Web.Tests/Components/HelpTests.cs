using System.Reflection;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using NovaHub.Web.Components;
using NovaHub.Web.Components.Help;
using NovaHub.Web.Components.Layout;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class HelpTests
{
    [Fact]
    public void Every_page_of_the_menu_has_a_topic_of_its_own() =>
        Assert.All(NavMenu.Pages, page => Assert.Equal((page.Name, page.Path), (HelpTopic.Of(page.Path).Title, HelpTopic.Of(page.Path).Path)));

    [Fact]
    public void Every_page_that_shows_one_thing_has_a_topic_too()
    {
        var kinds = typeof(App).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template)
            .Where(t => t.Contains('{') && !t.StartsWith("/setup", StringComparison.Ordinal) && !t.StartsWith("/problem", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(kinds);
        Assert.All(kinds, template => Assert.NotEqual(HelpTopics.Console, HelpTopic.Of(template.Replace("{", "", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("", "dashboard")]
    [InlineData("?span=7d", "dashboard")]
    [InlineData("runs?outcome=failed", "runs")]
    [InlineData("runs/12", "run")]
    [InlineData("packets/7#records", "packet")]
    [InlineData("leagues/555B", "league")]
    [InlineData("bbses/3", "bbs")]
    [InlineData("alerts", "alerts")]
    [InlineData("settings?q=x", "settings")]
    [InlineData("nowhere", "console")]
    public void The_topic_is_that_of_the_page_one_is_on(string path, string topic) => Assert.Equal(topic, HelpTopic.Of(path).Key);

    [Fact]
    public void Links_between_topics_lead_somewhere_and_no_two_topics_share_a_word()
    {
        Assert.All(HelpTopics.All.SelectMany(t => t.See), key => Assert.NotNull(HelpTopics.Find(key)));
        Assert.Equal(HelpTopics.All.Count, HelpTopics.All.Select(t => t.Key).Distinct().Count());
        Assert.All(HelpTopics.All, t => Assert.DoesNotContain(t.Key, t.See));
    }

    [Fact]
    public async Task It_opens_with_the_page_leads_to_other_topics_and_back_to_the_guide()
    {
        await using var console = await StartAsync();
        var navigation = console.Bunit.Services.GetRequiredService<BunitNavigationManager>();
        navigation.NavigateTo("/schedules");
        var dialogs = console.Bunit.Render<MudDialogProvider>();
        var button = console.Show<HelpButton>();
        var open = button.InvokeAsync(button.Instance.OpenAsync);
        dialogs.WaitForAssertion(() => Assert.Equal("Schedules", dialogs.Find("#help-title").TextContent));
        // The key pressed once more opens no second one
        await button.InvokeAsync(button.Instance.OpenAsync);
        Assert.Single(dialogs.FindAll("#help-title"));
        Assert.Contains("Six fields", dialogs.Markup);
        await dialogs.InvokeAsync(() => dialogs.FindAll(".help-see button").Single(b => b.TextContent == "Settings").Click());
        Assert.Equal("Settings", dialogs.Find("#help-title").TextContent);
        await dialogs.InvokeAsync(() => dialogs.FindAll(".help-see button").Single(b => b.TextContent == "The first mail").Click());
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").Single(b => b.TextContent.Contains("Open the list")).Click());
        await open.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.EndsWith("/?guide=1", navigation.Uri);
    }
}
