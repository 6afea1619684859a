using System.CommandLine;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;

namespace NovaHub.Web.Commands;

/// <summary><c>packets</c>: the latest of the ledger.</summary>
internal static class PacketsCommand
{
    private const int MostRows = 1000;

    public static Command Create()
    {
        var league = new Option<string?>("--league") { Description = "Of this league only" };
        var limit = new Option<int>("--limit") { Description = $"How many, 1 to {MostRows}", DefaultValueFactory = _ => 20 };
        limit.Validators.Add(result =>
        {
            if (result.GetValue(limit) is < 1 or > MostRows)
            {
                result.AddError($"--limit is 1 to {MostRows}.");
            }
        });
        var command = new Command("packets", "The latest packets, newest first") { league, limit, HeldCommands.List(), HeldCommands.Decide() };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            LeagueId? only = parsed.GetValue(league) is { } id ? LeagueId.Parse(id.ToUpperInvariant()) : null;
            var packets = await hub.Get<LedgerReader>().LatestAsync(only, parsed.GetValue(limit), cancellationToken);
            var leagues = hub.Get<HubDirectory>().Current.Leagues;
            var rows = packets.Select(p => new
            {
                p.Id,
                Filename = p.Name.ToString(),
                State = p.StateAt(leagues.TryGetValue(p.LeagueId, out var l) ? l.HubIndex : 1).ToString(),
                p.Size,
                p.ReceivedAt,
                p.ConsumedAt,
                p.DeliveredAt,
                DeliveryProof = p.DeliveryProof?.ToString(),
                p.Delivery,
                Sha256 = Convert.ToHexStringLower(p.Sha256),
            }).ToList();
            Answer.Write(parsed, rows, () => rows.Count == 0
                ? ["No packets yet."]
                : rows.Select(r => $"{r.Id,8}  {r.Filename}  {r.Size,7}  {r.ReceivedAt:yyyy-MM-dd HH:mm:ss}Z  {r.State}"));
            return 0;
        });
        return command;
    }
}
