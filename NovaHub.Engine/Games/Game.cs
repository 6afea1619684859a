namespace NovaHub.Engine.Games;

/// <summary>What differs from one door game to the other. Two games are known: Barren Realms Elite and Falcon's Eye.</summary>
public sealed class Game
{
    private Game(char letter, string name, string fullName, string program, string nodelistPrefix)
    {
        Letter = letter;
        Name = name;
        FullName = fullName;
        Program = program;
        NodelistPrefix = nodelistPrefix;
    }

    /// <summary>Barren Realms Elite.</summary>
    public static Game Bre { get; } = new('B', "BRE", "Barren Realms Elite", "BRE.EXE", "BRNODES");

    /// <summary>Falcon's Eye.</summary>
    public static Game Fe { get; } = new('F', "FE", "Falcon's Eye", "FE.EXE", "FENODES");

    /// <summary>Every game that the hub knows.</summary>
    public static IReadOnlyList<Game> All { get; } = [Bre, Fe];

    /// <summary>The letter that stands for the game in a league id and a packet name: <c>B</c> or <c>F</c>.</summary>
    public char Letter { get; }

    /// <summary>The short name that boards use: <c>BRE</c> or <c>FE</c>.</summary>
    public string Name { get; }

    /// <summary>The name on the box.</summary>
    public string FullName { get; }

    /// <summary>The game's program in its folder, upper case.</summary>
    public string Program { get; }

    /// <summary>First part of a nodelist's file name: <c>BRNODES</c> or <c>FENODES</c>.</summary>
    public string NodelistPrefix { get; }

    /// <summary>The nodelist's name inside a game folder: <c>BRNODES.DAT</c>.</summary>
    public string NodelistDat => NodelistPrefix + ".DAT";

    /// <summary>Finds a game by its letter, either case.</summary>
    /// <returns>The game, or null for any other letter.</returns>
    public static Game? FromLetter(char letter) => letter switch
    {
        'B' or 'b' => Bre,
        'F' or 'f' => Fe,
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
