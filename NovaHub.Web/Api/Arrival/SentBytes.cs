using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace NovaHub.Web.Api.Arrival;

/// <summary>
/// Counts what the server writes to a connection, encrypted or not: so the end of an answer is a place in the
/// connection's bytes, which the system's own counters can be held against. Lies below TLS.
/// While it is watched what becomes of an answer, the hub's own half of the connection stays open: a client that has said
/// that it sends no more and then gets our end, too, sees the connection as over, and would send no reset for what it
/// throws away unread.
/// </summary>
internal sealed class SentBytes
{
    // A hub that ends waits no longer than this with the end of its connections
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(2);

    private readonly Socket? _socket;
    private readonly CancellationToken _stopping;
    private readonly Lock _gate = new();
    private TaskCompletionSource? _unwatched;
    private SafeHandle? _copy;
    private long _written;
    private int _holders;
    private volatile bool _hadError;

    private SentBytes(ConnectionContext connection)
    {
        _socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        _stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        Peer = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (OperatingSystem.IsLinux() && _socket is not null && ReadCounters() is { } counters)
        {
            (Counts, AckedBefore) = (true, counters.Acked);
        }
    }

    /// <summary>Whether the system counts what becomes of the bytes.</summary>
    public bool Counts { get; }

    /// <summary>Who is at the other end of the connection: a board, or a proxy. Null when that has no address.</summary>
    public IPAddress? Peer { get; }

    /// <summary>How many hold the socket.</summary>
    public int Holders => Volatile.Read(ref _holders);

    /// <summary>Bytes written so far.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>What <see cref="TcpCounters.Acked"/> was when nothing had been sent.</summary>
    public long AckedBefore { get; }

    /// <summary>
    /// Holds a descriptor of the connection's socket of our own, which outlives the server's, until <see cref="Release"/>.
    /// Null when the connection is closed.
    /// </summary>
    public SafeHandle? Hold()
    {
        try
        {
            // One request at a time: nobody else does this
            _copy ??= TcpCounters.Duplicate(_socket!);
            var held = false;
            _copy?.DangerousAddRef(ref held);
            lock (_gate)
            {
                _holders += held ? 1 : 0;
            }

            return _copy;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Ends a <see cref="Hold"/>.</summary>
    public void Release(SafeHandle held)
    {
        held.DangerousRelease();
        lock (_gate)
        {
            if (--_holders == 0)
            {
                _unwatched?.SetResult();
                _unwatched = null;
            }
        }
    }

    /// <summary>Whether the system ever held an error against the connection. It tells of it once, and several may ask.</summary>
    /// <param name="held">What <see cref="Hold"/> gave.</param>
    public bool HadError(SafeHandle held) => _hadError = TcpCounters.HasError(held) || _hadError;

    /// <summary>A connection's middleware.</summary>
    public static ConnectionDelegate Count(ConnectionDelegate next) => async connection =>
    {
        var (counted, transport) = (new SentBytes(connection), connection.Transport);
        connection.Features.Set(counted);
        connection.Transport = new Pipes(new PatientReader(transport.Input, counted), new CountedWriter(transport.Output, counted));
        var ended = connection.ConnectionClosed;
        using var closed = new CancellationTokenSource();
        var told = Task.CompletedTask;
        var closing = ended.Register(() => told = TellAsync());
        connection.ConnectionClosed = closed.Token;
        try
        {
            await next(connection);
        }
        finally
        {
            // The server closes the connection when this returns
            await counted.UnwatchedAsync(CancellationToken.None);
            await closing.DisposeAsync();
            await told;
            (connection.Transport, connection.ConnectionClosed) = (transport, ended);
            // It stays open for those who hold it
            counted._copy?.Dispose();
        }

        async Task TellAsync()
        {
            await counted.UnwatchedAsync(CancellationToken.None);
            await closed.CancelAsync();
        }
    };

    // Until nobody watches what becomes of an answer; shortly when the hub ends
    private async Task UnwatchedAsync(CancellationToken cancellationToken)
    {
        Task unwatched;
        lock (_gate)
        {
            unwatched = _holders == 0 ? Task.CompletedTask : (_unwatched ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        if (unwatched.IsCompleted)
        {
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var stopping = _stopping.Register(() => enough.CancelAfter(s_stopPatience));
        await unwatched.WaitAsync(enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private TcpCounters? ReadCounters()
    {
        using var descriptor = TcpCounters.Duplicate(_socket!);
        return descriptor is null ? null : TcpCounters.Read(descriptor);
    }

    private sealed class Pipes(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>Tells of the other side's end only when nobody watches any more what becomes of an answer.</summary>
    private sealed class PatientReader(PipeReader inner, SentBytes counted) : PipeReader
    {
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken);
            if (result.IsCompleted)
            {
                await counted.UnwatchedAsync(cancellationToken);
            }

            return result;
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }

    // All other ways to write come down to these
    private sealed class CountedWriter(PipeWriter inner, SentBytes counted) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes)
        {
            inner.Advance(bytes);
            Volatile.Write(ref counted._written, counted._written + bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        // This would send our end; the server completes its own pipe when it closes the connection
        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask CompleteAsync(Exception? exception = null) => ValueTask.CompletedTask;
    }
}
