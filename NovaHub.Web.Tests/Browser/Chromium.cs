using Microsoft.Playwright;
using NovaHub.Web.Tests.Browser;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace NovaHub.Web.Tests.Browser;

/// <summary>Debian's Chromium, started once for all browser tests.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A new browser window with nothing in it: no cookies, no storage.</summary>
    public async Task<Window> OpenAsync(string address, int width = 1280, int height = 860, ColorScheme scheme = ColorScheme.Dark)
    {
        await _starting.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = "/usr/bin/chromium",
                Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            });
        }
        finally
        {
            _starting.Release();
        }

        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            TimezoneId = "Europe/Berlin",
        });
        context.SetDefaultTimeout(15_000);
        return new Window(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }
}

/// <summary>A browser window that remembers what went wrong in it.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Window(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error")
            {
                Faults.Add(message.Text);
            }
        };
        page.PageError += (_, error) => Faults.Add(error);
        page.Request += (_, request) => Requested.Add(request.Url);
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts, refused content, failed requests.</summary>
    public List<string> Faults { get; } = [];

    public List<string> Requested { get; } = [];

    public IBrowserContext Context => _context;

    public async Task SignInAsync(string name = ConsoleHub.Admin)
    {
        await Page.GotoAsync("/login");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("Password").FillAsync(ConsoleHub.Password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard" }).WaitForAsync();
    }

    /// <summary>Opens a page and waits until its first heading is there.</summary>
    public async Task GoAsync(string path, string heading)
    {
        await Page.GotoAsync(path);
        await Page.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 }).WaitForAsync();
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
