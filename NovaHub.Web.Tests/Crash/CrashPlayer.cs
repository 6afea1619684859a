using System.Security.Cryptography;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;

namespace NovaHub.Web.Tests.Crash;

/// <summary>Somebody who plays the hub's own game now and then, and whose packets are half for a while.</summary>
internal sealed class CrashPlayer(KilledHub hub, Random random)
{
    // Behind the numbers that the game itself comes to
    private const int FirstNumber = 700;

    private readonly string _lock = Path.Combine(hub.Game, "inuse.flg");

    /// <summary>What was written, by name.</summary>
    public List<(string Name, string Sha256)> Written { get; } = [];

    /// <summary>Comes and goes until told to stop.</summary>
    public async Task PlayAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested && Written.Count < 1000 - FirstNumber)
        {
            await Task.Delay(random.Next(500, 2500), CancellationToken.None);
            if (Directory.EnumerateFiles(hub.Game).Any(f => Path.GetFileName(f).Equals("inuse.flg", StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            await EnterAsync();
            await WriteAsync();
            File.Delete(_lock);
        }
    }

    // With a lock that is older than any run, as a long session has it
    private async Task EnterAsync()
    {
        var made = Path.Combine(hub.Game, "PLAYER.TMP");
        await File.WriteAllTextAsync(made, "x");
        File.SetLastWriteTimeUtc(made, DateTime.UtcNow.AddHours(-1));
        File.Move(made, _lock);
    }

    // In two parts, closed in between, as games write that open a file anew for each record
    private async Task WriteAsync()
    {
        var name = new PacketName(KilledHub.League, 1, 2, FirstNumber + Written.Count);
        var bytes = BrePacketWriter.Write((uint)Written.Count, [new BreRecord(0x1A, 1, 2, RandomNumberGenerator.GetBytes(400 + random.Next(800)))]);
        var file = Path.Combine(hub.Game, "OUTBOUND", name.ToString().ToLowerInvariant());
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)]);
        await Task.Delay(random.Next(100, 900), CancellationToken.None);
        await File.AppendAllBytesAsync(file, bytes.AsMemory(bytes.Length / 2));
        Written.Add((name.ToString(), Convert.ToHexString(SHA256.HashData(bytes))));
    }
}
