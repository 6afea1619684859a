using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace NovaHub.Web.Api;

/// <summary>
/// Gives the answers to what is no request at all (a broken request line, headers that can't be read, a body length that
/// is none) the form of every other error. The server makes those by itself, without a body and before any of our code
/// runs, so they are put right on their way out of the connection.
/// </summary>
internal static class UnreadableRequests
{
    /// <summary>Lets an endpoint answer so. With TLS it works above it.</summary>
    public static void Explain(ListenOptions endpoint) => endpoint.Use(next => connection => next(new ExplainingConnection(connection)));

    /// <summary>The answer to send instead of the server's own, or null when this is none of those.</summary>
    /// <param name="head">A status line with headers.</param>
    internal static byte[]? Explained(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !head.EndsWith("\r\n\r\n"u8) || !Utf8Parser.TryParse(head[9..], out int status, out _) || status < 400)
        {
            return null;
        }

        var lines = Encoding.ASCII.GetString(head[..^4]).Split("\r\n");
        // Whatever comes from our own code carries more headers than these
        if (!lines.Contains("Content-Length: 0") || !lines.Contains("Connection: close")
            || !lines.Skip(1).All(l => l is "Content-Length: 0" or "Connection: close" || l.StartsWith("Date:", StringComparison.Ordinal) || l.StartsWith("Allow:", StringComparison.Ordinal)))
        {
            return null;
        }

        var body = Problems.Render(status, Problems.DetailOf(status)).ToArray();
        var answer = string.Join("\r\n", [
            .. lines.Where(l => l != "Content-Length: 0"), $"Content-Length: {body.Length}", $"Content-Type: {Problems.ContentType}",
            "Cache-Control: private, no-cache", "X-Content-Type-Options: nosniff", "", ""]);
        return [.. Encoding.ASCII.GetBytes(answer), .. body];
    }

    private sealed class ExplainingConnection(ConnectionContext inner) : ConnectionContext
    {
        private IDuplexPipe _transport = new ExplainingPipe(inner.Transport);

        // TLS puts its own in place of the one that came
        public override IDuplexPipe Transport
        {
            get => _transport;
            set => _transport = new ExplainingPipe(value);
        }

        public override string ConnectionId { get => inner.ConnectionId; set => inner.ConnectionId = value; }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items { get => inner.Items; set => inner.Items = value; }

        public override CancellationToken ConnectionClosed { get => inner.ConnectionClosed; set => inner.ConnectionClosed = value; }

        public override System.Net.EndPoint? LocalEndPoint { get => inner.LocalEndPoint; set => inner.LocalEndPoint = value; }

        public override System.Net.EndPoint? RemoteEndPoint { get => inner.RemoteEndPoint; set => inner.RemoteEndPoint = value; }

        public override void Abort() => inner.Abort();

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }
    }

    private sealed class ExplainingPipe(IDuplexPipe inner) : IDuplexPipe
    {
        public PipeReader Input => inner.Input;

        public PipeWriter Output { get; } = new ExplainingWriter(inner.Output);
    }

    // Copies nothing: it looks at what was written into the other's memory before it goes on
    private sealed class ExplainingWriter(PipeWriter inner) : PipeWriter
    {
        // The server's own answers are shorter than this, and most others longer
        private const int LongestHead = 256;

        private Memory<byte> _memory;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            if (bytes is > 0 and <= LongestHead && Explained(_memory.Span[..bytes]) is { } answer)
            {
                if (answer.Length > _memory.Length)
                {
                    // What was written there is given back unused
                    inner.Advance(0);
                    _memory = inner.GetMemory(answer.Length);
                }

                answer.CopyTo(_memory);
                bytes = answer.Length;
            }

            _memory = _memory[bytes..];
            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => inner.WriteAsync(source, cancellationToken);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
