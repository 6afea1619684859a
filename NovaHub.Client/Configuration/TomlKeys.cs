using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace NovaHub.Client.Configuration;

/// <summary>One value of the file with the place where it stands.</summary>
/// <param name="Path">Parts of its key: <c>leagues</c>, <c>BRE</c>, <c>555</c>, <c>bbs_index</c>.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Value">A string, long, double or bool; null for anything else.</param>
internal sealed record TomlKey(IReadOnlyList<string> Path, int Line, object? Value)
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
}

/// <summary>A TOML file as a flat list of keys. The syntax tree is walked, because only it knows lines.</summary>
internal static class TomlKeys
{
    /// <summary>Reads a text. Faults in its form go to <paramref name="faults"/>.</summary>
    public static List<TomlKey> Read(string text, string file, List<ConfigFault> faults)
    {
        var document = SyntaxParser.Parse(text, file, validate: true);
        foreach (var diagnostic in document.Diagnostics)
        {
            if (diagnostic.Kind == DiagnosticMessageKind.Error)
            {
                faults.Add(new ConfigFault(diagnostic.Span.Start.Line + 1, $"this is no TOML: {diagnostic.Message}"));
            }
        }

        var keys = new List<TomlKey>();
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
                keys.Add(new TomlKey(path, table.Span.Start.Line + 1, Table.Instance));
                Add(keys, path, table.Items);
            }
            else
            {
                faults.Add(new ConfigFault(table.Span.Start.Line + 1, "a table in double brackets has no place here; write [leagues.BRE.555]."));
            }
        }

        return keys;
    }

    private static void Add(List<TomlKey> keys, IReadOnlyList<string> table, IEnumerable<KeyValueSyntax> items)
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
                keys.Add(new TomlKey(path, item.Span.Start.Line + 1, Table.Instance));
                Add(keys, path, inline.Items.Select(i => i.KeyValue).OfType<KeyValueSyntax>());
                continue;
            }

            keys.Add(new TomlKey(path, item.Span.Start.Line + 1, item.Value switch
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

    /// <summary>Stands for a table's own heading.</summary>
    internal sealed class Table
    {
        public static readonly Table Instance = new();
    }
}

/// <summary>Something wrong in the configuration; <paramref name="Line"/> 0 is the file as a whole.</summary>
internal sealed record ConfigFault(int Line, string Message);
