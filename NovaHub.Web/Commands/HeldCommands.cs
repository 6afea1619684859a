using System.CommandLine;
using NovaHub.Engine.Games;
using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;

namespace NovaHub.Web.Commands;

/// <summary><c>packets held</c> and <c>packets decide</c>: packets of which it can't be told whether the game read them, or whose bytes were changed.</summary>
internal static class HeldCommands
{
    private const int MostRows = 1000;

    public static Command List()
    {
        var league = new Option<string?>("--league") { Description = "Of this league only" };
        var command = new Command("held", "Packets that are held until somebody decides what becomes of them, oldest first") { league };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            LeagueId? only = parsed.GetValue(league) is { } id ? LeagueId.Parse(id.ToUpperInvariant()) : null;
            var held = hub.Get<HeldPackets>();
            var rows = new List<HeldEvidence>();
            foreach (var packet in await held.ListAsync(only, MostRows, cancellationToken))
            {
                if (await held.EvidenceAsync(packet.Id, cancellationToken) is { } evidence)
                {
                    rows.Add(evidence);
                }
            }

            Answer.Write(parsed, rows.Select(Document), () => rows.Count == 0
                ? ["No packet is held."]
                : [.. rows.SelectMany(Lines), "Decide with: novahub packets decide read ID… or: novahub packets decide again ID…"]);
            return 0;
        });
        return command;
    }

    public static Command Decide()
    {
        var what = new Argument<string>("DECISION") { Description = "“read”: the game has read them. “again”: they wait again; what a game has read already happens twice then" };
        what.AcceptOnlyFromAmong("read", "again");
        var ids = new Argument<long[]>("ID") { Description = "Numbers of held packets", Arity = ArgumentArity.OneOrMore };
        var command = new Command("decide", "Decide what becomes of held packets") { what, ids };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var decision = parsed.GetRequiredValue(what) == "read" ? HeldDecision.Read : HeldDecision.Again;
            var wanted = parsed.GetRequiredValue(ids).Distinct().ToList();
            var answer = await hub.Get<HeldPackets>().DecideAsync(decision, wanted, Environment.UserName, cancellationToken);
            if (answer.Done == 0)
            {
                throw new RefusedException(answer.Refusals.FirstOrDefault("There are no such packets."));
            }

            Answer.Warn(answer.Refusals);
            Answer.Write(parsed, new { answer.Done, answer.Refusals }, () =>
            [
                decision == HeldDecision.Read
                    ? $"{Packets(answer.Done)} as read."
                    : $"{Packets(answer.Done)} as unread and {(answer.Done == 1 ? "waits" : "wait")} again: {(answer.Done == 1 ? "it is" : "they are")} given out with the next run or poll.",
            ]);
            return answer.Done == wanted.Count ? 0 : 1;
        });
        return command;
    }

    private static string Packets(int count) => count == 1 ? "1 packet counts" : $"{count} packets count";

    private static object Document(HeldEvidence e) => new
    {
        e.Packet.Id,
        Filename = e.Packet.Name.ToString(),
        e.Packet.HeldAt,
        Reason = e.Packet.HeldReason?.ToString(),
        Sentence = e.Packet.HeldReason?.Sentence(),
        e.RunId,
        e.SenderShown,
        e.Lines,
    };

    private static IEnumerable<string> Lines(HeldEvidence e) =>
    [
        $"{e.Packet.Id,8}  {e.Packet.Name}  {e.Packet.HeldAt:yyyy-MM-dd HH:mm:ss}Z  {e.Packet.HeldReason?.Short()}{(e.RunId is { } run ? $" (run {run})" : "")}",
        $"          {e.Packet.HeldReason?.Sentence()}",
        .. e.Lines.Take(3).Select(l => $"          {l}"),
    ];
}
