using System.Buffers.Binary;
using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Games;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Web.Demo;

/// <summary>
/// A board that plays by itself: runs its own copy of the game under the emulator, and speaks to the hub through the program that
/// real boards run, with a config.toml of its own.
/// </summary>
internal sealed class DemoBoard(DemoSeat seat, string games, Uri hub, IDosMachine machine, TimeProvider clock)
{
    private const byte TimeCheck = 0x1A;
    private int _directSequence;

    public string Name => seat.Name;

    public int BbsIndex => seat.BbsIndex;

    private string FolderName => $"B900N{seat.BbsIndex:D2}";

    private string Folder => Path.Combine(games, FolderName);

    // Beside the games, not below the folder that is the drive of all of them
    private string ClientFolder => Path.Combine(Path.GetDirectoryName(games)!, "boards", FolderName);

    private string Outbound => Path.Combine(Folder, "OUTBOUND");

    private string Inbound => Path.Combine(Folder, "INBOUND");

    /// <summary>Makes the board's game folder and its client's configuration, and has the client fetch the nodelist.</summary>
    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        SandboxGame.Install(games, FolderName, DemoLeague.Id, seat.Name, $"13:900/{seat.BbsIndex}", null);
        // A demo that was ended in the middle of this board's game left the game's lock behind; nobody else plays here
        foreach (var left in Directory.EnumerateFiles(Folder).Where(f => Path.GetFileName(f).Equals("inuse.flg", StringComparison.OrdinalIgnoreCase)))
        {
            File.Delete(left);
        }

        Directory.CreateDirectory(ClientFolder);
        var text = $"""
            # Made by novahub demo
            [hub]
            url = {Quote(hub.ToString())}
            client_id = {Quote(seat.ClientId)}
            client_secret = {Quote(seat.ClientSecret)}

            [bbs]
            name = {Quote(seat.Name)}

            [sync]
            sent_action = "delete"
            max_retries = 3
            retry_delay = 1

            [leagues.{DemoLeague.Id.Game.Name}.{DemoLeague.Id.Number}]
            bbs_index = {seat.BbsIndex}
            outbound_dir = {Quote(Outbound)}
            inbound_dir = {Quote(Inbound)}
            game_folder = {Quote(Folder)}

            """;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new StreamWriter(Path.Combine(ClientFolder, "config.toml"), options))
        {
            await file.WriteAsync(text.AsMemory(), cancellationToken);
        }

        await SyncAsync(cancellationToken);
    }

    /// <summary>Runs the board's own game.</summary>
    public async Task PlayAsync(string command, CancellationToken cancellationToken)
    {
        var outcome = await machine.RunAsync(new DosJob(games, Folder, [$"BRE.EXE {command}"]), Unwatched.Instance, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (outcome.CommandCodes is not [0])
        {
            throw new IOException($"{Name} could not play its game under {machine.Name}: {outcome.Trouble ?? outcome.Ending.ToString()}.");
        }
    }

    /// <summary>Puts a packet straight for another board into OUTBOUND, as a ROUTE override of its game would.</summary>
    public async Task WriteDirectAsync(int index, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var body = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)now.Year);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(2), (ushort)now.DayOfYear);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), (uint)(now.TimeOfDay.TotalSeconds * 10) + (uint)_directSequence);
        var name = new PacketName(DemoLeague.Id, seat.BbsIndex, index, _directSequence = (_directSequence + 1) % 1000);
        var bytes = BrePacketWriter.Write((uint)now.ToUnixTimeSeconds(), [new BreRecord(TimeCheck, (byte)seat.BbsIndex, (byte)index, body)]);
        await File.WriteAllBytesAsync(Path.Combine(Outbound, name.ToString()), bytes, cancellationToken);
    }

    /// <summary>Has the board's client send and fetch.</summary>
    /// <returns>How many packets came.</returns>
    public async Task<int> SyncAsync(CancellationToken cancellationToken)
    {
        var result = await Cli.Wrap(DemoClient.Path)
            .WithArguments(["sync", "--json", "--config", Path.Combine(ClientFolder, "config.toml")])
            .WithWorkingDirectory(ClientFolder)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new IOException($"{Name}'s client ended with {result.ExitCode}: {result.StandardError.Trim()}");
        }

        using var metrics = JsonDocument.Parse(result.StandardOutput);
        return metrics.RootElement.GetProperty("total_downloaded").GetInt32();
    }

    /// <summary>Packets that the game was given and did not read.</summary>
    public int LeftInInbound() => Directory.EnumerateFiles(Inbound).Count(f => PacketName.TryParse(Path.GetFileName(f), out _));

    private static string Quote(string text) => "\"" + text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private sealed class Unwatched : IDosOutput
    {
        public static readonly Unwatched Instance = new();

        public void Write(ReadOnlySpan<byte> vt)
        {
        }
    }
}

/// <summary>The boards' program, as it lies beside this one.</summary>
internal static class DemoClient
{
    /// <exception cref="IOException">It is not there.</exception>
    public static string Path
    {
        get
        {
            var path = System.IO.Path.Combine(AppContext.BaseDirectory, "client", OperatingSystem.IsWindows() ? "novahub-client.exe" : "novahub-client");
            return File.Exists(path) ? path : throw new IOException($"The boards' program {path} is missing: build or publish NovaHub.Web anew.");
        }
    }
}
