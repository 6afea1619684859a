using NovaHub.Engine.Games;
using NovaHub.Engine.Leagues;

namespace NovaHub.Engine.Packets.Intake;

/// <summary>Why an upload is refused. The order is the order of the checks.</summary>
public enum IntakeRefusal
{
    /// <summary>The league id in the address is malformed.</summary>
    BadLeagueId,

    /// <summary>The name is a nodelist's: the hub makes those.</summary>
    Nodelist,

    /// <summary>The file name is no packet name.</summary>
    BadName,

    /// <summary>League number or game letter of the name differ from the address.</summary>
    OtherLeague,

    /// <summary>The board isn't an active member of the league, or there is no such league.</summary>
    NotAMember,

    /// <summary>The packet's source isn't the board's own index.</summary>
    NotYourIndex,

    /// <summary>The packet is addressed to its own sender.</summary>
    ToItself,

    /// <summary>There are no bytes.</summary>
    Empty,
}

/// <summary>What was decided about an upload before anything is written.</summary>
public sealed record IntakeDecision
{
    private IntakeDecision()
    {
    }

    /// <summary>The packet's name, when it is accepted.</summary>
    public PacketName Name { get; private init; }

    /// <summary>The board that sends it.</summary>
    public int BbsId { get; private init; }

    /// <summary>Whether it is addressed to the hub's own game. Otherwise it is direct-routed.</summary>
    public bool ForHub { get; private init; }

    /// <summary>Why it is refused, or null.</summary>
    public IntakeRefusal? Refusal { get; private init; }

    /// <summary>The reason for the sysop, or an empty text.</summary>
    public string Reason { get; private init; } = "";

    internal static IntakeDecision Accept(PacketName name, int bbsId, bool forHub) => new() { Name = name, BbsId = bbsId, ForHub = forHub };

    internal static IntakeDecision Refuse(IntakeRefusal refusal, string reason) => new() { Refusal = refusal, Reason = reason };
}

/// <summary>Judges uploads against who plays where. Decides and says why; writes nothing.</summary>
public static class IntakeRules
{
    /// <summary>Judges an upload by everything but its bytes.</summary>
    /// <param name="directory">Who plays where.</param>
    /// <param name="board">The board that signed in.</param>
    /// <param name="leagueId">The league id of the address, as it came.</param>
    /// <param name="fileName">The file name of the address, as it came.</param>
    public static IntakeDecision Judge(DirectorySnapshot directory, BoardEntry board, string leagueId, string fileName)
    {
        if (!LeagueId.TryParse(leagueId, out var league))
        {
            return IntakeDecision.Refuse(IntakeRefusal.BadLeagueId, $"“{Shown(leagueId)}” is no league id: three digits and B (BRE) or F (FE), such as 555B.");
        }

        if (NodelistName.TryParse(fileName, out var listed))
        {
            return listed != league
                ? IntakeDecision.Refuse(IntakeRefusal.OtherLeague, $"{listed.NodelistName} belongs to league {listed}, and it was sent to {league}.")
                : IntakeDecision.Refuse(IntakeRefusal.Nodelist, "Nodelists are made by the hub and downloaded by boards; they can't be uploaded.");
        }

        if (!PacketName.TryParse(fileName, out var name))
        {
            return IntakeDecision.Refuse(IntakeRefusal.BadName, $"“{Shown(fileName)}” is no packet name: one looks like 555B0201.001, and an index is never 00.");
        }

        return name.League != league
            ? IntakeDecision.Refuse(IntakeRefusal.OtherLeague, $"{name} belongs to league {name.League}, and it was sent to {league}.")
            : JudgeSeat(directory, board, name);
    }

    private static IntakeDecision JudgeSeat(DirectorySnapshot directory, BoardEntry board, PacketName name)
    {
        var league = name.League;
        if (!board.IsActive || !board.Seats.TryGetValue(league, out var seat) || !directory.Leagues.TryGetValue(league, out var entry))
        {
            return IntakeDecision.Refuse(IntakeRefusal.NotAMember, $"{board.Name} is not a member of league {league}.");
        }

        if (name.Source != seat.BbsIndex)
        {
            return IntakeDecision.Refuse(
                IntakeRefusal.NotYourIndex,
                $"{name} comes from node {name.Source} ({name.Source:X2} in the name), and {board.Name} is node {seat.BbsIndex} of {league} here. Check the BBS index in the game and in the client's configuration.");
        }

        if (name.Dest == name.Source)
        {
            return IntakeDecision.Refuse(IntakeRefusal.ToItself, $"{name} is addressed to its own sender, node {name.Source}.");
        }

        // A node that no board has now is taken, too: its mail waits for the next one, and the board has nothing to keep for ever
        return IntakeDecision.Accept(name, board.Id, name.Dest == entry.HubIndex);
    }

    // What a stranger typed is shown back short and on one line
    private static string Shown(string text) =>
        string.Concat(text.Take(40).Select(c => char.IsControl(c) ? '·' : c)) + (text.Length > 40 ? "…" : "");
}
