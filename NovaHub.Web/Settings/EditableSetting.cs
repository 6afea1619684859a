using System.Globalization;

namespace NovaHub.Web.Settings;

/// <summary>What a setting's text must look like.</summary>
internal enum SettingKind
{
    /// <summary>A line of text.</summary>
    Text,

    /// <summary>A length of time, <c>hh:mm:ss</c>.</summary>
    Duration,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Switch,
}

/// <summary>A setting that people may change while the hub runs: whoever uses it reads it anew each time.</summary>
/// <param name="Key">Its key, <c>Runs:QuietTime</c>.</param>
/// <param name="Kind">What its text must look like.</param>
/// <param name="Name">For people.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
internal sealed record EditableSetting(string Key, SettingKind Kind, string Name, string Meaning)
{
    /// <summary>Characters, at most.</summary>
    public int Longest { get; init; } = 200;

    /// <summary>Why <paramref name="text"/> is no value of this kind, or null.</summary>
    public string? FaultOf(string text) => Kind switch
    {
        _ when text.Length > Longest => $"{Key} has {text.Length} characters; allowed are {Longest}.",
        // Without a colon “30” would be thirty days
        SettingKind.Duration when !text.Contains(':', StringComparison.Ordinal) || !TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _) =>
            $"“{text}” is no length of time; write hours, minutes and seconds, such as 00:00:30.",
        SettingKind.Number when !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) =>
            $"“{text}” is no whole number.",
        SettingKind.Switch when !bool.TryParse(text, out _) => $"“{text}” is neither true nor false.",
        _ => null,
    };

    /// <summary>The text as it is kept.</summary>
    public string Tidy(string text) => Kind switch
    {
        SettingKind.Duration when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) => span.ToString(),
        SettingKind.Switch => text.Trim().ToLowerInvariant(),
        _ => text.Trim(),
    };
}
