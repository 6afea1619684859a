using System.Text.RegularExpressions;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace NovaHub.Client.Configuration;

/// <summary>A TOML file as a flat list of keys. The syntax tree is walked, because only it knows lines.</summary>
internal static partial class TomlKeys
{
    /// <summary>Reads a text. Faults in its form go to <paramref name="faults"/>.</summary>
    public static List<ConfigKey> Read(string text, string file, List<ConfigFault> faults)
    {
        if (Backslashes(text) is { } backslashes)
        {
            faults.Add(backslashes);
            return [];
        }

        var document = SyntaxParser.Parse(text, file, validate: true);
        foreach (var diagnostic in document.Diagnostics)
        {
            if (diagnostic.Kind == DiagnosticMessageKind.Error)
            {
                faults.Add(new ConfigFault(diagnostic.Span.Start.Line + 1, $"this is no TOML: {diagnostic.Message}"));
            }
        }

        var keys = new List<ConfigKey>();
        if (faults.Count > 0)
        {
            return keys;
        }

        Add(keys, [], document.KeyValues);
        foreach (var table in document.Tables)
        {
            if (table is TableSyntax { Name: { } name })
            {
                var path = PathOf(name);
                keys.Add(new ConfigKey(path, table.Span.Start.Line + 1, ConfigKey.Heading.Instance));
                Add(keys, path, table.Items);
            }
            else
            {
                faults.Add(new ConfigFault(table.Span.Start.Line + 1, "a table in double brackets has no place here; write [leagues.BRE.555]."));
            }
        }

        return keys;
    }

    // "C:\new" is a drive, a line end and "ew": legal TOML, or not, and never what somebody meant by a path
    private static ConfigFault? Backslashes(string text)
    {
        var at = text.Split('\n').Index()
            .Select(l => (Line: l.Index + 1, Value: PathInDoubleQuotes().Match(l.Item).Groups["value"].Value))
            .Where(l => l.Value.Replace(@"\\", "", StringComparison.Ordinal).Contains('\\', StringComparison.Ordinal)).ToList();
        if (at.Count == 0)
        {
            return null;
        }

        var more = at.Count > 1 ? $" The same in line {string.Join(", ", at.Skip(1).Select(l => l.Line))}." : "";
        return new ConfigFault(
            at[0].Line, $"in double quotes TOML takes a single backslash for the beginning of a special character; write '{at[0].Value}' in single quotes, or double every backslash.{more}");
    }

    [GeneratedRegex("""^\s*[A-Za-z_]+_(dir|folder|file|path)\s*=\s*"(?<value>[^"]*)"\s*(#.*)?$""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PathInDoubleQuotes();

    private static void Add(List<ConfigKey> keys, IReadOnlyList<string> table, IEnumerable<KeyValueSyntax> items)
    {
        foreach (var item in items)
        {
            if (item.Key is null)
            {
                continue;
            }

            string[] path = [.. table, .. PathOf(item.Key)];
            if (item.Value is InlineTableSyntax inline)
            {
                keys.Add(new ConfigKey(path, item.Span.Start.Line + 1, ConfigKey.Heading.Instance));
                Add(keys, path, inline.Items.Select(i => i.KeyValue).OfType<KeyValueSyntax>());
                continue;
            }

            keys.Add(new ConfigKey(path, item.Span.Start.Line + 1, item.Value switch
            {
                StringValueSyntax text => text.Value,
                IntegerValueSyntax number => number.Value,
                FloatValueSyntax number => number.Value,
                BooleanValueSyntax flag => flag.Value,
                _ => null,
            }));
        }
    }

    private static string[] PathOf(KeySyntax key) => [NameOf(key.Key), .. key.DotKeys.Select(d => NameOf(d.Key))];

    private static string NameOf(BareKeyOrStringValueSyntax? part) => part switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => "",
    };
}
