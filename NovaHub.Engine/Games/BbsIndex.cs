namespace NovaHub.Engine.Games;

/// <summary>Rules of a BBS index (node number): 1..255, per league. In packet names it stands as two hex digits.</summary>
public static class BbsIndex
{
    /// <summary>Smallest index.</summary>
    public const int Min = 1;

    /// <summary>Largest index: two hex digits.</summary>
    public const int Max = 255;

    /// <summary>Whether the number can be a BBS index.</summary>
    public static bool IsValid(int index) => index is >= Min and <= Max;
}
