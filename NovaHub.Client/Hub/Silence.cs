namespace NovaHub.Client.Hub;

/// <summary>
/// A time limit that starts again with every byte: what is limited is the hub's silence, so that a slow line carries a large
/// packet to its end.
/// </summary>
internal sealed class Silence : IDisposable
{
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _both;
    private readonly TimeSpan _time;

    public Silence(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        _time = time;
        _limit = new CancellationTokenSource(time, clock);
        _both = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, cancellationToken);
    }

    public CancellationToken Token => _both.Token;

    public bool IsOver => _limit.IsCancellationRequested;

    public void Break() => _limit.CancelAfter(_time);

    public void Dispose()
    {
        _both.Dispose();
        _limit.Dispose();
    }
}

/// <summary>A request's body that resets the limit with every piece that is taken.</summary>
internal sealed class WatchedStream(Stream inner, Silence silence) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        silence.Break();
        return inner.Read(buffer, offset, count);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        silence.Break();
        return inner.ReadAsync(buffer, cancellationToken);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
