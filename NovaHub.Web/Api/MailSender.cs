using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>Hands a piece of mail to its board, and has it recorded as delivered only when the whole body got there.</summary>
internal sealed class MailSender(Mailbox mailbox, DeliveriesUnderWay underWay, ServiceApiOptions limits, TimeProvider clock, ILogger<MailSender> log)
{
    private const int Part = 64 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Answers with a packet of this name: the oldest that is unread, or the latest.</summary>
    public async Task SendPacketAsync(HttpContext context, PacketName name, Mailbox packets)
    {
        var delivery = HttpMethods.IsHead(context.Request.Method) ? null : await underWay.BeginAsync(name, context.RequestAborted);
        try
        {
            var piece = packets.Find(name);
            if (piece is not { Unread: true })
            {
                // Nothing to record, so nobody needs to wait for this
                delivery?.Dispose();
                delivery = null;
            }

            if (piece is null)
            {
                await Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no packet {name} for you.");
                return;
            }

            await SendAsync(context, piece, delivery);
        }
        finally
        {
            delivery?.Dispose();
        }
    }

    /// <summary>Answers with a packet and marks nothing: the board confirms it once it has it on its disk.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The packet's name.</param>
    /// <param name="packetId">Exactly this packet of the name, or null for the oldest that is unread, or the latest.</param>
    public Task SendForReceiptAsync(HttpContext context, PacketName name, long? packetId) => mailbox.Find(name, packetId) is { } piece
        ? SendAsync(context, piece, delivery: null)
        : Problems.WriteAsync(
            context, StatusCodes.Status404NotFound, packetId is { } id ? $"There is no packet {name} with the number {id} for you." : $"There is no packet {name} for you.");

    /// <summary>Answers with the league's current nodelist.</summary>
    /// <param name="context">The request.</param>
    /// <param name="seat">The member.</param>
    /// <param name="etag">Whether the answer carries an entity tag and may be 304.</param>
    public async Task SendNodelistAsync(HttpContext context, Seat seat, bool etag)
    {
        if (mailbox.FindNodelist(seat) is not var (piece, sha))
        {
            await Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"League {seat.League} has no nodelist yet.");
            return;
        }

        if (etag)
        {
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(sha.AsSpan(0, 16))}\"");
            context.Response.Headers.ETag = tag.ToString();
            if (Matches(context.Request.GetTypedHeaders(), tag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        // Source 00 is no board's, so the nodelist's turn is nobody else's
        using var delivery = piece.Unread && !HttpMethods.IsHead(context.Request.Method)
            ? await underWay.BeginAsync(new PacketName(seat.League, 0, seat.BbsIndex, 0), context.RequestAborted)
            : null;
        await SendAsync(context, piece, delivery);
    }

    private static bool Matches(RequestHeaders request, EntityTagHeaderValue tag) =>
        request.IfNoneMatch.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(tag, useStrongComparison: false));

    private async Task SendAsync(HttpContext context, MailPiece piece, DeliveriesUnderWay.Delivery? delivery)
    {
        var response = context.Response;
        response.ContentType = "application/octet-stream";
        response.Headers.ContentDisposition = $"attachment; filename=\"{piece.Name}\"";
        response.Headers.AcceptRanges = "bytes";
        if (piece.PacketId is { } id)
        {
            response.Headers[Receipts.PacketHeader] = id.ToString(CultureInfo.InvariantCulture);
            response.Headers[Receipts.DeliveryHeader] = piece.Delivery.ToString(CultureInfo.InvariantCulture);
        }

        // RFC 9530: lets a board see that what it wrote to its disk is what the hub has
        response.Headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(piece.Bytes))}:";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            response.ContentLength = piece.Bytes.Length;
            return;
        }

        if (await SendRangeAsync(context, piece.Bytes))
        {
            return;
        }

        response.ContentLength = piece.Bytes.Length;
        if (delivery is null)
        {
            await response.Body.WriteAsync(piece.Bytes, context.RequestAborted);
            return;
        }

        if (await WriteWatchedAsync(context, piece.Bytes, delivery))
        {
            // It counts as read from this call on; the board's next request does not wait for the disk
            _ = RecordAsync(piece);
        }
        else
        {
            Log.DownloadBroken(log, piece.Name);
        }
    }

    private async Task<bool> WriteWatchedAsync(HttpContext context, byte[] bytes, DeliveriesUnderWay.Delivery delivery)
    {
        using var progress = TcpProgress.Watch(context);
        var aborted = context.RequestAborted;
        for (var sent = 0; sent < bytes.Length;)
        {
            var part = bytes.AsMemory(sent, Math.Min(Part, bytes.Length - sent));
            sent += part.Length;
            if (sent == bytes.Length)
            {
                delivery.Finish();
                progress?.LastPartGoesOut();
            }

            if (aborted.IsCancellationRequested)
            {
                return false;
            }

            await context.Response.Body.WriteAsync(part, CancellationToken.None);
        }

        await context.Response.Body.FlushAsync(CancellationToken.None);
        return progress is null
            ? !aborted.IsCancellationRequested
            : await progress.ArrivesAsync(bytes.Length + HeaderLength(context.Response.Headers), s_patience, limits.DeliveryWatch, clock);
    }

    // The status line and what we know of the headers; the server may have added a few
    private static int HeaderLength(IHeaderDictionary headers)
    {
        var length = "HTTP/1.1 200 OK\r\n\r\n".Length;
        foreach (var (name, value) in headers)
        {
            length += name.Length + value.ToString().Length + ": \r\n".Length;
        }

        return length;
    }

    // It went out: whatever the disk says now, the answer can't be changed. At worst the board gets it twice.
    private async Task RecordAsync(MailPiece piece)
    {
        try
        {
            await mailbox.DeliveredAsync(piece);
        }
        catch (Exception failure) when (failure is DbException or ChannelClosedException)
        {
            Log.DeliveryLost(log, piece.Name, failure);
        }
    }

    // A part is never a delivery
    private static async Task<bool> SendRangeAsync(HttpContext context, byte[] bytes)
    {
        var request = context.Request.GetTypedHeaders();
        if (request.Range is not { Ranges.Count: 1 } range || range.Unit != "bytes" || request.IfRange is not null)
        {
            return false;
        }

        var asked = range.Ranges.First();
        var from = asked.From ?? Math.Max(0, bytes.Length - asked.To!.Value);
        var to = asked.From is null ? bytes.Length - 1 : Math.Min(asked.To ?? long.MaxValue, bytes.Length - 1);
        if (from > to)
        {
            context.Response.Headers.ContentRange = $"bytes */{bytes.Length}";
            context.Response.Headers.ContentDisposition = default;
            await Problems.WriteAsync(context, StatusCodes.Status416RangeNotSatisfiable, $"The file has {bytes.Length} bytes; the range asked for is outside.");
            return true;
        }

        context.Response.StatusCode = StatusCodes.Status206PartialContent;
        context.Response.Headers.ContentRange = $"bytes {from}-{to}/{bytes.Length}";
        context.Response.ContentLength = to - from + 1;
        await context.Response.Body.WriteAsync(bytes.AsMemory((int)from, (int)(to - from + 1)), context.RequestAborted);
        return true;
    }
}
