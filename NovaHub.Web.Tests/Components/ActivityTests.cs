using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Web.Components.Pages.Activities;
using static NovaHub.Web.Tests.Components.ConsoleContext;

namespace NovaHub.Web.Tests.Components;

public sealed class ActivityTests
{
    [Fact]
    public async Task What_happens_appears_by_itself_and_filters_stand_in_the_address()
    {
        await using var console = await StartAsync();
        var page = console.Show<ActivityList>();
        Eventually(page, "Nothing has happened yet");
        await console.AddLeagueAsync();
        Eventually(page, "The Dive was added with node 2 of 900B.");
        var board = console.Hub.Get<HubDirectory>().Current.Leagues.Values.Single().Members[2];
        Assert.NotNull(console.Hub.Get<PacketIntake>().Judge(board, "900B", "hello.txt").Refusal);
        Eventually(page, "An upload of The Dive was refused: “hello.txt” is no packet name");
        Assert.Contains("tone-notice", page.FindAll("li")[0].ClassName);

        await page.InvokeAsync(() => page.FindAll("select")[0].Change("UploadRefused"));
        await page.InvokeAsync(() => page.FindAll("select")[1].Change("900B"));
        Assert.EndsWith("/activity?what=UploadRefused&league=900B", console.Bunit.Services.GetRequiredService<BunitNavigationManager>().Uri);
        Eventually(page, "Clear the filters");
        page.WaitForAssertion(() => Assert.Single(page.FindAll("li")), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Runs_and_packets_are_one_click_away_and_older_activity_one_page()
    {
        await using var console = await StartAsync();
        var log = console.Hub.Get<ActivityLog>();
        await log.AddAsync(new Activity { Kind = ActivityKind.RunEnded, Sentence = "All packets were read.", LeagueId = LeagueId.Parse("900B"), RunId = 7 });
        await log.AddAsync(new Activity { Kind = ActivityKind.Requeued, Sentence = "900B0201.001 waits again.", PacketId = 5, Who = "Ada" });
        var page = console.Show<ActivityList>();
        Eventually(page, "/runs/7");
        Assert.Contains("/packets/5", page.Markup);
        Assert.Contains("· Ada", page.Markup);
        Assert.Empty(page.FindAll("a[rel=next]"));
        for (var i = 0; i < 50; i++)
        {
            await log.AddAsync(new Activity { Kind = ActivityKind.SignedIn, Sentence = $"{i}" });
        }

        page.WaitForAssertion(() => Assert.Single(page.FindAll("a[rel=next]")), TimeSpan.FromSeconds(5));
        console.Bunit.Services.GetRequiredService<BunitNavigationManager>().NavigateTo(page.Find("a[rel=next]").GetAttribute("href")!);
        Eventually(page, "/runs/7");
        Assert.NotEmpty(page.FindAll("a[rel=prev]"));
    }

    [Fact]
    public async Task One_can_look_back_an_hour_or_a_month()
    {
        await using var console = await StartAsync();
        var log = console.Hub.Get<ActivityLog>();
        await log.AddAsync(new Activity { At = DateTime.UtcNow.AddDays(-3), Kind = ActivityKind.SignedIn, Sentence = "three days ago" });
        await log.AddAsync(new Activity { At = DateTime.UtcNow.AddMinutes(-5), Kind = ActivityKind.SignedIn, Sentence = "five minutes ago" });
        var page = console.Show<ActivityList>();
        Eventually(page, "three days ago");
        await page.InvokeAsync(() => page.FindAll("select")[3].Change("24h"));
        Assert.EndsWith("/activity?span=24h", console.Bunit.Services.GetRequiredService<BunitNavigationManager>().Uri);
        EventuallyNot(page, "three days ago");
        Assert.Contains("five minutes ago", page.Markup);
        await page.InvokeAsync(() => page.FindAll("select")[3].Change("7d"));
        Eventually(page, "three days ago");
    }

    [Fact]
    public void Every_kind_has_words_of_its_own()
    {
        var names = Enum.GetValues<ActivityKind>().Select(k => ActivityWords.Of(k).Name).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.DoesNotContain(Enum.GetValues<ActivityKind>(), k => ActivityWords.Of(k).Name == k.ToString());
    }

    [Theory]
    [InlineData("UploadRefused", "900B", "3", "17", null, "/activity?what=UploadRefused&league=900B&bbs=3&after=17")]
    [InlineData(null, "900b", null, null, "9", "/activity?league=900B&before=9")]
    [InlineData("7", "hello", "x", "-1", "0", "/activity")]
    public void An_address_is_read_as_far_as_it_can_be(string? what, string? league, string? bbs, string? after, string? before, string address) =>
        Assert.Equal(address, ActivityAddress.Read(what, league, bbs, after, before).ToString());
}
