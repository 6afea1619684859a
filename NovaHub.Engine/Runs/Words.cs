namespace NovaHub.Engine.Runs;

/// <summary>Numbers in sentences.</summary>
internal static class Words
{
    public static string Packets(int count) => count == 1 ? "1 packet" : $"{count} packets";

    /// <summary>The first five of several names.</summary>
    public static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");

    /// <summary>The system's reason, without the path and the full stop that it puts behind.</summary>
    public static string Reason(Exception failure) =>
        (failure.Message.IndexOf(" : '", StringComparison.Ordinal) is var path and > 0 ? failure.Message[..path] : failure.Message).TrimEnd('.', ' ');

    public static string Stay(int count) => count == 1 ? "1 packet stays queued" : $"{count} packets stay queued";
}
