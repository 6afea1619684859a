using System.Runtime.InteropServices;

namespace NovaHub.Web.Api.Arrival;

/// <summary>What the system says became of an answer.</summary>
internal enum Arrival
{
    /// <summary>The other machine confirmed the last byte, and the connection did not break after it.</summary>
    Arrived,

    /// <summary>It did not get there, or nobody can be sure of it.</summary>
    Broken,

    /// <summary>This system has no counters for it.</summary>
    NotTold,
}

/// <summary>
/// How far an answer came, asked of the operating system: a write that returned only says that the bytes are in this
/// machine's buffers. Works on a duplicate of the socket, since the server closes its own the moment the client does.
/// </summary>
internal sealed class TcpProgress : IDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(20);

    private readonly SentBytes? _sent;
    private readonly SafeHandle? _socket;
    private readonly bool _isTold;

    private TcpProgress(SentBytes? sent, SafeHandle? socket, bool isTold) => (_sent, _socket, _isTold) = (sent, socket, isTold);

    /// <summary>How many answers of this connection are being watched.</summary>
    public int Outstanding => _sent?.Holders ?? 0;

    /// <summary>Bytes that the connection took so far; it takes none once the server gave it up. Null where nobody counts them.</summary>
    public long? Written => _sent?.Written;

    /// <summary>Begins to watch, before the answer is written.</summary>
    public static TcpProgress Watch(HttpContext context)
    {
        if (context.Features.Get<SentBytes>() is not { Counts: true } sent)
        {
            return new TcpProgress(null, null, isTold: false);
        }

        var socket = sent.Hold();
        // A request came in, so a system that has counted nothing by now counts nothing at all
        return new TcpProgress(sent, socket, isTold: socket is null || TcpCounters.Read(socket) is { Received: > 0 });
    }

    /// <summary>
    /// Waits for what becomes of everything that was written to the connection up to now. The answer has been written
    /// and flushed by then; what the connection carries afterwards does not matter.
    /// </summary>
    /// <param name="patience">How long nothing more may be confirmed.</param>
    /// <param name="linger">
    /// How long a break is waited for after the last byte was confirmed: a client that goes with bytes unread resets the
    /// connection, one that has them all does not. Neither its next request nor its end (FIN) says anything: the request may
    /// have been on its way, and a client that sends no more may read on.
    /// </param>
    /// <param name="clock">Time.</param>
    public Task<Arrival> ArrivesAsync(TimeSpan patience, TimeSpan linger, TimeProvider clock) => (_isTold, _socket) switch
    {
        (false, _) => Task.FromResult(Arrival.NotTold),
        (_, null) => Task.FromResult(Arrival.Broken),
        _ => ArrivesAsync(_sent!, _socket, patience, linger, clock),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_socket is not null)
        {
            _sent!.Release(_socket);
        }
    }

    private static async Task<Arrival> ArrivesAsync(SentBytes sent, SafeHandle socket, TimeSpan patience, TimeSpan linger, TimeProvider clock)
    {
        var wanted = sent.AckedBefore + sent.Written;
        var (acked, moved) = (-1L, clock.GetTimestamp());
        long? confirmed = null;
        // A break stays to be seen, so once everything is confirmed a look now and then is enough
        for (var pause = TimeSpan.FromMilliseconds(1); ; pause = confirmed is null && pause < s_longestPause ? pause * 1.5 : s_longestPause)
        {
            // Taken before the look: what comes after it isn't seen
            var at = clock.GetTimestamp();
            if (TcpCounters.Read(socket) is not { IsOver: false } now || sent.HadError(socket))
            {
                return Arrival.Broken;
            }

            if (now.Acked > acked)
            {
                (acked, moved) = (now.Acked, at);
            }

            if (acked >= wanted)
            {
                confirmed ??= at;
                if (clock.GetElapsedTime(confirmed.Value, at) >= linger)
                {
                    return Arrival.Arrived;
                }
            }
            else if (clock.GetElapsedTime(moved, at) >= patience)
            {
                return Arrival.Broken;
            }

            await Task.Delay(pause, clock, CancellationToken.None);
        }
    }
}
