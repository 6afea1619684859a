using NovaHub.Engine.Journeys;
using NovaHub.Engine.Leagues;

namespace NovaHub.Web.Components.Pages.Guide;

/// <summary>What there is to do before the first mail moves.</summary>
public enum FirstRunStep
{
    /// <summary>Add a league.</summary>
    League,

    /// <summary>Set the folder of the hub's own copy of the game.</summary>
    GameFolder,

    /// <summary>Install an emulator.</summary>
    Emulator,

    /// <summary>Add a board; it gets its credentials.</summary>
    Board,

    /// <summary>The board's program signs in.</summary>
    Program,

    /// <summary>The first packet comes in.</summary>
    Packet,

    /// <summary>The hub's game reads it, and the run is good.</summary>
    Run,
}

/// <summary>How a step is doing.</summary>
public enum FirstRunMark
{
    /// <summary>It is to be done, sooner or later.</summary>
    Open,

    /// <summary>It is the one to do now.</summary>
    Next,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>This hub doesn't need it: it hands mail on and runs no game.</summary>
    NotNeeded,
}

/// <summary>From no league to the first good run, as the hub itself sees it: nothing is ticked that was not seen.</summary>
/// <param name="Marks">Every step in order.</param>
public sealed record FirstRun(IReadOnlyList<(FirstRunStep Step, FirstRunMark Mark)> Marks)
{
    /// <summary>Whether nothing is left to do.</summary>
    public bool IsDone => Marks.All(m => m.Mark is FirstRunMark.Done or FirstRunMark.NotNeeded);

    /// <summary>How many steps are done, of how many that are needed.</summary>
    public (int Done, int Needed) Count => (Marks.Count(m => m.Mark == FirstRunMark.Done), Marks.Count(m => m.Mark != FirstRunMark.NotNeeded));

    /// <summary>Judges what is known.</summary>
    /// <param name="folders">For every league, whether its game could run as far as its folder goes.</param>
    /// <param name="boards">Every board.</param>
    /// <param name="emulator">Whether there is an emulator.</param>
    /// <param name="mail">What the database tells.</param>
    /// <param name="relays">Whether somebody said that this hub runs no game.</param>
    public static FirstRun Of(
        IReadOnlyCollection<bool> folders, IReadOnlyCollection<BoardEntry> boards, bool emulator, FirstMailState mail, bool relays)
    {
        bool Has(FirstRunStep step) => step switch
        {
            FirstRunStep.League => folders.Count > 0,
            FirstRunStep.GameFolder => folders.Any(f => f),
            FirstRunStep.Emulator => emulator,
            FirstRunStep.Board => boards.Any(b => b.Seats.Count > 0),
            FirstRunStep.Program => mail.Spoke || mail.Packet,
            FirstRunStep.Packet => mail.Packet,
            _ => mail.GoodRun,
        };
        var marks = Enum.GetValues<FirstRunStep>().Select(s => (
            Step: s,
            Mark: Has(s) ? FirstRunMark.Done
                : relays && s is (FirstRunStep.GameFolder or FirstRunStep.Emulator or FirstRunStep.Run) ? FirstRunMark.NotNeeded
                : FirstRunMark.Open)).ToList();
        var next = marks.FindIndex(m => m.Mark == FirstRunMark.Open);
        if (next >= 0)
        {
            marks[next] = (marks[next].Step, FirstRunMark.Next);
        }

        return new FirstRun(marks);
    }
}
