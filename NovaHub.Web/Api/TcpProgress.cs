using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;

namespace NovaHub.Web.Api;

/// <summary>
/// How far an answer came, asked of the operating system: a write that returned only says that the bytes are in this
/// machine's buffers. Works on a duplicate of the socket, since the server closes its own the moment the client does.
/// </summary>
internal sealed partial class TcpProgress : IDisposable
{
    private const int Tcp = 6;
    private const int TcpInfo = 11;
    private const int DuplicateCloseOnExec = 1030;
    private const byte Established = 1;
    private const byte Closed = 7;
    private const int SocketLevel = 1;
    private const int SocketError = 4;

    // A client that closes in order with bytes unread sends its FIN first and the reset right behind it
    private static readonly TimeSpan s_resetBehindFin = TimeSpan.FromMilliseconds(10);

    private readonly int _socket;
    private readonly long _ackedBefore;
    private long _receivedBefore;

    private TcpProgress(int socket)
    {
        _socket = socket;
        if (TryRead(out var info))
        {
            _ackedBefore = info.Acked;
        }
    }

    /// <summary>Begins to watch, before the answer is written. Null where the system can't tell.</summary>
    public static TcpProgress? Watch(HttpContext context)
    {
        if (!OperatingSystem.IsLinux() || context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            return null;
        }

        try
        {
            var duplicate = Duplicate((int)socket.Handle, DuplicateCloseOnExec, 0);
            return duplicate < 0 ? null : new TcpProgress(duplicate);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>From here on, bytes from the client are an answer to what was sent.</summary>
    public void LastPartGoesOut()
    {
        if (TryRead(out var info))
        {
            _receivedBefore = info.Received;
        }
    }

    /// <summary>Waits until the client's machine has confirmed <paramref name="bytes"/>, and the client did not break off with them unread.</summary>
    /// <param name="bytes">Length of the answer, headers included.</param>
    /// <param name="patience">How long the confirmation may take.</param>
    /// <param name="linger">
    /// How long a break is waited for after it: a client that goes with bytes unread resets the connection. One that
    /// asks for the next thing or closes without a reset has them all.
    /// </param>
    /// <param name="clock">Time.</param>
    public async Task<bool> ArrivesAsync(long bytes, TimeSpan patience, TimeSpan linger, TimeProvider clock)
    {
        var began = clock.GetTimestamp();
        long? confirmed = null;
        long? farewell = null;
        var pause = TimeSpan.FromMilliseconds(1);
        while (true)
        {
            if (!TryRead(out var info))
            {
                return false;
            }

            if (info.Acked - _ackedBefore >= bytes && info.Waiting == 0)
            {
                confirmed ??= clock.GetTimestamp();
                var spoke = info.Received > _receivedBefore;
                if (spoke && info.State != Established)
                {
                    farewell ??= clock.GetTimestamp();
                    if (WasReset())
                    {
                        return false;
                    }
                }

                if ((spoke && info.State == Established)
                    || (farewell is { } since && clock.GetElapsedTime(since) >= s_resetBehindFin)
                    || (info.State == Established && clock.GetElapsedTime(confirmed.Value) >= linger))
                {
                    return true;
                }
            }

            if ((info.State == Closed && farewell is null) || (confirmed is null && clock.GetElapsedTime(began) >= patience))
            {
                return false;
            }

            await Task.Delay(pause, clock, CancellationToken.None);
            pause = pause < TimeSpan.FromMilliseconds(20) ? pause * 1.5 : pause;
        }
    }

    public void Dispose() => _ = Close(_socket);

    private bool WasReset()
    {
        Span<byte> error = stackalloc byte[4];
        var length = error.Length;
        return GetOption(_socket, SocketLevel, SocketError, error, ref length) != 0 || BinaryPrimitives.ReadInt32LittleEndian(error) != 0;
    }

    // struct tcp_info of linux/tcp.h: state at 0, packets unacknowledged at 24, bytes acknowledged at 120 and received
    // at 128, bytes not sent at 144. A FIN counts as a received byte, a reset does not.
    private bool TryRead(out (byte State, long Acked, long Received, long Waiting) info)
    {
        Span<byte> raw = stackalloc byte[148];
        var length = raw.Length;
        info = default;
        if (GetOption(_socket, Tcp, TcpInfo, raw, ref length) != 0 || length < raw.Length)
        {
            return false;
        }

        info = (raw[0], BinaryPrimitives.ReadInt64LittleEndian(raw[120..]), BinaryPrimitives.ReadInt64LittleEndian(raw[128..]),
            BinaryPrimitives.ReadUInt32LittleEndian(raw[24..]) + (long)BinaryPrimitives.ReadUInt32LittleEndian(raw[144..]));
        return true;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Duplicate(int descriptor, int command, int least);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int GetOption(int descriptor, int level, int name, Span<byte> value, ref int length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
