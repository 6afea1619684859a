using System.CommandLine;
using System.Text.Json;
using NovaHub.Client.Checks;
using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;

namespace NovaHub.Client.Commands;

/// <summary>What every command begins with: the configuration, a voice, and the connection.</summary>
internal sealed class ClientSession : IDisposable
{
    private const string Usual = "config.toml";
    private const string Psd1 = "config.psd1";

    private HubConnection? _connection;

    private ClientSession(ConfigReading reading, bool json, IVoice voice, Redactor redactor)
    {
        Reading = reading;
        Json = json;
        Voice = voice;
        Redactor = redactor;
    }

    public ConfigReading Reading { get; }

    public ClientConfig Config => Reading.Config!;

    public bool Json { get; }

    public IVoice Voice { get; }

    public Redactor Redactor { get; }

    public static TimeProvider Time => TimeProvider.System;

    /// <summary>Reads the configuration, whatever is wrong with it.</summary>
    public static ClientSession Open(ParseResult parsed, bool stamped = false)
    {
        var json = parsed.GetValue(ClientCommands.Json);
        var verbose = parsed.GetValue(ClientCommands.Verbose);
        var redactor = new Redactor();
        var reading = ConfigReader.Read(PathOf(parsed), Environment.GetEnvironmentVariable);
        if (reading.Config is { } config)
        {
            redactor.Add(config.Hub.ClientSecret);
        }

        var plain = json || stamped || Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is "dumb";
        IVoice voice = plain ? new PlainVoice(verbose, json, stamped ? Time : null, redactor) : new TerminalVoice(TerminalVoice.Console(), verbose, redactor);
        return new ClientSession(reading, json, voice, redactor);
    }

    /// <summary>Tells what is wrong with the configuration. False when it can't be used.</summary>
    public bool IsUsable()
    {
        foreach (var warning in Reading.Warnings)
        {
            Voice.Say(Level.Warning, Reading.Show(warning));
        }

        if (Reading.Config is not null)
        {
            return true;
        }

        if (Json)
        {
            Print([.. Reading.Faults.Select(f => new CheckLine(CheckLine.Error, "config", Reading.Show(f)))]);
            return false;
        }

        foreach (var fault in Reading.Faults)
        {
            Console.Error.WriteLine(Redactor.Clean(Reading.Show(fault)));
        }

        return false;
    }

    /// <summary>The hub. Between tries, <paramref name="stop"/> ends the waiting.</summary>
    public HubClient Hub(CancellationToken stop) => new(_connection ??= new HubConnection(Config.Hub, Config.Sync, Time, Voice, Redactor) { NoNewTries = stop });

    /// <summary>Shows what a check found. The exit code follows from it.</summary>
    public int Print(IReadOnlyList<CheckLine> lines)
    {
        var document = CheckDocument.Of(lines);
        if (Json)
        {
            Console.WriteLine(Redactor.Clean(JsonSerializer.Serialize(document, ClientJson.Default.CheckDocument)));
        }
        else
        {
            foreach (var line in lines)
            {
                Console.WriteLine(Redactor.Clean($"{line.Level.ToUpperInvariant(),-8} {line.Subject,-8} {line.Message}"));
            }

            Console.WriteLine(document.Success ? "Nothing stands in the way." : $"{lines.Count(l => l.Level == CheckLine.Error)} error(s).");
        }

        return document.Success ? ExitCode.Ok : ExitCode.Errors;
    }

    public void Dispose() => _connection?.Dispose();

    private static string PathOf(ParseResult parsed)
    {
        if (parsed.GetValue(ClientCommands.Config) is { } named)
        {
            return named.FullName;
        }

        // Here, then beside the program; the PowerShell client's file where there is no other
        var places = new[] { Path.GetFullPath(Usual), Path.Combine(AppContext.BaseDirectory, Usual), Path.GetFullPath(Psd1), Path.Combine(AppContext.BaseDirectory, Psd1) };
        return places.FirstOrDefault(File.Exists) ?? places[0];
    }
}
