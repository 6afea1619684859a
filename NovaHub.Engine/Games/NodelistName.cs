namespace NovaHub.Engine.Games;

/// <summary>Nodelist file names, <c>BRNODES.555</c> and <c>FENODES.555</c>.</summary>
public static class NodelistName
{
    /// <summary>Whether the whole text is a nodelist's name, in either case.</summary>
    public static bool IsMatch(string text) => TryParse(text, out _);

    /// <summary>The league whose nodelist has this name.</summary>
    public static bool TryParse(string text, out LeagueId league)
    {
        league = default;
        foreach (var game in Game.All)
        {
            if (text.Length == game.NodelistPrefix.Length + 4
                && text.StartsWith(game.NodelistPrefix + ".", StringComparison.OrdinalIgnoreCase))
            {
                return LeagueId.TryParse(text[^3..] + game.Letter, out league);
            }
        }

        return false;
    }
}
