using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace NovaHub.Bench;

internal static class Requests
{
    public const string Api = "/service/api/v1";

    public static byte[] Get(string path, string? token) => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}\r\n");

    public static byte[] Put(string path, string token, ReadOnlySpan<byte> body) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/octet-stream\r\nContent-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];

    public static byte[] Token(Board board)
    {
        var form = $"grant_type=client_credentials&client_id={Uri.EscapeDataString(board.ClientId)}&client_secret={Uri.EscapeDataString(board.ClientSecret)}";
        return Encoding.ASCII.GetBytes(
            $"POST {Api}/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}");
    }
}

/// <summary>Asks for the same thing each time.</summary>
internal sealed class SameCaller(HttpWire wire, byte[] request, int leastBody = 0) : Caller(wire)
{
    protected override ReadOnlyMemory<byte> Next() => request;

    protected override bool IsExpected(Reply reply) => reply.Status == 200 && reply.Body.Length >= leastBody;
}

/// <summary>Uploads packets of one route: each has a new sequence number and new bytes.</summary>
internal sealed class UploadCaller : Caller
{
    private readonly byte[] _request;
    private readonly int _sequenceAt;
    private readonly int _bodyAt;
    private readonly bool _isPacket;
    private long _count = Random.Shared.Next(1000);

    public UploadCaller(HttpWire wire, string path, string token, int size, bool isPacket) : base(wire)
    {
        _request = Requests.Put(path, token, RandomNumberGenerator.GetBytes(size));
        _isPacket = isPacket;
        _sequenceAt = "PUT ".Length + path.Length - 3;
        _bodyAt = _request.Length - size;
    }

    protected override ReadOnlyMemory<byte> Next()
    {
        _count++;
        if (_isPacket)
        {
            _ = Utf8Formatter.TryFormat((int)(_count % 1000), _request.AsSpan(_sequenceAt, 3), out _, new System.Buffers.StandardFormat('D', 3));
        }

        BinaryPrimitives.WriteInt64LittleEndian(_request.AsSpan(_bodyAt), _count);
        return _request;
    }
}

/// <summary>Names of unread packets, each given out once.</summary>
internal sealed class UnreadNames(IEnumerable<string> names)
{
    private readonly string[] _names = [.. names];
    private int _next = -1;

    public string? Take() => Interlocked.Increment(ref _next) is var i && i < _names.Length ? _names[i] : null;
}

/// <summary>Downloads packets that nobody has downloaded yet.</summary>
internal sealed class DownloadCaller(HttpWire wire, string league, string token, UnreadNames names, int size) : Caller(wire)
{
    protected override ReadOnlyMemory<byte> Next() =>
        names.Take() is { } name ? Requests.Get($"{Requests.Api}/leagues/{league}/packets/{name}", token) : default;

    protected override bool IsExpected(Reply reply) => reply.Status == 200 && reply.Body.Length == size;
}
