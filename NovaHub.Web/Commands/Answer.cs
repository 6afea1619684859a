using System.CommandLine;
using System.Text.Json;

namespace NovaHub.Web.Commands;

/// <summary>What a command says on standard output: lines for people, or one JSON document for machines.</summary>
internal static class Answer
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write<T>(ParseResult parsed, T document, Func<IEnumerable<string>> lines)
    {
        if (parsed.GetValue(HubCommands.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(document, s_json));
            return;
        }

        foreach (var line in lines())
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>Things the operator should know, on standard error, so that a machine's answer stays clean.</summary>
    public static void Warn(IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
        {
            Console.Error.WriteLine("Note: " + warning);
        }
    }
}
