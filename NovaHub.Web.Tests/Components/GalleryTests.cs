using System.Net;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using NovaHub.Web.Components.Layout;
using NovaHub.Web.Components.Pages.Gallery;
using NovaHub.Web.Components.Shared;
using NovaHub.Web.Tests.Browser;

namespace NovaHub.Web.Tests.Components;

public sealed class GalleryTests
{
    [Fact]
    public async Task Every_shared_component_is_there_by_its_name()
    {
        await using var console = await ConsoleContext.StartAsync();
        console.Bunit.Services.AddSingleton<IWebHostEnvironment>(new Somewhere("Development"));
        var page = console.Show<GalleryPage>();
        var shared = typeof(StatusChip).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(StatusChip).Namespace && typeof(ComponentBase).IsAssignableFrom(t)).Select(t => t.Name).Order().ToList();
        Assert.Equal(shared, page.FindAll(".gallery-entry h2").Select(h => h.TextContent).Order());
        Assert.All(page.FindAll(".gallery-looks"), looks => Assert.NotEmpty(looks.Children));
        Assert.Contains(console.Show<NavMenu>().FindAll("a"), a => a.GetAttribute("href") == "/components");
    }

    [Fact]
    public async Task In_production_there_is_no_such_page_and_nothing_leads_to_it()
    {
        await using var console = await ConsoleContext.StartAsync();
        var page = console.Show<GalleryPage>();
        Assert.Empty(page.FindAll(".gallery"));
        Assert.DoesNotContain(console.Show<NavMenu>().FindAll("a"), a => a.GetAttribute("href") == "/components");
    }

    [Theory]
    [InlineData("Production", HttpStatusCode.NotFound)]
    [InlineData("Development", HttpStatusCode.OK)]
    public async Task A_request_finds_it_in_development_only(string environment, HttpStatusCode status)
    {
        await using var hub = await ConsoleHub.StartAsync(adjust: b => b.Environment.EnvironmentName = environment);
        await hub.AddPeopleAsync();
        using var person = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(hub.Address) };
        await SignInAsync(person);
        using var answer = await person.GetAsync("/components");
        Assert.Equal(status, answer.StatusCode);
    }

    private static async Task SignInAsync(HttpClient person)
    {
        var login = await person.GetStringAsync("/login");
        var token = login[(login.IndexOf("__RequestVerificationToken\" value=\"", StringComparison.Ordinal) + 35)..];
        using var answer = await person.PostAsync("/login", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = token[..token.IndexOf('"', StringComparison.Ordinal)],
            ["_handler"] = "login",
            ["Input.Name"] = ConsoleHub.Admin,
            ["Input.Password"] = ConsoleHub.Password,
        }));
        Assert.Equal("/", answer.RequestMessage!.RequestUri!.AbsolutePath);
    }

    private sealed class Somewhere(string name) : IWebHostEnvironment
    {
        public string WebRootPath { get; set; } = "/";

        public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();

        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "NovaHub";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
