using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace NovaHub.Web.Api.Arrival;

/// <summary>What Linux counts of a TCP connection: struct tcp_info of linux/tcp.h.</summary>
/// <param name="State">State of the connection, as Linux numbers them.</param>
/// <param name="Acked">Bytes that the other machine confirmed; our own end counts as one.</param>
/// <param name="Received">Bytes that came.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct TcpCounters(byte State, long Acked, long Received)
{
    // The last field that is needed ends here; some kernels give less, and some sandboxes zeros
    private const int Length = 136;
    private const int Tcp = 6;
    private const int TcpInfo = 11;
    private const byte TimeWait = 6;
    private const byte Closed = 7;
    private const byte LastAck = 9;
    private const byte Closing = 11;

    /// <summary>
    /// Whether both sides have ended the connection, or it broke. Whoever still reads at the other end can't be seen to stop
    /// from here on: its machine sends no reset then.
    /// </summary>
    public bool IsOver => State is TimeWait or Closed or LastAck or Closing;

    /// <summary>Reads them. Null where the system has no such counters.</summary>
    /// <param name="descriptor">An open socket.</param>
    public static TcpCounters? Read(SafeHandle descriptor)
    {
        Span<byte> raw = stackalloc byte[Length];
        var length = raw.Length;
        return GetOption(descriptor, Tcp, TcpInfo, raw, ref length) == 0 ? Parse(raw[..Math.Clamp(length, 0, raw.Length)]) : null;
    }

    /// <summary>Reads them from what the system gave. Null when that is too short or says nothing.</summary>
    public static TcpCounters? Parse(ReadOnlySpan<byte> info) => info.Length < Length || info[0] == 0
        ? null
        : new TcpCounters(
            info[0],
            BinaryPrimitives.ReadInt64LittleEndian(info[120..]),
            BinaryPrimitives.ReadInt64LittleEndian(info[128..]));

    /// <summary>Whether the system holds an error against the connection: it was reset, or timed out. Reading it takes it away.</summary>
    public static bool HasError(SafeHandle descriptor)
    {
        const int SocketLevel = 1;
        const int SocketError = 4;
        Span<byte> error = stackalloc byte[4];
        var length = error.Length;
        return GetOption(descriptor, SocketLevel, SocketError, error, ref length) != 0 || BinaryPrimitives.ReadInt32LittleEndian(error) != 0;
    }

    /// <summary>A second descriptor of a socket, which stays open when the first is closed. Null when the socket is closed.</summary>
    public static SafeHandle? Duplicate(Socket socket)
    {
        const int DuplicateCloseOnExec = 1030;
        var held = false;
        try
        {
            // Held, or its number might be another connection's by now. Not for longer: closing it waits for that
            socket.SafeHandle.DangerousAddRef(ref held);
            var copy = Duplicate((int)socket.SafeHandle.DangerousGetHandle(), DuplicateCloseOnExec, 0);
            return copy < 0 ? null : new Descriptor(copy);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            if (held)
            {
                socket.SafeHandle.DangerousRelease();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Duplicate(int descriptor, int command, int least);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int GetOption(SafeHandle descriptor, int level, int name, Span<byte> value, ref int length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(nint descriptor);

    private sealed class Descriptor : SafeHandle
    {
        public Descriptor(int descriptor)
            : base(-1, ownsHandle: true) => SetHandle(descriptor);

        public override bool IsInvalid => handle < 0;

        protected override bool ReleaseHandle() => CloseDescriptor(handle) == 0;
    }
}
