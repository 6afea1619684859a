namespace NovaHub.Engine.Runs;

/// <summary>Numbers in sentences.</summary>
internal static class Words
{
    public static string Packets(int count) => count == 1 ? "1 packet" : $"{count} packets";

    public static string Stay(int count) => count == 1 ? "1 packet stays queued" : $"{count} packets stay queued";
}
