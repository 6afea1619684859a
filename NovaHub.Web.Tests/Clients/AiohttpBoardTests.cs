using System.Diagnostics;
using System.Text.Json;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Tests.Api;

namespace NovaHub.Web.Tests.Clients;

/// <summary>The old Python client's sequence of requests, made by aiohttp itself on one connection that it uses again and again.</summary>
public sealed class AiohttpBoardTests : IAsyncLifetime
{
    private static readonly string s_script = Path.Combine(AppContext.BaseDirectory, "Clients", "aiohttp_board.py");
    private static readonly Lazy<string?> s_python = new(FindPython);

    private HubHost _hub = null!;
    private BoardCredentials _credentials = null!;
    private HttpClient _three = null!;
    private string _folder = "";

    private string Outbound => Path.Combine(_folder, "OUTBOUND");

    private string Inbound => Path.Combine(_folder, "INBOUND");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(s_python.Value is null, "No python3 here has aiohttp (Debian: python3-aiohttp).");
        _folder = Directory.CreateTempSubdirectory("novahub-aiohttp-").FullName;
        Directory.CreateDirectory(Outbound);
        Directory.CreateDirectory(Inbound);
        _hub = await HubHost.StartAsync();
        await _hub.AddLeagueAsync("555B");
        _credentials = await _hub.AddBoardAsync("Two", "555B:2");
        _three = await _hub.SignInAsync(await _hub.AddBoardAsync("Three", "555B:3"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_hub is not null)
        {
            await _hub.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("555B0301.001", 300, 403)]
    [InlineData("555B0301.001", 900_000, 403)]
    [InlineData("NOTES.TXT", 100_000, 400)]
    [InlineData("BRNODES.555", 2000, 403)]
    [InlineData("555B0201.002", 0, 400)]
    [InlineData("555B0201.002", 11_000_000, 413)]
    public async Task A_refused_file_in_outbound_stops_no_incoming_mail(string name, int size, int status)
    {
        await WriteAsync(name, size);
        for (var i = 0; i < 3; i++)
        {
            await _three.UploadedAsync($"555B0302.{i:D3}", [(byte)i]);
            await WriteAsync($"555B0201.1{i:D2}", 5000);
        }

        var syncs = await SyncAsync("--syncs", "6");
        Assert.Equal(6, syncs.Count);
        foreach (var sync in syncs)
        {
            AssertWhole(sync, except: name);
            // What is too large may see its connection end while it still sends; the old client keeps the file either way
            var seen = Pairs(sync, "uploads").Single(u => u.Name == name).Status;
            Assert.True(seen == status || (status == 413 && seen is null), $"{name}: {seen}");
        }

        Assert.Equal([name], Directory.EnumerateFiles(Outbound).Select(Path.GetFileName));
        Assert.Equal(["555B0302.000", "555B0302.001", "555B0302.002", "BRNODES.555"], Directory.EnumerateFiles(Inbound).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Two_hundred_uploads_in_the_folders_order_all_arrive_in_it()
    {
        for (var i = 0; i < 200; i++)
        {
            await WriteAsync($"555B0203.{i:D3}", 200 + (i * 37 % 5000));
        }

        var sync = Assert.Single(await SyncAsync());
        AssertWhole(sync);
        var sent = Pairs(sync, "uploads").ToList();
        Assert.Equal(200, sent.Count(u => u.Status == 200));
        Assert.Equal(sent.Select(u => u.Name), (await _three.UnreadAsync()).Where(n => n != "BRNODES.555"));
        Assert.Empty(Directory.EnumerateFiles(Outbound));
    }

    [Theory]
    [InlineData("555B0203.001", 200)]
    [InlineData("555B0301.001", 403)]
    public async Task A_board_that_asks_before_it_sends_is_answered_and_goes_on(string name, int status)
    {
        await WriteAsync(name, 200_000);
        var syncs = await SyncAsync("--expect", "--syncs", "2");
        Assert.All(syncs, s => AssertWhole(s));
        Assert.Equal(status, Assert.Single(Pairs(syncs[0], "uploads")).Status);
    }

    [Fact]
    public async Task A_token_that_is_no_longer_good_is_replaced_once_in_the_middle_of_an_upload()
    {
        await WriteAsync("555B0203.001", 300_000);
        var sync = Assert.Single(await SyncAsync("--token", "out-of-date"));
        AssertWhole(sync);
        Assert.Equal(200, Assert.Single(Pairs(sync, "uploads")).Status);
        Assert.Equal(1, sync.GetProperty("fresh_tokens").GetInt32());
    }

    [Fact]
    public async Task A_download_that_broke_off_comes_again_with_the_next_sync()
    {
        var bytes = new byte[4_000_000];
        new Random(1).NextBytes(bytes);
        await _three.UploadedAsync("555B0302.001", bytes);
        // The nodelist is shorter than where it breaks off, so it is fetched before
        using (var two = await _hub.SignInAsync(_credentials))
        {
            await two.FetchAsync("BRNODES.555");
        }

        var syncs = await SyncAsync("--break-off", "--syncs", "2");
        Assert.Empty(Pairs(syncs[0], "downloads"));
        AssertWhole(syncs[1]);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(Inbound, "555B0302.001"), HubHost.Stop));
    }

    [Fact]
    public async Task A_board_with_an_old_secret_is_told_what_is_wrong_and_later_when_to_come_again()
    {
        var rotated = await _hub.Get<BbsAdmin>().RotateAsync(_credentials.ClientId, HubHost.Stop);
        var syncs = await SyncAsync("--syncs", "25");
        Assert.Equal([.. Enumerable.Repeat(401, 20), .. Enumerable.Repeat(429, 5)], syncs.Select(s => s.GetProperty("token").GetInt32()));
        Assert.Contains("try again in 10 minutes", syncs[^1].Text("detail"));
        Assert.All(syncs, s => Assert.Empty(s.GetProperty("errors").EnumerateArray()));
        Assert.NotEqual(_credentials.ClientSecret, rotated.ClientSecret);
    }

    private static void AssertWhole(JsonElement sync, string? except = null)
    {
        Assert.DoesNotContain(sync.GetProperty("errors").EnumerateArray(), e => except is null || !e.GetString()!.StartsWith(except, StringComparison.Ordinal));
        Assert.All(Pairs(sync, "downloads"), d => Assert.Equal(200, d.Status));
        Assert.Equal((200, 304, 200), (sync.GetProperty("nodelist").GetInt32(), sync.GetProperty("again").GetInt32(), sync.GetProperty("head").GetInt32()));
    }

    private static IEnumerable<(string Name, int? Status)> Pairs(JsonElement sync, string property) =>
        sync.GetProperty(property).EnumerateArray().Select(u => (u[0].GetString()!, u[1].ValueKind == JsonValueKind.Null ? (int?)null : u[1].GetInt32()));

    private static string? FindPython() => new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(python =>
    {
        try
        {
            using var asked = Process.Start(new ProcessStartInfo(python, ["-c", "import aiohttp"]) { UseShellExecute = false, RedirectStandardError = true })!;
            asked.StandardError.ReadToEnd();
            asked.WaitForExit();
            return asked.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    private Task WriteAsync(string name, int size)
    {
        var bytes = new byte[size];
        new Random(name.GetHashCode(StringComparison.Ordinal)).NextBytes(bytes);
        return File.WriteAllBytesAsync(Path.Combine(Outbound, name), bytes, HubHost.Stop);
    }

    private async Task<List<JsonElement>> SyncAsync(params string[] more)
    {
        var start = new ProcessStartInfo(
            s_python.Value!, [s_script, _hub.Address.ToString().TrimEnd('/'), _credentials.ClientId, _credentials.ClientSecret, "555B", Outbound, Inbound, .. more])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(HubHost.Stop);
            var output = await process.StandardOutput.ReadToEndAsync(HubHost.Stop);
            await process.WaitForExitAsync(HubHost.Stop);
            Assert.True(process.ExitCode == 0, await errors);
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
