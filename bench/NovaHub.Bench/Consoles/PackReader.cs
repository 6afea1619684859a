using System.Buffers.Binary;

namespace NovaHub.Bench.Consoles;

/// <summary>Reads the part of MessagePack that Blazor's hub protocol uses, without copying.</summary>
internal ref struct PackReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    public int ArrayLength() => Byte() switch
    {
        >= 0x90 and <= 0x9F and var short4 => short4 & 0x0F,
        0xDC => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        var other => throw Unexpected("an array", other),
    };

    public long Integer() => Byte() switch
    {
        <= 0x7F and var positive => positive,
        >= 0xE0 and var negative => (sbyte)negative,
        0xCC => Byte(),
        0xCD => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        0xCE => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
        0xCF => (long)BinaryPrimitives.ReadUInt64BigEndian(Take(8)),
        0xD0 => (sbyte)Byte(),
        0xD1 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
        0xD2 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
        0xD3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
        var other => throw Unexpected("a number", other),
    };

    /// <summary>UTF-8 of a string; nothing for null.</summary>
    public ReadOnlySpan<byte> Text() => Byte() switch
    {
        0xC0 => default,
        >= 0xA0 and <= 0xBF and var short5 => Take(short5 & 0x1F),
        0xD9 => Take(Byte()),
        0xDA => Take(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
        0xDB => Take((int)BinaryPrimitives.ReadUInt32BigEndian(Take(4))),
        var other => throw Unexpected("a text", other),
    };

    public ReadOnlySpan<byte> Bytes() => Byte() switch
    {
        0xC4 => Take(Byte()),
        0xC5 => Take(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
        0xC6 => Take((int)BinaryPrimitives.ReadUInt32BigEndian(Take(4))),
        var other => throw Unexpected("bytes", other),
    };

    /// <summary>Passes a header map, which is always empty here.</summary>
    public void EmptyMap()
    {
        if (Byte() is not 0x80 and var other)
        {
            throw Unexpected("no headers", other);
        }
    }

    private byte Byte() => _message[_at++];

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _message.Slice(_at, count);
        _at += count;
        return taken;
    }

    private readonly InvalidDataException Unexpected(string wanted, byte found) => new($"The hub sent 0x{found:X2} at {_at - 1} where {wanted} was expected.");
}
