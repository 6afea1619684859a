using Bunit;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Pages.Machine;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class SystemTests
{
    [Fact]
    public async Task The_page_tells_how_the_hub_is()
    {
        await using var console = await ConsoleContext.StartAsync();
        await console.AddLeagueAsync();
        await console.Hub.UploadAsync("900B0201.001", new byte[10]);
        var page = console.Show<SystemPage>();
        Eventually(page, "All is well");
        Assert.Contains("DOSBox", page.Markup);
        Assert.Contains(console.Hub.Folder, page.Markup);
        Assert.Equal("1", page.FindAll("dt").Single(d => d.TextContent == "Waiting for games").NextElementSibling!.TextContent);
        Assert.Contains("/settings", page.Markup);

        console.Runs.Feed.Publish(Glance(NovaHub.Engine.Games.LeagueId.Parse("900B"), 7, RunStep.Play));
        page.WaitForAssertion(() => Assert.Equal("1", page.FindAll("dt").Single(d => d.TextContent == "Runs now").NextElementSibling!.TextContent), TimeSpan.FromSeconds(5));
    }
}
