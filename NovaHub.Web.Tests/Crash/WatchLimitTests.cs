using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;
using Microsoft.Data.Sqlite;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;
using NovaHub.Engine.Sandbox;
using NovaHub.Web.Tests.Commands;

namespace NovaHub.Web.Tests.Crash;

/// <summary>A system that has no inotify instance left: a user namespace of its own with the limit 0.</summary>
public sealed class WatchLimitTests : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "NovaHub.Web.dll");

    private readonly HubProgram _hub = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task Without_an_inotify_instance_commands_work_and_the_hub_looks_instead_of_watching_and_says_so_once()
    {
        await NeedsNamespaceAsync();
        var league = LeagueId.Parse("900B");
        var games = Path.Combine(_hub.Folder, "games");
        SandboxGame.Install(games, "B900N01", league, "The Hub BBS", "13:900/1", null);
        foreach (var words in new string[][]
        {
            ["league", "add", "900B", "--name", "Sandbox", "--hub-address", "13:900/1", "--game-folder", Path.Combine(games, "B900N01")],
            ["bbs", "add", "The Dive", "--member", "900B:2=13:900/2"],
        })
        {
            var command = await Cli.Wrap("unshare").WithArguments(Limited(words)).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
            Assert.True(command.ExitCode == 0, command.StandardError);
        }

        var log = Path.Combine(_hub.Folder, "hub.log");
        using var process = PublishedProgram.Start(
            log, new Dictionary<string, string> { ["Runs:Sweep"] = "00:00:01", ["Runs:SettleTime"] = "00:00:00.300", ["Dos:Machine"] = "dosbox" },
            ["unshare", .. Limited("serve", "--urls", "http://127.0.0.1:0")]);
        try
        {
            var address = "";
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while ((address = Address(log)).Length == 0 && !process.HasExited)
            {
                await Task.Delay(100, patience.Token);
            }

            Assert.False(process.HasExited, File.ReadAllText(log));
            using var http = new HttpClient { BaseAddress = new Uri(address) };
            await HubHost.UntilAsync(async () => (await WatchingAsync(http)).Contains("fs.inotify.max_user_instances", StringComparison.Ordinal), "health to tell");

            // Local play leaves a packet, and no notice comes of it
            await File.WriteAllBytesAsync(
                Path.Combine(games, "B900N01", "OUTBOUND", "900B0102.001"), BrePacketWriter.Write(1, [new BreRecord(0x1A, 1, 2, new byte[8])]), HubHost.Stop);
            await HubHost.UntilAsync(() => Task.FromResult(Packets() == 1), "the packet to be found");
            Assert.Single(File.ReadAllLines(log), line => line.Contains("fs.inotify.max_user_instances", StringComparison.Ordinal));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private string[] Limited(params string[] words) =>
        ["-U", "-r", "sh", "-c", "echo 0 > /proc/sys/user/max_inotify_instances && exec dotnet \"$@\"", "sh", s_program, .. words, "--data", _hub.Data];

    private long Packets()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_hub.Data, "novahub.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """SELECT COUNT(*) FROM "Packets" """;
        return (long)command.ExecuteScalar()!;
    }

    private static string Address(string log) =>
        File.Exists(log) && File.ReadAllText(log) is var said && said.IndexOf("NovaHub is at ", StringComparison.Ordinal) is >= 0 and var at && said.IndexOf('\n', at) is >= 0 and var end
            ? said[(at + 14)..end].Trim()
            : "";

    private static async Task<string> WatchingAsync(HttpClient http)
    {
        using var response = await http.GetAsync("health", HubHost.Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var health = await response.Content.ReadFromJsonAsync<JsonElement>(HubHost.Stop);
        Assert.Equal("healthy", health.GetProperty("status").GetString());
        return health.GetProperty("checks").GetProperty("watching").GetString()!;
    }

    private static async Task NeedsNamespaceAsync()
    {
        var tried = await Cli.Wrap("unshare").WithArguments(["-U", "-r", "sh", "-c", "echo 0 > /proc/sys/user/max_inotify_instances"])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.SkipUnless(tried.ExitCode == 0, $"No user namespace of its own is to be had here: {tried.StandardError.Trim()}");
    }
}
