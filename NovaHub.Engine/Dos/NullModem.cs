using System.Net;
using System.Net.Sockets;

namespace NovaHub.Engine.Dos;

/// <summary>The host's end of DOSBox's null modem: a listener on the loopback address that reads one session's screen.</summary>
internal sealed class NullModem : IDisposable
{
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);

    // The connection is made before the first command, but the accepting thread may be late
    private static readonly TimeSpan LateAccept = TimeSpan.FromMilliseconds(200);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly CellDecoder _decoder;
    private readonly Task _reading;
    private volatile bool _connected;

    public NullModem(IDosOutput output)
    {
        _decoder = new CellDecoder(output);
        _listener.Start(1);
        _reading = ReadAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Called when the emulator is gone: waits for what is still on its way.</summary>
    public async Task EndAsync(TimeProvider time)
    {
        _end.CancelAfter(_connected ? LastWait : LateAccept);
        await Task.WhenAny(_reading, Task.Delay(LastWait * 2, time));
        _decoder.End();
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var line = await _listener.AcceptSocketAsync(_end.Token);
            _connected = true;
            var buffer = new byte[4096];
            for (int read; (read = await line.ReceiveAsync(buffer, _end.Token)) > 0;)
            {
                _decoder.Feed(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The emulator is gone, in whatever way: what came until now is the screen
            _listener.Stop();
        }
    }
}
