using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using NovaHub.Engine.Games;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>Receipts: a board's program that asks for a packet with one says when the packet is on its own disk.</summary>
internal static class ReceiptEndpoints
{
    private const int MostBytes = 4 * 1024;

    public static void Map(IEndpointRouteBuilder api) => api.MapPost($"/leagues/{{leagueId}}/packets/{{fileName}}/{Receipts.Confirm}", Confirm);

    /// <summary>Reads whether a download is one that is confirmed later, and which packet of the name it means. False when that is malformed.</summary>
    public static bool TryRead(IQueryCollection query, out (bool Explicit, long? PacketId) asked)
    {
        asked = (query.ContainsKey(Receipts.Parameter), null);
        if (asked.Explicit && !Receipts.Explicit.Equals(query[Receipts.Parameter], StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (!query.TryGetValue(Receipts.PacketParameter, out var values))
        {
            return true;
        }

        if (!asked.Explicit || !long.TryParse(values, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return false;
        }

        asked.PacketId = id;
        return true;
    }

    private static async Task Confirm(HttpContext context, string leagueId, string fileName, MailReceipts receipts)
    {
        if (context.Request.ContentLength > MostBytes || await PacketBody.ReadAsync(context, MostBytes) is not { } body)
        {
            await Problems.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, $"A receipt has {MostBytes} bytes at most.");
            return;
        }

        if (await OwnMail.FindAsync(context, leagueId, fileName) is not var (_, packet))
        {
            return;
        }

        if (packet is not { } name)
        {
            await Problems.WriteAsync(context, StatusCodes.Status404NotFound, "A nodelist takes no receipt: it counts as delivered when you fetch it without receipt=explicit, by its packet name or as /nodelist.");
        }
        else if (!TryParse(body, out var id, out var delivery, out var sha))
        {
            await Problems.WriteAsync(
                context, StatusCodes.Status400BadRequest, "A receipt is JSON with packet_id and delivery as in the list, and sha256: 64 hex digits of the bytes you have.");
        }
        else
        {
            await AnswerAsync(context, name, id, delivery, await receipts.TakeAsync(name, id, delivery, sha, context.RequestAborted));
        }
    }

    private static Task AnswerAsync(HttpContext context, PacketName name, long id, int delivery, ReceiptResult result) => result.Outcome switch
    {
        ReceiptOutcome.NoSuchPacket => Problems.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no packet {name} with the number {id} for you."),
        ReceiptOutcome.OtherBytes => Problems.WriteAsync(
            context, StatusCodes.Status409Conflict, $"{name} with the number {id} has other bytes here: what you have is not that packet, or was changed on its way. Fetch it again."),
        ReceiptOutcome.NoSuchDelivery => Problems.WriteAsync(
            context, StatusCodes.Status409Conflict, $"{name} with the number {id} was never given out as delivery {delivery}; it is at {result.Delivery}."),
        _ => context.WriteJsonAsync(
            new ReceiptAnswer(result.Outcome == ReceiptOutcome.Superseded ? ReceiptAnswer.Superseded : ReceiptAnswer.Received, name.ToString(), id, result.Delivery),
            ServiceJson.Default.ReceiptAnswer),
    };

    private static bool TryParse(byte[] body, out long id, out int delivery, out byte[] sha)
    {
        (id, delivery, sha) = (0, 0, new byte[SHA256.HashSizeInBytes]);
        try
        {
            var receipt = JsonSerializer.Deserialize(body, ServiceJson.Default.ReceiptRequest);
            (id, delivery) = (receipt?.PacketId ?? 0, receipt?.Delivery ?? 0);
            return id > 0 && delivery > 0 && receipt?.Sha256?.Length == sha.Length * 2
                && Convert.FromHexString(receipt.Sha256, sha, out _, out _) == OperationStatus.Done;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
