using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets.Delivery;
using NovaHub.Engine.Packets.Intake;
using NovaHub.Web.Api.Arrival;
using NovaHub.Web.Security;
using NovaHub.Wire;

namespace NovaHub.Web.Api;

/// <summary>Packets: a board uploads its own, lists what waits for it and fetches that.</summary>
internal static class PacketEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var packets = api.MapGroup("/leagues/{leagueId}/packets");
        packets.MapPut("/{fileName}", Upload);
        packets.MapMethods("", HttpVerbs.Read, List);
        packets.MapMethods("/{fileName}", HttpVerbs.Read, Download);
    }

    private static async Task Upload(
        HttpContext context, string leagueId, string fileName, PacketIntake intake, BodyBudget budget, ServiceApiOptions limits, ILogger<PacketIntake> log)
    {
        var board = context.Board();
        var limit = limits.MaxPacketBytes;
        if (context.Request.ContentLength > limit)
        {
            await TooLarge(context, intake, leagueId, limit);
            return;
        }

        var decision = intake.Judge(board, leagueId, fileName);
        if (decision.Refusal is { } refusal)
        {
            Log.UploadRefused(log, board.ClientId, decision.Reason);
            await Problems.WriteAsync(context, Problems.StatusOf(refusal), decision.Reason);
            return;
        }

        // Before the first byte is read; a client that waits for its turn is held back by its own connection
        var aborted = context.RequestAborted;
        using var place = await budget.TakeAsync(board.Id, context.Request.ContentLength ?? BodyBudget.Small, aborted) ?? throw new BusyException();
        if (await PacketBody.ReadAsync(context, limit, place) is not { } bytes)
        {
            await TooLarge(context, intake, leagueId, limit);
            return;
        }

        if (bytes.Length == 0)
        {
            await RefuseBytes(context, intake, leagueId, StatusCodes.Status400BadRequest, $"{decision.Name} came without a body; an empty packet is refused.");
            return;
        }

        var receipt = await intake.ReceiveAsync(decision, bytes, aborted);
        await context.WriteJsonAsync(new UploadAnswer("received", decision.Name.ToString(), receipt.PacketId), ServiceJson.Default.UploadAnswer);
    }

    private static async Task List(HttpContext context, string leagueId, Mailbox mailbox, DeliveriesUnderWay underWay)
    {
        if (!LeagueId.TryParse(leagueId, out var league))
        {
            await BadLeague(context);
            return;
        }

        if (!TryReadUnread(context.Request.Query, out var unreadOnly))
        {
            await Problems.WriteAsync(context, StatusCodes.Status400BadRequest, "The parameter unread is true, false, 1 or 0.");
            return;
        }

        var seat = context.Board().Seats.GetValueOrDefault(league);
        if (seat is not null)
        {
            // A body whose last byte is on its way: the client that has it may be asking already
            await underWay.SettleAsync(league, seat.BbsIndex, context.RequestAborted);
        }

        using var answer = new PacketList();
        if (seat is not null)
        {
            mailbox.List(seat, unreadOnly, answer.Add);
        }

        await answer.WriteAsync(context);
    }

    private static async Task Download(HttpContext context, string leagueId, string fileName, MailSender sender)
    {
        if (await OwnMail.FindAsync(context, leagueId, fileName) is not var (seat, packet))
        {
            return;
        }

        if (!ReceiptEndpoints.TryRead(context.Request.Query, out var asked))
        {
            await Problems.WriteAsync(
                context, StatusCodes.Status400BadRequest, "The parameter receipt is explicit or left out; packet_id goes with it and is a packet's number from the list.");
        }
        else if (packet is not { } name)
        {
            await (asked.Explicit ? sender.SendNodelistUnmarkedAsync(context, seat, asked.PacketId) : sender.SendNodelistAsync(context, seat, etag: false));
        }
        else
        {
            await (asked.Explicit ? sender.SendForReceiptAsync(context, name, asked.PacketId) : sender.SendPacketAsync(context, name));
        }
    }

    internal static Task BadLeague(HttpContext context) =>
        Problems.WriteAsync(context, StatusCodes.Status400BadRequest, "This is no league id: three digits and B (BRE) or F (FE), such as 555B.");

    internal static Task NotAMember(HttpContext context, LeagueId league) =>
        Problems.WriteAsync(context, StatusCodes.Status403Forbidden, $"{context.Board().Name} is not a member of league {league}.");

    private static Task TooLarge(HttpContext context, PacketIntake intake, string leagueId, int limit) =>
        RefuseBytes(context, intake, leagueId, StatusCodes.Status413PayloadTooLarge, $"The packet is larger than this hub takes: {limit} bytes.");

    private static Task RefuseBytes(HttpContext context, PacketIntake intake, string leagueId, int status, string reason)
    {
        intake.NoteRefusal(context.Board(), leagueId, reason);
        return Problems.WriteAsync(context, status, reason);
    }

    private static bool TryReadUnread(IQueryCollection query, out bool unread)
    {
        unread = false;
        if (!query.TryGetValue("unread", out var values))
        {
            return true;
        }

        var text = values.Count == 1 ? values[0] : null;
        unread = text == "1" || "true".Equals(text, StringComparison.OrdinalIgnoreCase);
        return unread || text == "0" || "false".Equals(text, StringComparison.OrdinalIgnoreCase);
    }
}
