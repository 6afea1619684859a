using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Runs;
using NovaHub.Web.Components.Live;

namespace NovaHub.Web.Components.Pages.Leagues;

/// <summary>What a look at a league's game folder says, in the sentences that a run would be refused with.</summary>
internal static class FolderChecks
{
    /// <summary>Looks at the disk.</summary>
    /// <param name="league">The league.</param>
    /// <param name="emulator">The emulator that would run the game, or what is missing.</param>
    public static IReadOnlyList<(string Sentence, Tone Tone)> Look(League league, DosMachineChoice emulator)
    {
        var checks = new List<(string, Tone)>();
        if (GameFolder.Of(league) is not { } folder)
        {
            checks.Add(("No game folder: mail for the hub waits; direct mail between boards goes through. Set the folder of the hub's own copy of the game.", Tone.Notice));
            return checks;
        }

        try
        {
            checks.AddRange(folder.Faults(emulator.Machine).Select(f => (f, Tone.Bad)));
            checks.AddRange(folder.Notices().Select(n => (n, Tone.Notice)));
            if (folder.Lock is not null)
            {
                checks.Add(("A player is inside the hub's own game, or a run is (inuse.flg); a run waits until it is gone.", Tone.Info));
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            checks.Add(($"The game folder can't be read: {unreadable.Message} Let the hub's user read and write it.", Tone.Bad));
        }

        if (emulator.Missing is { } missing)
        {
            checks.Add((missing, Tone.Bad));
        }

        if (checks.Count == 0)
        {
            checks.Add(("The game folder is as it must be: 8.3 names, BBS.CFG, INBOUND and OUTBOUND, the game's program.", Tone.Good));
        }

        return checks;
    }
}
