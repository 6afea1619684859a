using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace NovaHub.Bench.Consoles;

/// <summary>Writes one message of Blazor's hub protocol: MessagePack behind its length.</summary>
internal sealed class PackWriter
{
    // Room for the length, which is known last
    private const int Head = 5;

    private readonly ArrayBufferWriter<byte> _message = new(512);
    private readonly byte[] _head = new byte[Head];

    /// <summary>Begins an invocation that waits for no result, as the browser's <c>send</c> does.</summary>
    public PackWriter Send(string target, int arguments) => Invoke(null, target, arguments);

    /// <summary>Begins an invocation; with an id the hub answers it.</summary>
    public PackWriter Invoke(string? id, string target, int arguments)
    {
        _message.ResetWrittenCount();
        _message.Write(_head);
        Raw(0x96, 0x01, 0x80);
        return Text(id).Text(target).Array(arguments);
    }

    public PackWriter Text(string? value)
    {
        if (value is null)
        {
            return Raw(0xC0);
        }

        var count = Encoding.UTF8.GetByteCount(value);
        TextHead(count);
        _message.Advance(Encoding.UTF8.GetBytes(value, _message.GetSpan(count)));
        return this;
    }

    public PackWriter Number(long value)
    {
        var span = _message.GetSpan(9);
        span[0] = 0xD3;
        BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
        _message.Advance(9);
        return this;
    }

    public PackWriter Flag(bool value) => Raw(value ? (byte)0xC3 : (byte)0xC2);

    /// <summary>Ends the invocation and gives it with its length in front. Good until the next one begins.</summary>
    public ReadOnlyMemory<byte> End()
    {
        // No stream ids
        Raw(0x90);
        var length = _message.WrittenCount - Head;
        var size = 0;
        for (var left = length; ; size++)
        {
            _head[size] = (byte)(left & 0x7F);
            left >>= 7;
            if (left == 0)
            {
                size++;
                break;
            }

            _head[size] |= 0x80;
        }

        var written = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_message.WrittenMemory);
        _head.AsSpan(0, size).CopyTo(written.Span[(Head - size)..]);
        return written[(Head - size)..];
    }

    private PackWriter Array(int count) => Raw((byte)(0x90 | count));

    private void TextHead(int count)
    {
        var span = _message.GetSpan(5);
        if (count < 32)
        {
            span[0] = (byte)(0xA0 | count);
            _message.Advance(1);
        }
        else
        {
            span[0] = 0xDB;
            BinaryPrimitives.WriteInt32BigEndian(span[1..], count);
            _message.Advance(5);
        }
    }

    private PackWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _message.Write(bytes);
        return this;
    }
}
