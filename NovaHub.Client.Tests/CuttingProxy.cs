using System.Net;
using System.Net.Sockets;

namespace NovaHub.Client.Tests;

/// <summary>A line between board and hub that breaks: after so many bytes from the hub, the board's side is reset.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private long _left = long.MaxValue;

    public CuttingProxy(Uri hub)
    {
        Hub = hub;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Hub { get; set; }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Pause after each piece, so that a sync takes a while.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>Times that a line was broken.</summary>
    public int Cuts { get; private set; }

    /// <summary>Bytes from the hub since the last <see cref="CutAfter"/>.</summary>
    public long Passed { get; private set; }

    /// <summary>Breaks the line once, when so many bytes more have come from the hub. The hub's side is read to its end first.</summary>
    public void CutAfter(long bytes)
    {
        Passed = 0;
        Interlocked.Exchange(ref _left, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var board = await _listener.AcceptSocketAsync(_end.Token);
                _ = CarryAsync(board);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException)
        {
            _listener.Stop();
        }
    }

    private async Task CarryAsync(Socket board)
    {
        using var hub = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        board.NoDelay = true;
        using (board)
        {
            try
            {
                await hub.ConnectAsync(Hub.Host, Hub.Port, _end.Token);
                var up = PumpAsync(board, hub, cut: false, null);
                await PumpAsync(hub, board, cut: true, board);
                await up.WaitAsync(TimeSpan.FromSeconds(5));
            }
            catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException or TimeoutException)
            {
                board.Close();
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool cut, Socket? board)
    {
        var buffer = new byte[16 * 1024];
        var broken = false;
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer, _end.Token)) > 0;)
            {
                if (cut && !broken)
                {
                    Passed += read;
                    var left = Interlocked.Read(ref _left);
                    if (left < read)
                    {
                        // What fits still goes; then the board hears no more, while the hub's side takes all there is to take
                        Interlocked.Exchange(ref _left, long.MaxValue);
                        await to.SendAsync(buffer.AsMemory(0, (int)left), _end.Token);
                        Cuts++;
                        broken = true;
                        board!.LingerState = new LingerOption(true, 0);
                        board.Close();
                        continue;
                    }

                    if (left != long.MaxValue)
                    {
                        Interlocked.Add(ref _left, -read);
                    }
                }

                if (!broken)
                {
                    await to.SendAsync(buffer.AsMemory(0, read), _end.Token);
                    if (cut && Pause > TimeSpan.Zero)
                    {
                        await Task.Delay(Pause, _end.Token);
                    }
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            to.Close();
        }
    }
}
