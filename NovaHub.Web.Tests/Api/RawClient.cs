using System.Net.Sockets;
using System.Text;

namespace NovaHub.Web.Tests.Api;

/// <summary>Speaks HTTP by hand, for what a well-behaved client never does.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private readonly List<byte> _read = [];

    public RawClient(Uri address, int receiveBuffer = 0)
    {
        if (receiveBuffer > 0)
        {
            _tcp.ReceiveBufferSize = receiveBuffer;
        }

        _tcp.Connect(address.Host, address.Port);
        _tcp.NoDelay = true;
        Stream = _tcp.GetStream();
    }

    public NetworkStream Stream { get; }

    public Socket Socket => _tcp.Client;

    public Task SendAsync(string text) => Stream.WriteAsync(Encoding.ASCII.GetBytes(text), HubHost.Stop).AsTask();

    public Task SendAsync(byte[] bytes) => Stream.WriteAsync(bytes, HubHost.Stop).AsTask();

    /// <summary>Sends to a server that may have closed the connection already.</summary>
    public Task TrySendAsync(string text) => TrySendAsync(Encoding.ASCII.GetBytes(text));

    /// <inheritdoc cref="TrySendAsync(string)"/>
    public async Task TrySendAsync(byte[] bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (IOException)
        {
            // What it said before it closed can still be read
            return;
        }
    }

    /// <summary>Reads up to the end of the headers and gives them; what came after waits for the next read.</summary>
    public async Task<string> HeadersAsync()
    {
        while (true)
        {
            var end = Encoding.ASCII.GetString([.. _read]).IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var text = Encoding.ASCII.GetString([.. _read[..end]]);
                _read.RemoveRange(0, end + 4);
                return text;
            }

            if (!await MoreAsync())
            {
                return Encoding.ASCII.GetString([.. _read]);
            }
        }
    }

    /// <summary>Reads so many bytes of the body.</summary>
    public async Task<byte[]> BodyAsync(int count)
    {
        while (_read.Count < count && await MoreAsync())
        {
        }

        var body = _read.Take(count).ToArray();
        _read.RemoveRange(0, body.Length);
        return body;
    }

    /// <summary>Reads a body in chunks to its end.</summary>
    public async Task<byte[]> ChunksAsync()
    {
        var body = new List<byte>();
        while (true)
        {
            int end;
            while ((end = _read.IndexOf((byte)'\n')) < 0)
            {
                Assert.True(await MoreAsync(), "The body ended within a chunk.");
            }

            var length = Convert.ToInt32(Encoding.ASCII.GetString([.. _read[..(end - 1)]]), 16);
            _read.RemoveRange(0, end + 1);
            body.AddRange((await BodyAsync(length + 2))[..length]);
            if (length == 0)
            {
                return [.. body];
            }
        }
    }

    public void Dispose() => _tcp.Dispose();

    private async Task<bool> MoreAsync()
    {
        var buffer = new byte[16 * 1024];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(HubHost.Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            var count = await Stream.ReadAsync(buffer, patience.Token);
            _read.AddRange(buffer[..count]);
            return count > 0;
        }
        catch (IOException)
        {
            // A reset is an end too
            return false;
        }
    }
}
