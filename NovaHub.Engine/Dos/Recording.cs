using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace NovaHub.Engine.Dos;

/// <summary>One piece of a recorded session.</summary>
/// <param name="At">Time since the start of the session.</param>
/// <param name="Bytes">VT bytes in UTF-8 that arrived then.</param>
public readonly record struct RecordingFrame(TimeSpan At, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Keeps what a session wrote, with times, for replay. Memory is bounded: of a session that writes more than the limit, the
/// beginning and the end are kept and the gap says how much is missing. Safe for use from several threads.
/// </summary>
public sealed class RecordingWriter : IDosOutput
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly int _half;
    private readonly Lock _gate = new();
    private readonly List<RecordingFrame> _head = [];
    private readonly Queue<RecordingFrame> _tail = [];
    private long _headBytes;
    private long _tailBytes;
    private long _dropped;

    /// <summary>Starts the clock of the recording.</summary>
    /// <param name="time">Source of the time stamps.</param>
    /// <param name="limit">Most bytes kept before compression, 8 MiB unless told.</param>
    public RecordingWriter(TimeProvider time, int limit = 8 * 1024 * 1024)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 2);
        _time = time;
        _half = limit / 2;
        _start = time.GetTimestamp();
    }

    /// <summary>Bytes that were left out because the session wrote too much.</summary>
    public long DroppedBytes
    {
        get
        {
            lock (_gate)
            {
                return _dropped;
            }
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> vt)
    {
        if (vt.IsEmpty)
        {
            return;
        }

        lock (_gate)
        {
            var at = _time.GetElapsedTime(_start);
            if (_tail.Count == 0 && _dropped == 0)
            {
                var fits = (int)Math.Min(vt.Length, _half - _headBytes);
                if (fits > 0)
                {
                    _head.Add(new RecordingFrame(at, vt[..fits].ToArray()));
                    _headBytes += fits;
                    vt = vt[fits..];
                }
            }

            if (!vt.IsEmpty)
            {
                AddToTail(at, vt);
            }
        }
    }

    /// <summary>The recording so far in the form that <see cref="Recording.Read"/> takes.</summary>
    public byte[] ToBytes()
    {
        lock (_gate)
        {
            var frames = _head.AsEnumerable();
            if (_dropped > 0)
            {
                var at = _tail.Count > 0 ? _tail.Peek().At : _head[^1].At;
                var note = $"\u001b[0m\u001b[r\u001b[2J\u001b[H[{_dropped} bytes left out here]\r\n";
                frames = frames.Append(new RecordingFrame(at, Encoding.UTF8.GetBytes(note)));
            }

            return Recording.Pack(frames.Concat(_tail));
        }
    }

    private void AddToTail(TimeSpan at, ReadOnlySpan<byte> vt)
    {
        if (vt.Length > _half)
        {
            _dropped += vt.Length - _half;
            vt = vt[^_half..];
        }

        _tail.Enqueue(new RecordingFrame(at, vt.ToArray()));
        _tailBytes += vt.Length;
        while (_tailBytes > _half)
        {
            var gone = _tail.Dequeue().Bytes.Length;
            _tailBytes -= gone;
            _dropped += gone;
        }
    }
}

/// <summary>The stored form of a session: a mark, then Brotli of frames (milliseconds since the frame before, length, bytes).</summary>
public static class Recording
{
    private static ReadOnlySpan<byte> Mark => "NHR1"u8;

    /// <summary>Frames of a stored recording in order.</summary>
    /// <exception cref="InvalidDataException">The bytes are no recording or are cut off.</exception>
    public static IEnumerable<RecordingFrame> Read(byte[] recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        if (!recording.AsSpan().StartsWith(Mark))
        {
            throw new InvalidDataException("These bytes are no recording of a DOS session.");
        }

        return ReadFrames(recording);
    }

    internal static byte[] Pack(IEnumerable<RecordingFrame> frames)
    {
        var raw = new ArrayBufferWriter<byte>();
        long previous = 0;
        foreach (var frame in frames)
        {
            var at = (long)frame.At.TotalMilliseconds;
            WriteNumber(raw, (ulong)Math.Max(0, at - previous));
            WriteNumber(raw, (ulong)frame.Bytes.Length);
            raw.Write(frame.Bytes.Span);
            previous = Math.Max(previous, at);
        }

        using var packed = new MemoryStream();
        packed.Write(Mark);
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            brotli.Write(raw.WrittenSpan);
        }

        return packed.ToArray();
    }

    private static IEnumerable<RecordingFrame> ReadFrames(byte[] recording)
    {
        using var packed = new MemoryStream(recording, Mark.Length, recording.Length - Mark.Length);
        using var stream = new BufferedStream(new BrotliStream(packed, CompressionMode.Decompress));
        var at = TimeSpan.Zero;
        while (TryReadNumber(stream, out var delta))
        {
            if (!TryReadNumber(stream, out var length) || length > int.MaxValue)
            {
                throw new InvalidDataException("The recording of a DOS session is cut off.");
            }

            var bytes = new byte[length];
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw new InvalidDataException("The recording of a DOS session is cut off.");
            }

            at += TimeSpan.FromMilliseconds(delta);
            yield return new RecordingFrame(at, bytes);
        }
    }

    // Seven bits a byte, lowest first, the top bit says that more follow
    private static void WriteNumber(ArrayBufferWriter<byte> to, ulong value)
    {
        do
        {
            var b = (byte)(value & 0x7F);
            value >>= 7;
            to.Write([value == 0 ? b : (byte)(b | 0x80)]);
        }
        while (value != 0);
    }

    private static bool TryReadNumber(Stream from, out long value)
    {
        value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var b = from.ReadByte();
            if (b < 0)
            {
                return false;
            }

            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }

        throw new InvalidDataException("The recording of a DOS session is damaged.");
    }
}
