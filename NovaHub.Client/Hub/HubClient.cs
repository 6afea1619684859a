using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using NovaHub.Engine.Games;
using NovaHub.Wire;

namespace NovaHub.Client.Hub;

/// <summary>A packet that is asked for.</summary>
/// <param name="League">Its league.</param>
/// <param name="Name">Its name.</param>
/// <param name="Path">The file it is put into, made anew for each try.</param>
internal sealed record PacketQuery(LeagueId League, string Name, string Path)
{
    /// <summary>Its length by the list, for hubs that do not say how long their answer is.</summary>
    public long? Size { get; init; }

    /// <summary>Ask for it as a part, which a hub without receipts does not count as delivered.</summary>
    public bool AsPart { get; init; }

    /// <summary>Ask without having it marked: a receipt follows.</summary>
    public bool WithReceipt { get; init; }

    /// <summary>With a receipt: exactly this packet of the name.</summary>
    public long? PacketId { get; init; }

    /// <summary>Below the service's address.</summary>
    public string Address => !WithReceipt ? $"leagues/{League}/packets/{Name}" : string.Create(
        CultureInfo.InvariantCulture,
        $"leagues/{League}/packets/{Name}?{Receipts.Parameter}={Receipts.Explicit}{(PacketId is { } id ? $"&{Receipts.PacketParameter}={id}" : "")}");
}

/// <summary>A body that was put into a file whole.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Their digest, hex.</param>
/// <param name="Partial">Whether the hub sent it as a part of the packet, so that it does not count as delivered.</param>
/// <param name="PacketId">The packet's number, from hubs that take receipts.</param>
/// <param name="Delivery">Its delivery number, from them too.</param>
internal sealed record Fetched(long Length, string Sha256, bool Partial, long? PacketId, int? Delivery);

/// <summary>A nodelist with the tag by which the hub knows it.</summary>
internal sealed record FetchedNodelist(byte[] Bytes, string? ETag);

/// <summary>The service API as this program uses it.</summary>
internal sealed class HubClient(HubConnection connection)
{
    private const int Part = 64 * 1024;

