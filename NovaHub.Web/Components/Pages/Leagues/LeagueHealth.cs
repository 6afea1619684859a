using System.Collections.Concurrent;
using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;

namespace NovaHub.Web.Components.Pages.Leagues;

/// <summary>Something that a league lacks.</summary>
/// <param name="Sentence">What, and what follows from it.</param>
/// <param name="Command">What to type, or null.</param>
/// <param name="StopsRuns">Whether its game can't run because of it.</param>
public sealed record LeagueGap(string Sentence, string? Command, bool StopsRuns);

/// <summary>Says what is missing before a league's mail can move.</summary>
/// <param name="missingEmulator">Gives the sentence about the emulator, or null when there is one.</param>
/// <param name="clock">Tells when to look again.</param>
internal sealed class LeagueHealth(Func<string?> missingEmulator, TimeProvider clock)
{
    // Pages draw several times a second; the disk needs no look each time
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<LeagueId, Look> _looks = new();

    public IReadOnlyList<LeagueGap> Gaps(LeagueEntry league)
    {
        if (_looks.TryGetValue(league.Id, out var look) && look.League == league && clock.GetElapsedTime(look.At) < Fresh)
        {
            return look.Gaps;
        }

        var gaps = Search(league);
        _looks[league.Id] = new Look(league, clock.GetTimestamp(), gaps);
        return gaps;
    }

    private List<LeagueGap> Search(LeagueEntry league)
    {
        var gaps = new List<LeagueGap>();
        if (Folder(league) is { } folder)
        {
            gaps.Add(new LeagueGap(folder, null, true));
        }
        else if (missingEmulator() is { } emulator)
        {
            gaps.Add(new LeagueGap(emulator, null, true));
        }

        if (league.Members.Count == 0)
        {
            gaps.Add(new LeagueGap("No board plays in it yet.", $"./novahub bbs add \"Name of the BBS\" --member {league.Id}:2", false));
        }

        return gaps;
    }

    private static string? Folder(LeagueEntry league)
    {
        const string waits = "Mail for the hub waits; direct mail between boards goes through.";
        return league.GameFolder switch
        {
            null => $"No game folder. {waits}",
            { } folder when !Directory.Exists(folder) => $"The game folder {folder} does not exist. {waits}",
            { } folder when !Holds(folder, league.Id.Game.Program) => $"{league.Id.Game.Program} is not in {folder}. {waits}",
            _ => null,
        };
    }

    private static bool Holds(string folder, string program)
    {
        try
        {
            return Directory.EnumerateFiles(folder).Any(f => string.Equals(Path.GetFileName(f), program, StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private sealed record Look(LeagueEntry League, long At, IReadOnlyList<LeagueGap> Gaps);
}
