using System.Data.Common;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Wire;

namespace NovaHub.Web.Api.Arrival;

/// <summary>Hands a piece of mail to its board, and has it recorded as delivered only when the whole body got there.</summary>
internal sealed class MailSender(Mailbox mailbox, ChangedPackets changed, DeliveriesUnderWay underWay, ThroughProxy proxies, ServiceApiOptions limits, TimeProvider clock, ILogger<MailSender> log)
{
    private const int Part = 64 * 1024;

    // So many outcomes of one connection may be outstanding; beyond that its next request waits
    private const int MostOutstanding = 64;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Answers with a packet of this name: the oldest that is unread, or the latest.</summary>
    public async Task SendPacketAsync(HttpContext context, PacketName name)
    {
        var delivery = HttpMethods.IsHead(context.Request.Method) ? null : await underWay.BeginAsync(name, context.RequestAborted);
        MailPiece? piece = null;
        try
        {
            piece = mailbox.Find(name);
        }
        catch (ChangedBytesException found)
        {
            await RefuseAsync(context, found);
            return;
        }
        finally
        {
            if (piece is not { Unread: true })
            {
                // Nothing to record, so nobody needs to wait for this
                delivery?.Dispose();
                delivery = null;
            }
        }

        await (piece is null
            ? Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no packet {name} for you.")
            : SendAsync(context, piece, delivery));
    }

    /// <summary>Answers with a packet and marks nothing: the board confirms it once it has it on its disk.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The packet's name.</param>
    /// <param name="packetId">Exactly this packet of the name, or null for the oldest that is unread, or the latest.</param>
    public async Task SendForReceiptAsync(HttpContext context, PacketName name, long? packetId)
    {
        try
        {
            await (mailbox.Find(name, packetId) is { } piece
                ? SendAsync(context, piece, delivery: null)
                : Problems.WriteAsync(
                    context, StatusCodes.Status404NotFound, packetId is { } id ? $"There is no packet {name} with the number {id} for you." : $"There is no packet {name} for you."));
        }
        catch (ChangedBytesException found)
        {
            await RefuseAsync(context, found);
        }
    }

    /// <summary>Answers with the league's current nodelist.</summary>
    /// <param name="context">The request.</param>
    /// <param name="seat">The member.</param>
    /// <param name="etag">Whether the answer carries an entity tag and may be 304.</param>
    public async Task SendNodelistAsync(HttpContext context, Seat seat, bool etag)
    {
        (MailPiece Piece, byte[] Sha256)? current;
        try
        {
            current = mailbox.FindNodelist(seat);
        }
        catch (ChangedBytesException found)
        {
            await RefuseAsync(context, found);
            return;
        }

        if (current is not var (piece, sha))
        {
            await NoNodelist(context, seat);
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
        var delivery = piece.Unread && !HttpMethods.IsHead(context.Request.Method)
            ? await underWay.BeginAsync(new PacketName(seat.League, 0, seat.BbsIndex, 0), context.RequestAborted)
            : null;
        await SendAsync(context, piece, delivery);
    }

    /// <summary>Answers with the league's current nodelist and marks nothing. A nodelist takes no receipt, so a plain download has to follow.</summary>
    /// <param name="context">The request.</param>
    /// <param name="seat">The member.</param>
    /// <param name="packetId">A packet's number; a nodelist has none.</param>
    public async Task SendNodelistUnmarkedAsync(HttpContext context, Seat seat, long? packetId)
    {
        try
        {
            await ((packetId, mailbox.FindNodelist(seat)) switch
            {
                ({ } id, _) => Problems.WriteAsync(
                    context, StatusCodes.Status404NotFound, $"The nodelist of league {seat.League} has no packet number, so {id} is not its number. Ask for it without packet_id."),
                (_, null) => NoNodelist(context, seat),
                var (_, (piece, _)) => SendAsync(context, piece, delivery: null),
            });
        }
        catch (ChangedBytesException found)
        {
            await RefuseAsync(context, found);
        }
    }

    private static Task NoNodelist(HttpContext context, Seat seat) =>
        Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"League {seat.League} has no nodelist yet.");

    // Before a byte went out: the board is told, and nothing counts as delivered
    private async Task RefuseAsync(HttpContext context, ChangedBytesException found)
    {
        await changed.NoteAsync(found);
        await Problems.WriteAsync(context, StatusCodes.Status500InternalServerError, found.Message);
    }

