using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace NovaHub.Web.Tests.Proxies;

/// <summary>Where a sync of a board breaks off.</summary>
internal enum Break
{
    /// <summary>Nowhere.</summary>
    Never,

    /// <summary>In the middle of a download's answer.</summary>
    InTheAnswer,

    /// <summary>Everything came, and the machine went before it was on its disk.</summary>
    BeforeTheDisk,

    /// <summary>It is on the disk, and the receipt was not sent.</summary>
    BeforeTheReceipt,

    /// <summary>The receipt was sent, and its answer never read.</summary>
    BeforeTheReceiptsAnswer,
}

/// <summary>A board's program that confirms what it has, and that breaks off where it is told to. Its game reads what is on its disk, at once.</summary>
internal sealed class CutBoard(Uri hub, string authorization, Random random)
{
    private readonly HashSet<(long Packet, int Delivery)> _journal = [];

    /// <summary>What the game read: SHA-256 by packet, each time.</summary>
    public List<(long Packet, string Sha256)> Read { get; } = [];

    /// <summary>Fetches and confirms what is unread, until all is done or it breaks off.</summary>
    /// <param name="at">Where the first packet's transfer breaks off.</param>
    /// <returns>Whether it came to its end.</returns>
    public async Task<bool> SyncAsync(Break at)
    {
        var list = await AskAsync("GET", "leagues/555B/packets?unread=true", null, long.MaxValue) ?? throw new InvalidOperationException("The list did not come.");
        foreach (var item in JsonDocument.Parse(list).RootElement.GetProperty("packets").EnumerateArray().Where(p => p.GetProperty("packet_id").ValueKind == JsonValueKind.Number))
        {
            if (!await TakeAsync(item, at))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> TakeAsync(JsonElement item, Break at)
    {
        var (name, id, delivery) = (item.GetProperty("filename").GetString()!, item.GetProperty("packet_id").GetInt64(), item.GetProperty("delivery").GetInt32());
        var address = $"leagues/555B/packets/{name}";
        if (!_journal.Contains((id, delivery)))
        {
            // Headers are some 450 bytes
            var cut = at == Break.InTheAnswer ? random.NextInt64(item.GetProperty("file_size").GetInt64() + 400) : long.MaxValue;
            if (await AskAsync("GET", $"{address}?receipt=explicit&packet_id={id}", null, cut) is not { } bytes || at == Break.BeforeTheDisk)
            {
                return false;
            }

            Read.Add((id, Convert.ToHexStringLower(SHA256.HashData(bytes))));
            _journal.Add((id, delivery));
        }

        if (at == Break.BeforeTheReceipt)
        {
            return false;
        }

        var receipt = JsonSerializer.Serialize(new { packet_id = id, delivery, sha256 = Read.Last(r => r.Packet == id).Sha256 });
        return await AskAsync("POST", $"{address}/received", receipt, at == Break.BeforeTheReceiptsAnswer ? 0 : long.MaxValue) is not null;
    }

    /// <summary>Asks on a connection of its own; null when it was cut after so many bytes of the answer.</summary>
    private async Task<byte[]?> AskAsync(string method, string path, string? body, long cut)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, hub.Port, HubHost.Stop);
        await using var stream = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: true, FrontProxy.IsOurs);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, HubHost.Stop);
        var content = body is null ? "" : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} /service/api/v1/{path} HTTP/1.1\r\nHost: {hub.Authority}\r\nAuthorization: {authorization}\r\nConnection: close\r\n{content}\r\n{body}"), HubHost.Stop);
        var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; answer.Length < cut && (read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, cut - answer.Length)), HubHost.Stop)) > 0;)
        {
            await answer.WriteAsync(buffer.AsMemory(0, read), HubHost.Stop);
        }

        if (answer.Length >= cut)
        {
            socket.LingerState = new LingerOption(random.Next(2) == 0, 0);
            socket.Dispose();
            return null;
        }

        var whole = answer.ToArray();
        var end = whole.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0 && whole.AsSpan().StartsWith("HTTP/1.1 200"u8), Encoding.ASCII.GetString(whole.AsSpan(0, Math.Min(whole.Length, 600))));
        return whole[(end + 4)..];
    }
}