    /// <summary>Who the hub takes us for; null when it is too old to say.</summary>
    public async Task<MeAnswer?> MeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await GetJsonAsync("me", ClientJson.Default.MeAnswer, cancellationToken);
        }
        catch (HubRefusedException old) when (old.Status is 404 or 405)
        {
            return null;
        }
    }

    public Task<VerifyAnswer> VerifyAsync(CancellationToken cancellationToken) =>
        GetJsonAsync("auth/verify", ClientJson.Default.VerifyAnswer, cancellationToken);

    /// <summary>What waits for us, oldest first.</summary>
    public async Task<IReadOnlyList<PacketEntry>> UnreadAsync(LeagueId league, CancellationToken cancellationToken) =>
        (await GetJsonAsync($"leagues/{league}/packets?unread=true", ClientJson.Default.PacketsAnswer, cancellationToken)).Packets?.Where(p => p is not null).ToList() ?? [];

    /// <summary>Sends a packet. When this returns, the hub has it to stay.</summary>
    public Task UploadAsync(PacketName name, byte[] bytes, CancellationToken cancellationToken) => connection.SendAsync(
        silence =>
        {
            var body = new StreamContent(new WatchedStream(new MemoryStream(bytes, writable: false), silence), Part);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            body.Headers.ContentLength = bytes.Length;
            return new HttpRequestMessage(HttpMethod.Put, HubConnection.Address($"leagues/{name.League}/packets/{name}")) { Content = body };
        },
        async (response, silence) => response.StatusCode == HttpStatusCode.OK
            && await HubConnection.ReadJsonAsync(response, ClientJson.Default.UploadAnswer, silence) is { } answer
            && name.ToString().Equals(answer.Filename ?? name.ToString(), StringComparison.OrdinalIgnoreCase)
            ? answer
            : throw new BrokenBodyException($"the hub answered {(int)response.StatusCode} to an upload, which says nothing"),
        cancellationToken);

    /// <summary>Fetches a packet into a file, and returns when all of it is there and is what the headers say.</summary>
    public Task<Fetched> DownloadAsync(PacketQuery query, CancellationToken cancellationToken) => connection.SendAsync(
        _ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, HubConnection.Address(query.Address));
            request.Headers.Range = query.AsPart ? new RangeHeaderValue(0, null) : null;
            return request;
        },
        (response, silence) => SaveAsync(response, query, silence),
        cancellationToken);

    /// <summary>Tells the hub that a packet is on our disk to stay. The same receipt may be sent again.</summary>
    public Task<ReceiptAnswer> ConfirmAsync(LeagueId league, string name, ReceiptRequest receipt, CancellationToken cancellationToken) => connection.SendAsync(
        _ => new HttpRequestMessage(HttpMethod.Post, HubConnection.Address($"leagues/{league}/packets/{name}/{Receipts.Confirm}"))
        {
            Content = JsonContent.Create(receipt, ClientJson.Default.ReceiptRequest),
        },
        (response, silence) => HubConnection.ReadJsonAsync(response, ClientJson.Default.ReceiptAnswer, silence),
        cancellationToken);

    /// <summary>The league's nodelist; null when the hub has none yet or it is the one that <paramref name="etag"/> names.</summary>
    public async Task<FetchedNodelist?> NodelistAsync(LeagueId league, string? etag, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.SendAsync(
                _ =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Get, HubConnection.Address($"leagues/{league}/nodelist"));
                    if (etag is not null)
                    {
                        request.Headers.TryAddWithoutValidation("If-None-Match", etag);
                    }

                    return request;
                },
                async (response, silence) =>
                {
                    if (response.StatusCode == HttpStatusCode.NotModified)
                    {
                        return null;
                    }

                    using var bytes = new MemoryStream();
                    await CopyAsync(response, bytes, silence);
                    return new FetchedNodelist(bytes.ToArray(), response.Headers.ETag?.ToString());
                },
                cancellationToken);
        }
        catch (HubRefusedException none) when (none.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Whether we are a member of a league, asked in a way that marks nothing as read; null when the hub can't say so.</summary>
    public async Task<bool?> IsMemberAsync(LeagueId league, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.SendAsync<bool?>(
                _ => new HttpRequestMessage(HttpMethod.Head, HubConnection.Address($"leagues/{league}/nodelist")),
                (_, _) => Task.FromResult<bool?>(true),
                cancellationToken);
        }
        catch (HubRefusedException no) when (no.Status is 403 or 404 or 405)
        {
            return no.Status switch { 403 => false, 404 => true, _ => null };
        }
    }

    private Task<T> GetJsonAsync<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        connection.SendAsync(
            _ => new HttpRequestMessage(HttpMethod.Get, HubConnection.Address(path)),
            (response, silence) => HubConnection.ReadJsonAsync(response, type, silence),
            cancellationToken);

    private static async Task<Fetched> SaveAsync(HttpResponseMessage response, PacketQuery query, Silence silence)
    {
        await using var file = new FileStream(query.Path, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0,
        });
        var digest = await CopyAsync(response, file, silence);
        if (!OperatingSystem.IsLinux())
        {
            // Linux waits once for a whole batch, see InboundFolder
            file.Flush(flushToDisk: true);
        }

        var length = file.Length;
        if (response.Content.Headers.ContentLength is null && query.Size is { } size && size != length)
        {
            throw new BrokenBodyException($"the packet ended after {length} of {size} bytes");
        }

        return new Fetched(length, Convert.ToHexStringLower(digest), response.StatusCode == HttpStatusCode.PartialContent,
            long.TryParse(Header(response, Receipts.PacketHeader), CultureInfo.InvariantCulture, out var id) ? id : null,
            int.TryParse(Header(response, Receipts.DeliveryHeader), CultureInfo.InvariantCulture, out var delivery) ? delivery : null);
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.First() : null;

    // Copies the body and holds it against everything the headers say about it
    private static async Task<byte[]> CopyAsync(HttpResponseMessage response, Stream to, Silence silence)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Part];
        long length = 0;
        await using var body = await response.Content.ReadAsStreamAsync(silence.Token);
        while (true)
        {
            int read;
            try
            {
                read = await body.ReadAsync(buffer, silence.Token);
            }
            catch (IOException broken)
            {
                throw new BrokenBodyException($"the connection broke after {length} bytes ({broken.Message})");
            }

            if (read == 0)
            {
                break;
            }

            silence.Break();
            length += read;
            sha.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read), silence.Token);
        }

        if (response.Content.Headers.ContentLength is { } promised && promised != length)
        {
            throw new BrokenBodyException($"{length} bytes came, {promised} were promised");
        }

        var digest = sha.GetHashAndReset();
        foreach (var said in DigestHeader.Sha256(response))
        {
            if (!said.AsSpan().SequenceEqual(digest))
            {
                throw new BrokenBodyException("the bytes are not those that the hub's digest describes");
            }
        }

        return digest;
    }
}

/// <summary>SHA-256 in headers: <c>Repr-Digest</c> and <c>Content-Digest</c> (RFC 9530), and the older <c>Digest</c> (RFC 3230).</summary>
internal static class DigestHeader
{
    public static IEnumerable<byte[]> Sha256(HttpResponseMessage response)
    {
        // A part's representation digest is that of the whole, which a part from byte 0 to the end is
        foreach (var header in new[] { "Repr-Digest", "Content-Digest", "Digest" })
        {
            if (!response.Headers.TryGetValues(header, out var values) && !response.Content.Headers.TryGetValues(header, out values))
            {
                continue;
            }

            foreach (var item in string.Join(',', values).Split(','))
            {
                var text = item.Trim();
                if (text.StartsWith("sha-256=", StringComparison.OrdinalIgnoreCase) && TryDecode(text["sha-256=".Length..].Trim(':'), out var digest))
                {
                    yield return digest;
                }
            }
        }
    }

    private static bool TryDecode(string text, out byte[] digest)
    {
        digest = new byte[32];
        return Convert.TryFromBase64String(text, digest, out var written) && written == digest.Length;
    }
}