    private static bool Matches(RequestHeaders request, EntityTagHeaderValue tag) =>
        request.IfNoneMatch.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(tag, useStrongComparison: false));

    // The delivery is this method's from here on
    private async Task SendAsync(HttpContext context, MailPiece piece, DeliveriesUnderWay.Delivery? delivery)
    {
        var kept = false;
        try
        {
            WriteHeaders(context.Response, piece);
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.ContentLength = piece.Bytes.Length;
            }
            else if (!await SendRangeAsync(context, piece.Bytes))
            {
                context.Response.ContentLength = piece.Bytes.Length;
                kept = delivery is not null && await SendWatchedAsync(context, piece, delivery);
                if (delivery is null)
                {
                    await context.Response.Body.WriteAsync(piece.Bytes, context.RequestAborted);
                }
            }
        }
        finally
        {
            if (!kept)
            {
                delivery?.Dispose();
            }
        }
    }

    private static void WriteHeaders(HttpResponse response, MailPiece piece)
    {
        response.ContentType = "application/octet-stream";
        response.Headers.ContentDisposition = $"attachment; filename=\"{piece.Name}\"";
        response.Headers.AcceptRanges = "bytes";
        // nginx then hands on what it gets at once, so that a break reaches us sooner
        response.Headers["X-Accel-Buffering"] = "no";
        if (piece.PacketId is { } id)
        {
            response.Headers[Receipts.PacketHeader] = id.ToString(CultureInfo.InvariantCulture);
            response.Headers[Receipts.DeliveryHeader] = piece.Delivery.ToString(CultureInfo.InvariantCulture);
        }

        // RFC 9530: lets a board see that what it wrote to its disk is what the hub has
        response.Headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(piece.Sha256)}:";
    }

    /// <summary>Sends and has the outcome waited for beside: the connection's next request need not.</summary>
    /// <returns>Whether the outcome is still open; the delivery is ended with it then.</returns>
    private async Task<bool> SendWatchedAsync(HttpContext context, MailPiece piece, DeliveriesUnderWay.Delivery delivery)
    {
        var proof = proxies.Brought(context) ? DeliveryProof.HandedToProxy : DeliveryProof.Acknowledged;
        var progress = TcpProgress.Watch(context);
        var whole = false;
        try
        {
            whole = await TryWriteAsync(context, piece.Bytes, delivery, progress);
        }
        finally
        {
            if (!whole)
            {
                progress.Dispose();
                Log.DownloadBroken(log, piece.Name);
            }
        }

        if (!whole)
        {
            return false;
        }

        var outcome = ConcludeAsync(piece, delivery, progress, proof);
        if (progress.Outstanding > MostOutstanding)
        {
            await outcome;
        }

        return true;
    }

    private static async Task<bool> TryWriteAsync(HttpContext context, byte[] bytes, DeliveriesUnderWay.Delivery delivery, TcpProgress progress)
    {
        var aborted = context.RequestAborted;
        for (var sent = 0; sent < bytes.Length && !aborted.IsCancellationRequested;)
        {
            var part = bytes.AsMemory(sent, Math.Min(Part, bytes.Length - sent));
            sent += part.Length;
            if (sent == bytes.Length)
            {
                delivery.Finish();
            }

            var before = progress.Written;
            await context.Response.Body.WriteAsync(part, CancellationToken.None);
            await context.Response.Body.FlushAsync(CancellationToken.None);
            if (progress.Written - before < part.Length)
            {
                // The server has given the connection up and takes what is written to it for nothing
                return false;
            }
        }

        return !aborted.IsCancellationRequested;
    }

    private async Task ConcludeAsync(MailPiece piece, DeliveriesUnderWay.Delivery delivery, TcpProgress progress, DeliveryProof proof)
    {
        using (delivery)
        using (progress)
        {
            switch (await progress.ArrivesAsync(s_patience, limits.DeliveryWatch, clock))
            {
                case Arrival.Arrived:
                    // It counts as read from this call on; the board's next list does not wait for the disk
                    _ = RecordAsync(piece, proof);
                    break;
                case Arrival.NotTold:
                    _ = RecordAsync(piece, proof == DeliveryProof.HandedToProxy ? proof : DeliveryProof.SentOnly);
                    break;
                default:
                    Log.DownloadBroken(log, piece.Name);
                    break;
            }
        }
    }

    // It went out: whatever the disk says now, the answer can't be changed. At worst the board gets it twice.
    private async Task RecordAsync(MailPiece piece, DeliveryProof proof)
    {
        try
        {
            await mailbox.DeliveredAsync(piece, proof);
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
