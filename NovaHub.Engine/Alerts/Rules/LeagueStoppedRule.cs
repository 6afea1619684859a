using Microsoft.EntityFrameworkCore;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts.Rules;

/// <summary>
/// A league's game can't run while mail waits for it. Each cause is a condition of its own, so that another cause is
/// another alert. A pause is meant by somebody and told only after a day.
/// </summary>
internal sealed class LeagueStoppedRule(IDbContextFactory<HubDb> databases, DosMachines machines, TimeProvider clock) : IAlertRule
{
    /// <summary>How long mail may wait for a paused league.</summary>
    public static readonly TimeSpan LongPause = TimeSpan.FromDays(1);

    public AlertKind Kind => AlertKind.LeagueStopped;

    public IReadOnlyList<string> Topics { get; } = [Signal.Directory, Signal.Packets];

    public async Task<IReadOnlyList<AlertCondition>> LookAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = new List<AlertCondition>();
        foreach (var league in await db.Set<League>().AsNoTracking().Where(l => l.RetiredAt == null).ToListAsync(cancellationToken))
        {
            var oldest = await db.Set<Packet>().Where(p => p.LeagueId == league.Id && p.Dest == league.HubIndex).Waiting()
                .OrderBy(p => p.Id).Select(p => (DateTime?)p.ReceivedAt).FirstOrDefaultAsync(cancellationToken);
            if (oldest is { } waitsSince && Cause(league, waitsSince) is var (cause, weight, sentence))
            {
                found.Add(new AlertCondition($"stopped:{league.Id}:{cause}", weight, sentence) { League = league.Id });
            }
        }

        return found;
    }

    private (string Cause, AlertWeight Weight, string Sentence)? Cause(League league, DateTime waitsSince)
    {
        if (GameFolder.Of(league) is not { } folder)
        {
            return ("no-folder", AlertWeight.Bad, $"Mail waits for the game of {league.Id}, and the league has no game folder. Set the folder of the hub's own copy of the game on the league's page.");
        }

        var emulator = machines.Find();
        if (Fault(folder, emulator.Machine) is { } fault)
        {
            return ("folder", AlertWeight.Bad, $"Mail waits for the game of {league.Id}, and it can't run. {fault}");
        }

        if (emulator.Missing is { } missing)
        {
            return ("emulator", AlertWeight.Bad, $"Mail waits for the game of {league.Id}, and it can't run. {missing}");
        }

        return league.PausedAt is { } pausedAt && IsLongAgo(pausedAt) && IsLongAgo(waitsSince)
            ? ("paused", AlertWeight.Notice, $"{league.Id} is paused, and mail has waited for its game for over a day. Resume the league, or run it by hand.")
            : null;
    }

    // A time to come is of a clock that was ahead: nobody knows how long ago that was, and silence would be worse
    private bool IsLongAgo(DateTime time) => clock.GetUtcNow().UtcDateTime is var now && (now - time >= LongPause || time - now >= LongPause);

    private static string? Fault(GameFolder folder, IDosMachine? machine)
    {
        try
        {
            var faults = folder.Faults(machine);
            return faults.Count switch
            {
                0 => null,
                1 => faults[0],
                var count => $"{faults[0]} {(count == 2 ? "One more thing is" : $"{count - 1} more things are")} wrong there.",
            };
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return $"The game folder {folder.Path} can't be read by the hub. Give its user the right to.";
        }
    }
}
