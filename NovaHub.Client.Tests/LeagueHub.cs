using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Engine.Storage;

namespace NovaHub.Client.Tests;

/// <summary>A real hub with league 555B, the board under test as #2 and another as #3.</summary>
public sealed class LeagueHub : IAsyncDisposable
{
    private readonly string? _folder;

    private LeagueHub(HubHost host, BoardCredentials board, BoardCredentials other, string? folder) =>
        (Host, Credentials, Other, _folder) = (host, board, other, folder);

    public HubHost Host { get; private set; }

    public BoardCredentials Credentials { get; }

    public BoardCredentials Other { get; }

    public static async Task<LeagueHub> StartAsync(params string[] settings)
    {
        var host = await HubHost.StartAsync(settings);
        await host.AddLeagueAsync("555B");
        return new LeagueHub(host, await host.AddBoardAsync("The Dive", "555B:2"), await host.AddBoardAsync("The Attic", "555B:3"), null);
    }

    /// <summary>Ends the hub's web application and starts it again on the same address and ledger.</summary>
    public async Task RestartAsync(TimeSpan downFor)
    {
        var (folder, address) = (Host.Folder, Host.Address);
        await Host.App.StopAsync();
        await Host.App.DisposeAsync();
        await Task.Delay(downFor);
        Host = await HubHost.StartInAsync(folder, null, $"Urls={address}");
    }

    /// <summary>Enters a packet as if another board had sent it.</summary>
    public async Task<(string Name, byte[] Bytes)> QueueAsync(string name, byte[] bytes)
    {
        Assert.True(PacketName.TryParse(name, out var packet));
        var sender = Host.Get<HubDirectory>().Current.Leagues[packet.League].Members[packet.Source];
        var intake = Host.Get<PacketIntake>();
        var decision = intake.Judge(sender, packet.League.ToString(), name);
        Assert.Null(decision.Refusal);
        await intake.ReceiveAsync(decision, bytes, HubHost.Stop);
        return (name, bytes);
    }

    /// <summary>Packets from a board in the order in which they came.</summary>
    public async Task<List<(string Name, byte[] Bytes)>> LedgerAsync(int source)
    {
        await using var db = await Host.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        var packets = await db.Set<Packet>().AsNoTracking().Where(p => p.Source == source).OrderBy(p => p.Id).ToListAsync();
        var bytes = await db.Set<Content>().AsNoTracking().ToDictionaryAsync(c => Convert.ToHexString(c.Sha256), c => c.Bytes);
        return [.. packets.Select(p => (p.Name.ToString(), bytes[Convert.ToHexString(p.Sha256)]))];
    }

    /// <summary>Numbers of the packets from a board.</summary>
    public async Task<List<long>> PacketIdsAsync(int source)
    {
        await using var db = await Host.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        return await db.Set<Packet>().Where(p => p.Source == source).OrderBy(p => p.Id).Select(p => p.Id).ToListAsync();
    }

    public async Task<int> UnreadAsync(int dest)
    {
        await using var db = await Host.Get<IDbContextFactory<HubDb>>().CreateDbContextAsync();
        return await db.Set<Packet>().CountAsync(p => p.Dest == dest && p.DeliveredAt == null);
    }

    /// <summary>The hub counts a delivery a moment after its last byte was confirmed.</summary>
    public Task NothingUnreadAsync(int dest) => HubHost.UntilAsync(async () => await UnreadAsync(dest) == 0, $"nothing is unread for #{dest}");

    public async ValueTask DisposeAsync()
    {
        var folder = Host.Folder;
        await Host.DisposeAsync();
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        _ = _folder;
    }
}

/// <summary>Bytes for packets.</summary>
public static class Some
{
    public static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Exactly these packets, each once.</summary>
    public static void AssertSame(IEnumerable<(string Name, byte[] Bytes)> expected, IEnumerable<(string Name, byte[] Bytes)> actual)
    {
        static string[] Lines(IEnumerable<(string Name, byte[] Bytes)> packets) =>
            [.. packets.Select(p => $"{p.Name.ToUpperInvariant()} {p.Bytes.Length} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(p.Bytes).AsSpan(0, 6))}").Order()];
        Assert.Equal(Lines(expected), Lines(actual));
    }
}
