using System.Buffers;
using System.Text.Json;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>
/// A mailbox as JSON, written while the rows come: no list of objects. It is whole before it is sent, so that a slow
/// client never holds the database's snapshot open.
/// </summary>
internal sealed class PacketList : IDisposable
{
    private static readonly JsonEncodedText s_packets = Name(nameof(PacketsAnswer.Packets));
    private static readonly JsonEncodedText s_fileName = Name(nameof(PacketEntry.Filename));
    private static readonly JsonEncodedText s_league = Name(nameof(PacketEntry.League));
    private static readonly JsonEncodedText s_gameType = Name(nameof(PacketEntry.GameType));
    private static readonly JsonEncodedText s_source = Name(nameof(PacketEntry.Source));
    private static readonly JsonEncodedText s_dest = Name(nameof(PacketEntry.Dest));
    private static readonly JsonEncodedText s_sequence = Name(nameof(PacketEntry.Sequence));
    private static readonly JsonEncodedText s_receivedAt = Name(nameof(PacketEntry.ReceivedAt));
    private static readonly JsonEncodedText s_retrievedAt = Name(nameof(PacketEntry.RetrievedAt));
    private static readonly JsonEncodedText s_fileSize = Name(nameof(PacketEntry.FileSize));
    private static readonly JsonEncodedText s_packetId = Name(nameof(PacketEntry.PacketId));
    private static readonly JsonEncodedText s_delivery = Name(nameof(PacketEntry.Delivery));
    private static readonly string[] s_hex = [.. Enumerable.Range(0, 256).Select(i => i.ToString("X2"))];

    private readonly PooledBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;

    // The wire's record names them, for the hub and for boards' programs
    private static JsonEncodedText Name(string property) => JsonEncodedText.Encode(JsonNamingPolicy.SnakeCaseLower.ConvertName(property));

    public PacketList()
    {
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
        _json.WriteStartObject();
        _json.WriteStartArray(s_packets);
    }

    public void Add(MailItem item)
    {
        var isNodelist = item.Source == 0;
        _json.WriteStartObject();
        _json.WriteString(s_fileName, item.Name);
        _json.WriteString(s_league, isNodelist ? item.Name.AsSpan(item.Name.Length - 3) : item.Name.AsSpan(0, 3));
        _json.WriteString(s_gameType, isNodelist ? NodelistLetter(item.Name) : item.Name.AsSpan(3, 1));
        _json.WriteString(s_source, s_hex[item.Source]);
        _json.WriteString(s_dest, s_hex[item.Dest]);
        _json.WriteNumber(s_sequence, item.Sequence);
        WriteTime(s_receivedAt, item.ReceivedAt);
        if (item.DeliveredAt is { } delivered)
        {
            WriteTime(s_retrievedAt, delivered);
        }
        else
        {
            _json.WriteNull(s_retrievedAt);
        }

        _json.WriteNumber(s_fileSize, item.Size);
        if (item is { PacketId: { } id, Delivery: { } delivery })
        {
            _json.WriteNumber(s_packetId, id);
            _json.WriteNumber(s_delivery, delivery);
        }
        else
        {
            _json.WriteNull(s_packetId);
            _json.WriteNull(s_delivery);
        }

        _json.WriteEndObject();
    }

    public async Task WriteAsync(HttpContext context)
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        await _json.FlushAsync(context.RequestAborted);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = _buffer.Written.Length;
        await context.Response.Body.WriteAsync(_buffer.Written, context.RequestAborted);
    }

    public void Dispose()
    {
        _json.Dispose();
        _buffer.Dispose();
    }

    // BRNODES is BRE's, FENODES is FE's: each begins with its game's letter
    private static ReadOnlySpan<char> NodelistLetter(string name) => name.AsSpan(0, 1);

    // Six digits: what every client's date parser takes
    private void WriteTime(JsonEncodedText name, DateTime time)
    {
        Span<byte> text = stackalloc byte[28];
        _ = DateTime.SpecifyKind(time, DateTimeKind.Utc).TryFormat(text, out _, "O", null);
        text[26] = (byte)'Z';
        _json.WriteString(name, text[..27]);
    }

    private sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
    {
        private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);
        private int _length;

        public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

        public void Advance(int count) => _length += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Grow(Math.Max(sizeHint, 256));
            return _bytes.AsMemory(_length);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

        private void Grow(int room)
        {
            if (_bytes.Length - _length >= room)
            {
                return;
            }

            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + room));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
    }
}
