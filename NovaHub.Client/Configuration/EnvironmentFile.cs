namespace NovaHub.Client.Configuration;

/// <summary>The <c>.env</c> file that boards keep their credentials in: <c>NAME=value</c> lines, with or without <c>export</c> and quotes.</summary>
internal static class EnvironmentFile
{
    public const string FileName = ".env";

    /// <summary>Looks names up in the environment and, where they are not set there, in the file beside the configuration.</summary>
    public static Func<string, string?> Over(Func<string, string?> environment, string folder)
    {
        var file = Read(Path.Combine(folder, FileName));
        return name => environment(name) is { Length: > 0 } set ? set : file.GetValueOrDefault(name);
    }

    private static Dictionary<string, string> Read(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
        {
            return values;
        }

        const string export = "export ";
        foreach (var raw in File.ReadLines(path))
        {
            var line = raw.Trim();
            line = line.StartsWith(export, StringComparison.Ordinal) ? line[export.Length..].TrimStart() : line;
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && line[0] != '#')
            {
                values[line[..at].TrimEnd()] = Value(line[(at + 1)..].Trim());
            }
        }

        return values;
    }

    // In quotes everything counts; without them a comment begins at a # behind a blank
    private static string Value(string text)
    {
        if (text is ['"' or '\'', ..] && text.IndexOf(text[0], 1) is var end and > 0)
        {
            return text[1..end];
        }

        var comment = text.StartsWith('#') ? 0 : text.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? text : text[..comment].TrimEnd();
    }
}
