using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NovaHub.Bench;

/// <summary>An answer. The body is good until the connection's next request.</summary>
internal readonly record struct Reply(int Status, ReadOnlyMemory<byte> Body)
{
    public string Text => Encoding.UTF8.GetString(Body.Span);
}

/// <summary>One kept-alive HTTP/1.1 connection, as lean as it gets: the load shares two cores with the server.</summary>
internal sealed class HttpWire : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[16 * 1024];

    private HttpWire()
    {
    }

    public static async Task<HttpWire> ConnectAsync(int port)
    {
        var wire = new HttpWire();
        try
        {
            await wire._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
            return wire;
        }
        catch
        {
            wire.Dispose();
            throw;
        }
    }

    /// <summary>Sends a whole request and reads the whole answer.</summary>
    public async ValueTask<Reply> SendAsync(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request);
        var (have, head, length) = (0, 0, 0);
        while (true)
        {
            if (have == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var read = await _socket.ReceiveAsync(_buffer.AsMemory(have));
            if (read == 0)
            {
                throw new IOException("The hub closed the connection before its answer was whole.");
            }

            have += read;
            if (head == 0)
            {
                head = _buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8) + 4;
                if (head < 4)
                {
                    head = 0;
                    continue;
                }

                length = BodyLength(_buffer.AsSpan(0, head));
            }

            if (length >= 0 ? have >= head + length : _buffer.AsSpan(0, have).EndsWith("\r\n0\r\n\r\n"u8))
            {
                return new Reply(Status, length >= 0 ? _buffer.AsMemory(head, length) : Unchunk(_buffer.AsSpan(head, have - head)));
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private int Status => ((_buffer[9] - '0') * 100) + ((_buffer[10] - '0') * 10) + (_buffer[11] - '0');

    // -1 when the body comes in chunks
    private static int BodyLength(ReadOnlySpan<byte> head)
    {
        if (head.IndexOf("Content-Length: "u8) is var at and >= 0)
        {
            _ = Utf8Parser.TryParse(head[(at + 16)..], out int length, out _);
            return length;
        }

        return head.IndexOf("chunked"u8) >= 0 ? -1 : 0;
    }

    private static byte[] Unchunk(ReadOnlySpan<byte> chunks)
    {
        var body = new MemoryStream();
        while (true)
        {
            var end = chunks.IndexOf("\r\n"u8);
            var size = int.Parse(Encoding.ASCII.GetString(chunks[..end]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                return body.ToArray();
            }

            body.Write(chunks.Slice(end + 2, size));
            chunks = chunks[(end + 2 + size + 2)..];
        }
    }
}
