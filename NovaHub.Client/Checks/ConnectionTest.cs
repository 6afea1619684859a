using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Sync;

namespace NovaHub.Client.Checks;

/// <summary>Signs in and says, league by league, what the hub would take and what it would refuse. Marks nothing as read.</summary>
internal sealed class ConnectionTest(ClientConfig config, HubClient hub)
{
    public async Task<IReadOnlyList<CheckLine>> RunAsync(CancellationToken cancellationToken)
    {
        var lines = new List<CheckLine>();
        try
        {
            var me = await hub.MeAsync(cancellationToken);
            if (me is not null)
            {
                lines.Add(new CheckLine(CheckLine.Ok, "hub", $"{config.Hub.Url} knows this board as “{me.BbsName}”."));
                lines.AddRange(Name(me.BbsName));
                foreach (var league in config.Enabled)
                {
                    lines.Add(Membership.Fault(league, me) is { } fault
                        ? new CheckLine(CheckLine.Error, league.Key, fault)
                        : await WaitingAsync(league, cancellationToken));
                }

                foreach (var other in (me.Leagues ?? []).Where(l => config.Leagues.All(c => c.Id.ToString() != l.LeagueId)))
                {
                    lines.Add(new CheckLine(CheckLine.Warning, other.LeagueId, $"the hub has this BBS as #{other.BbsIndex} in {other.LeagueId} ({other.Name}), and your file has no [leagues.{other.Game}.{other.Number}]."));
                }
            }
            else
            {
                var verified = await hub.VerifyAsync(cancellationToken);
                lines.Add(new CheckLine(CheckLine.Ok, "hub", $"{config.Hub.Url} knows this board as “{verified.BbsName}”. It is too old to tell which leagues and indices it has."));
                lines.AddRange(Name(verified.BbsName));
                foreach (var league in config.Enabled)
                {
                    lines.Add(await OldHubAsync(league, cancellationToken));
                }
            }
        }
        catch (HubRefusedException refused)
        {
            lines.Add(new CheckLine(CheckLine.Error, "hub", refused.Message));
        }
        catch (HubUnreachableException away)
        {
            lines.Add(new CheckLine(CheckLine.Error, "hub", $"can't be reached. {away.Message}"));
        }

        return lines;
    }

    private IEnumerable<CheckLine> Name(string hubs)
    {
        if (config.BbsName.Length > 0 && !hubs.Trim().Equals(config.BbsName.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            yield return new CheckLine(CheckLine.Warning, "hub", $"the hub calls this board “{hubs}”, and bbs.name says “{config.BbsName}”.");
        }
    }

    private async Task<CheckLine> WaitingAsync(LeagueSettings league, CancellationToken cancellationToken)
    {
        var waiting = await hub.UnreadAsync(league.Id, cancellationToken);
        return new CheckLine(CheckLine.Ok, league.Key, $"BBS #{league.BbsIndex} in {league.Id}; {waiting.Count} file(s) wait for you.");
    }

    // Such a hub shows a wrong index in two ways: it knows no membership, or it offers mail for another one
    private async Task<CheckLine> OldHubAsync(LeagueSettings league, CancellationToken cancellationToken)
    {
        if (await hub.IsMemberAsync(league.Id, cancellationToken) == false)
        {
            return new CheckLine(CheckLine.Error, league.Key, $"the hub does not have this BBS in league {league.Id}; uploads would be refused.");
        }

        var waiting = await hub.UnreadAsync(league.Id, cancellationToken);
        foreach (var entry in waiting)
        {
            if (Engine.Games.PacketName.TryParse(entry.Filename, out var name) && name.Dest != league.BbsIndex)
            {
                return new CheckLine(CheckLine.Error, league.Key, $"the hub has this BBS as #{name.Dest}, your file says #{league.BbsIndex} ({league.Setting("bbs_index")}, line {league.IndexLine}); uploads would be refused.");
            }
        }

        return new CheckLine(CheckLine.Ok, league.Key, $"{waiting.Count} file(s) wait for you; your file says BBS #{league.BbsIndex}, which this hub can't confirm.");
    }
}
