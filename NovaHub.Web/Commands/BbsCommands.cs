using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;

namespace NovaHub.Web.Commands;

/// <summary><c>bbs add</c>, <c>disable</c>, <c>enable</c>, <c>rotate</c> and <c>list</c>.</summary>
internal static class BbsCommands
{
    public static Command Create() => new("bbs", "Boards and their credentials")
    {
        Add(), Join(), SetActive("disable", "Lock a board out at once", false), SetActive("enable", "Let a board in again", true), Rotate(), List(),
    };

    private static Command Add()
    {
        var name = new Argument<string>("NAME") { Description = "The board's name, as it stands in nodelists" };
        var members = Members();
        var command = new Command("add", "Add a board; its id and secret are shown this once") { name, members };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var (credentials, warnings) = await hub.Get<BbsAdmin>().AddAsync(
                parsed.GetRequiredValue(name), [.. parsed.GetValue(members) ?? []], cancellationToken);
            Show(parsed, credentials, hub.Get<HubDirectory>().Current.BoardsByClientId[credentials.ClientId]);
            Answer.Warn(warnings);
            return 0;
        });
        return command;
    }

    private static Command Join()
    {
        var client = new Argument<string>("CLIENT_ID") { Description = "The board's client id" };
        var members = Members();
        members.Required = true;
        var command = new Command("join", "Give a board seats in leagues") { client, members };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            foreach (var seat in parsed.GetRequiredValue(members))
            {
                Answer.Warn(await hub.Get<BbsAdmin>().JoinAsync(parsed.GetRequiredValue(client), seat, cancellationToken));
            }

            Answer.Write(parsed, new { ClientId = parsed.GetRequiredValue(client) }, () => ["Done. The new nodelists wait for every member."]);
            return 0;
        });
        return command;
    }

    private static Command SetActive(string verb, string description, bool active)
    {
        var client = new Argument<string>("CLIENT_ID") { Description = "The board's client id" };
        var command = new Command(verb, description) { client };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var id = parsed.GetRequiredValue(client);
            await hub.Get<BbsAdmin>().SetActiveAsync(id, active, cancellationToken);
            Answer.Write(parsed, new { ClientId = id, IsActive = active }, () =>
                [active ? $"{id} may sign in again." : $"{id} is locked out; tokens it has are of no use from now on."]);
            return 0;
        });
        return command;
    }

    private static Command Rotate()
    {
        var client = new Argument<string>("CLIENT_ID") { Description = "The board's client id" };
        var command = new Command("rotate", "Give a board a new secret; the old one is dead at once") { client };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var credentials = await hub.Get<BbsAdmin>().RotateAsync(parsed.GetRequiredValue(client), cancellationToken);
            Show(parsed, credentials, hub.Get<HubDirectory>().Current.BoardsByClientId[credentials.ClientId]);
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the boards");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var boards = await hub.Get<BbsAdmin>().ListAsync(cancellationToken);
            var document = boards.Select(b => new
            {
                BbsName = b.Name,
                b.ClientId,
                IsActive = b.DisabledAt is null,
                b.LastSeenAt,
                Members = b.Memberships.OrderBy(m => m.LeagueId).Select(m => new { LeagueId = m.LeagueId.ToString(), m.BbsIndex, m.FtnAddress, m.MadeUpAddress }),
            });
            Answer.Write(parsed, document, () => boards.Count == 0
                ? ["No board yet. Add one with: novahub bbs add \"The Dive\" --member 555B:2"]
                : boards.Select(b =>
                    $"{b.ClientId}  {(b.DisabledAt is null ? "active  " : "DISABLED")}  {b.Name}  {string.Join(' ', b.Memberships.OrderBy(m => m.LeagueId).Select(m => $"{m.LeagueId}:{m.BbsIndex}"))}"));
            return 0;
        });
        return command;
    }

    private static Option<SeatRequest[]> Members() => new("--member")
    {
        Description = "A seat, LEAGUE:INDEX or LEAGUE:INDEX=FTN, such as 555B:2 or 555B:2=13:10/2; may be repeated",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(t => Seat(t, result)).OfType<SeatRequest>()],
    };

    private static SeatRequest? Seat(Token token, ArgumentResult result)
    {
        var parts = token.Value.Split('=', 2);
        var seat = parts[0].Split(':');
        if (seat.Length == 2 && LeagueId.TryParse(seat[0].ToUpperInvariant(), out var league)
            && int.TryParse(seat[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return new SeatRequest(league, index, parts.Length == 2 ? parts[1] : null);
        }

        result.AddError($"“{token.Value}” is no seat; one looks like 555B:2 or 555B:2=13:10/2.");
        return null;
    }

    private static void Show(ParseResult parsed, BoardCredentials credentials, BoardEntry board)
    {
        var seats = board.Seats.Values.OrderBy(s => s.League).ToList();
        var document = new
        {
            credentials.ClientId,
            credentials.ClientSecret,
            credentials.BbsName,
            Members = seats.Select(s => new { LeagueId = s.League.ToString(), s.BbsIndex, FidonetAddress = s.FtnAddress, FidonetAddressMadeUp = s.AddressIsMadeUp }),
        };
        Answer.Write(parsed, document, () =>
        [
            $"BBS            {credentials.BbsName}",
            $"client id      {credentials.ClientId}",
            $"client secret  {credentials.ClientSecret}",
            .. seats.Select(s => $"node           {s.BbsIndex} of {s.League}, {s.FtnAddress}{(s.AddressIsMadeUp ? " (made up by the hub)" : "")}: line 3 of BBS.CFG must be exactly this address"),
            "The secret is shown this once; the hub keeps only a hash of it. Hand all of this to the sysop.",
        ]);
    }
}
