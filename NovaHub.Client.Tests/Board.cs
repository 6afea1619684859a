using System.Text.Json;
using NovaHub.Engine.Leagues;

namespace NovaHub.Client.Tests;

/// <summary>A board's own machine: its folders, its config.toml, its client.</summary>
public sealed class Board : IDisposable
{
    private readonly string _secret;

    public Board(Uri hub, string clientId, string secret, string name = "The Dive")
    {
        (Hub, ClientId, _secret, Name) = (hub, clientId, secret, name);
        Folder = Directory.CreateTempSubdirectory("nhboard-").FullName;
        Outbound = Path.Combine(Folder, "OUTBOUND");
        Inbound = Path.Combine(Folder, "INBOUND");
        Directory.CreateDirectory(Outbound);
        Directory.CreateDirectory(Inbound);
        WriteConfig();
    }

    public Board(HubHost hub, BoardCredentials credentials)
        : this(hub.Address, credentials.ClientId, credentials.ClientSecret, credentials.BbsName)
    {
    }

    public Uri Hub { get; set; }

    public string ClientId { get; }

    public string Name { get; }

    public string Folder { get; }

    public string League { get; set; } = "BRE.555";

    public int Index { get; set; } = 2;

    public string Outbound { get; set; }

    public string Inbound { get; set; }

    public string Sent => Path.Combine(Folder, "sent");

    public string ConfigPath => Path.Combine(Folder, "config.toml");

    public string Sync { get; set; } = "max_retries = 2\nretry_delay = 0.05\ntimeout_seconds = 20";

    /// <summary>The form of the program that this board runs.</summary>
    public ClientForm Form { get; set; } = ClientForm.Native;

    /// <summary>Where downloads are gathered: beside INBOUND.</summary>
    public string Gather => Path.Combine(Path.GetDirectoryName(Inbound)!, ".novahub-" + Path.GetFileName(Inbound).ToLowerInvariant());

    public string Daemon { get; set; } = "sync_interval = 1\nmaintenance_interval = 0";

    public string More { get; set; } = "";

    public void WriteConfig()
    {
        File.WriteAllText(ConfigPath, $"""
            [hub]
            url = "{Hub}"
            client_id = "{ClientId}"
            client_secret = "{_secret}"

            [bbs]
            name = "{Name}"

            [sync]
            sent_action = "archive"
            archive_dir = "./sent"
            metrics_file = "./metrics.json"
            {Sync}

            [daemon]
            {Daemon}

            [leagues.{League}]
            enabled = true
            bbs_index = {Index}
            outbound_dir = "{Outbound}"
            inbound_dir = "{Inbound}"
            {More}
            """);
        File.SetUnixFileMode(ConfigPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public Task<RunningClient> StartAsync(params string[] arguments) => StartAsync(arguments, null);

    public Task<RunningClient> StartAsync(string[] arguments, Dictionary<string, string?>? environment, string? input = null) =>
        RunningClient.StartAsync(Form, arguments, Folder, environment, input, _secret);

    public async Task<Ran> RunAsync(params string[] arguments)
    {
        await using var client = await StartAsync(arguments);
        return await client.EndAsync();
    }

    /// <summary>A sync that has to end well.</summary>
    public async Task<Ran> SyncAsync()
    {
        var ran = await RunAsync("--verbose");
        Assert.True(ran.ExitCode == 0, ran.All);
        return ran;
    }

    public JsonElement Metrics()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "metrics.json")));
        return document.RootElement.Clone();
    }

    /// <summary>Puts a packet there as the game does, old enough to be known as finished.</summary>
    public string Write(string name, byte[] bytes, int ageSeconds = 60)
    {
        var path = Path.Combine(Outbound, name);
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-ageSeconds));
        return path;
    }

    /// <summary>What the game finds in INBOUND: it reads and removes every packet.</summary>
    public List<(string Name, byte[] Bytes)> Consume()
    {
        var found = new List<(string, byte[])>();
        foreach (var file in Directory.EnumerateFiles(Inbound).Where(f => !f.Contains("NODES.", StringComparison.Ordinal)).Order())
        {
            found.Add((Path.GetFileName(file), File.ReadAllBytes(file)));
            File.Delete(file);
        }

        return found;
    }

    public IEnumerable<string> InboundNames() => Directory.EnumerateFiles(Inbound).Select(f => Path.GetFileName(f)!).Order();

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
