using System.CommandLine;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Schedules;

namespace NovaHub.Web.Commands;

/// <summary><c>league add</c>, <c>set</c> and <c>list</c>.</summary>
internal static class LeagueCommands
{
    public static Command Create() => new("league", "Leagues that this hub runs") { Add(), Set(), List() };

    private static Command Add()
    {
        var id = new Argument<string>("ID") { Description = "Three digits and B (BRE) or F (FE), such as 555B" };
        var name = new Option<string>("--name") { Description = "The league's name", Required = true };
        var address = new Option<string?>("--hub-address") { Description = "The hub's FTN address there, such as 13:10/1" };
        var folder = new Option<DirectoryInfo?>("--game-folder") { Description = "The hub's own copy of the game" };
        var cron = new Option<string?>("--cron") { Description = "Also run by this Quartz cron expression, such as \"0 0 4 * * ?\" for daily at 04:00" };
        var zone = TimeZone("Time zone of the cron expression, such as Europe/Berlin (default: this machine's)");
        var command = new Command("add", "Add a league") { id, name, address, folder, cron, zone };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var league = LeagueId.Parse(parsed.GetRequiredValue(id));
            var warnings = await hub.Get<LeagueAdmin>().AddAsync(
                new LeagueRequest(league, parsed.GetRequiredValue(name), parsed.GetValue(address), parsed.GetValue(folder)?.FullName, parsed.GetValue(cron)) { TimeZone = parsed.GetValue(zone) },
                cancellationToken);
            Answer.Write(parsed, new { LeagueId = league.ToString() }, () =>
                [$"League {league} is added. Add its boards with: novahub bbs add NAME --member {league}:2"]);
            Answer.Warn(warnings);
            return 0;
        });
        return command;
    }

    private static Command Set()
    {
        var id = new Argument<string>("ID") { Description = "The league, such as 555B" };
        var name = new Option<string?>("--name") { Description = "The league's name" };
        var address = new Option<string?>("--hub-address") { Description = "The hub's FTN address there" };
        var folder = new Option<DirectoryInfo?>("--game-folder") { Description = "The hub's own copy of the game" };
        var cron = new Option<string?>("--cron") { Description = "Quartz cron expression; empty for none" };
        var zone = TimeZone("Time zone of the cron expression, such as Europe/Berlin or UTC");
        var arrival = new Option<bool?>("--run-on-arrival") { Description = "Whether mail for the hub starts a run: true or false" };
        var command = new Command("set", "Change a league; what is not named stays") { id, name, address, folder, cron, zone, arrival };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var league = LeagueId.Parse(parsed.GetRequiredValue(id).ToUpperInvariant());
            var warnings = await hub.Get<LeagueAdmin>().ChangeAsync(
                league,
                changed =>
                {
                    changed.Name = parsed.GetValue(name) ?? changed.Name;
                    changed.HubAddress = parsed.GetValue(address) ?? changed.HubAddress;
                    changed.GameFolder = parsed.GetValue(folder)?.FullName ?? changed.GameFolder;
                    changed.Cron = parsed.GetValue(cron) ?? changed.Cron;
                    changed.TimeZone = parsed.GetValue(zone) ?? changed.TimeZone;
                    changed.RunsOnArrival = parsed.GetValue(arrival) ?? changed.RunsOnArrival;
                },
                cancellationToken);
            Answer.Write(parsed, new { LeagueId = league.ToString() }, () => [$"League {league} is changed."]);
            Answer.Warn(warnings);
            return 0;
        });
        return command;
    }

    private static Option<string?> TimeZone(string description) => new("--time-zone") { Description = description };

    private static Command List()
    {
        var command = new Command("list", "List the leagues");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var hub = await CommandHub.OpenAsync(parsed, cancellationToken);
            var leagues = await hub.Get<LeagueAdmin>().ListAsync(cancellationToken);
            var document = leagues.Select(l => new
            {
                LeagueId = l.Id.ToString(),
                Game = l.Id.Game.Name,
                l.Name,
                l.HubIndex,
                l.HubAddress,
                l.MadeUpAddress,
                l.GameFolder,
                l.Cron,
                TimeZone = l.TimeZone ?? TimeZones.Utc,
                Members = l.Memberships.OrderBy(m => m.BbsIndex).Select(m => new { m.BbsIndex, Bbs = m.Bbs!.Name, m.FtnAddress, m.MadeUpAddress }),
            });
            Answer.Write(parsed, document, () => leagues.Count == 0
                ? ["No league yet. Add one with: novahub league add 555B --name \"My league\""]
                : leagues.SelectMany(l => (string[])
                    [
                        $"{l.Id}  {l.Name}  hub is node {l.HubIndex} {l.Address()}  {l.GameFolder ?? "(no game folder: mail waits)"}",
                        .. l.Memberships.OrderBy(m => m.BbsIndex).Select(m => $"      {m.BbsIndex,3}  {m.Bbs!.Name}  {m.Address()}{(m.AddressIsMadeUp() ? " (made up)" : "")}"),
                    ]));
            return 0;
        });
        return command;
    }
}
