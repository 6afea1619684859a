namespace NovaHub.Client.Configuration;

/// <summary>One value of the file with the place where it stands.</summary>
/// <param name="Path">Parts of its key as config.toml has it: <c>leagues</c>, <c>BRE</c>, <c>555</c>, <c>bbs_index</c>.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Value">A string, long, double or bool; <see cref="Heading"/> for a table's own heading; null for anything else.</param>
internal sealed record ConfigKey(IReadOnlyList<string> Path, int Line, object? Value)
{
    public string Name => string.Join('.', Path);

    /// <summary>As it was written, for a message.</summary>
    public string Shown => Value switch
    {
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => "no plain value",
    };

    /// <summary>Stands for a table's own heading.</summary>
    internal sealed class Heading
    {
        public static readonly Heading Instance = new();
    }
}

/// <summary>Something wrong in the configuration; <paramref name="Line"/> 0 is the file as a whole.</summary>
internal sealed record ConfigFault(int Line, string Message);
