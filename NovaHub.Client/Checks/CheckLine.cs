namespace NovaHub.Client.Checks;

/// <summary>What a check found.</summary>
/// <param name="Level"><c>ok</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Subject">What was looked at: the file, the hub, a league.</param>
/// <param name="Message">A sentence, with what to do.</param>
internal sealed record CheckLine(string Level, string Subject, string Message)
{
    public const string Ok = "ok";
    public const string Warning = "warning";
    public const string Error = "error";
}

/// <summary>Everything that a check found, for machines.</summary>
internal sealed record CheckDocument(bool Success, IReadOnlyList<CheckLine> Checks)
{
    public static CheckDocument Of(IReadOnlyList<CheckLine> lines) => new(lines.All(l => l.Level != CheckLine.Error), lines);
}
