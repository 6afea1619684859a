namespace NovaHub.Engine.Runs;

/// <summary>Numbers in sentences.</summary>
internal static class Words
{
    public static string Packets(int count) => count == 1 ? "1 packet" : $"{count} packets";

    /// <summary>The first five of several names.</summary>
    public static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");

    public static string Stay(int count) => count == 1 ? "1 packet stays queued" : $"{count} packets stay queued";
}
