using System.Globalization;
using System.Text;
using NovaHub.Engine.Games;

namespace NovaHub.Engine.Leagues;

/// <summary>One entry of a nodelist.</summary>
/// <param name="Index">BBS index, 1..255.</param>
/// <param name="Routes">For a host: the indices it routes for. Null for every other node, and for a host that routes nothing.</param>
/// <param name="Name">The board's name.</param>
/// <param name="Address">FTN address, or an empty text.</param>
/// <param name="City">City.</param>
/// <param name="State">State or province.</param>
/// <param name="Country">Country.</param>
public sealed record NodelistEntry(
    int Index, IReadOnlyList<int>? Routes, string Name, string Address, string City, string State, string Country);

/// <summary>A nodelist that would harm a league was not written. The message says why, in plain words.</summary>
public sealed class NodelistRefusedException(string message) : Exception(message);

/// <summary>
/// The nodelist's text: six lines a node and an empty one, CRLF, CP437. With no ROUTE.CFG the HOST line is the only
/// thing that tells the games where mail goes, so a partial list is refused rather than written.
/// </summary>
public static class NodelistText
{
    // The framework's own table; strict, so that a character without a place is noticed
    private static readonly Encoding Cp437 = CodePagesEncodingProvider.Instance.GetEncoding(
        437, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <summary>What stands for an empty field: an empty line ends an entry for some readers.</summary>
    public const string Nothing = "-";

    /// <summary>Writes a nodelist. A field without text is written as <see cref="Nothing"/>.</summary>
    /// <param name="entries">Every node, in any order; written by index.</param>
    /// <param name="hubIndex">The hub's own index: its entry must be there.</param>
    /// <exception cref="NodelistRefusedException">The hub's entry is missing, an index is used twice or out of range, or a line can't be written.</exception>
    public static byte[] Write(IReadOnlyCollection<NodelistEntry> entries, int hubIndex)
    {
        var nodes = entries.OrderBy(e => e.Index).ToList();
        if (nodes.All(e => e.Index != hubIndex))
        {
            throw new NodelistRefusedException($"The hub's own entry (node {hubIndex}) is missing. A nodelist without it would stop all mail, so the last good one stays.");
        }

        var text = new StringBuilder();
        var seen = new HashSet<int>();
        var addresses = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            Check(node, seen, addresses);
            text.Append(CultureInfo.InvariantCulture, $"{node.Index}");
            if (node.Routes is { Count: > 0 } routes)
            {
                text.Append(" HOST ").AppendJoin(' ', routes.Order());
            }

            text.Append("\r\n");
            foreach (var field in new[] { node.Name, node.Address, node.City, node.State, node.Country })
            {
                text.Append(string.IsNullOrWhiteSpace(field) ? Nothing : field).Append("\r\n");
            }

            text.Append("\r\n");
        }

        return Cp437.GetBytes(text.ToString());
    }

    /// <summary>Reads a nodelist. Takes <c>1</c>, <c>1 HOST</c> and <c>1 HOST 2 3</c>, LF as well as CRLF, and empty fields as earlier versions wrote them.</summary>
    /// <exception cref="FormatException">A node's first line is no index, or the list ends inside a node.</exception>
    public static IReadOnlyList<NodelistEntry> Read(ReadOnlySpan<byte> bytes)
    {
        var lines = Cp437.GetString(bytes).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        var entries = new List<NodelistEntry>();
        var at = 0;
        while (at < lines.Length)
        {
            if (lines[at].Trim() is "" or "\u001a")
            {
                at++;
                continue;
            }

            if (at + 5 >= lines.Length)
            {
                throw new FormatException($"The nodelist ends inside the node that begins at line {at + 1}: a node has six lines.");
            }

            var (index, routes) = ReadFirstLine(lines[at], at + 1);
            entries.Add(new NodelistEntry(index, routes, lines[at + 1], Field(lines[at + 2]), Field(lines[at + 3]), Field(lines[at + 4]), Field(lines[at + 5])));
            at += 6;
        }

        return entries;
    }

    /// <summary>The bytes as text, to be looked at: characters and line ends as they are.</summary>
    public static string Show(ReadOnlySpan<byte> bytes) => Cp437.GetString(bytes);

    /// <summary>Whether the text can stand on one line of a nodelist: CP437, no control characters.</summary>
    public static bool CanHold(string line) => !line.Any(char.IsControl) && Encodes(line);

    private static string Field(string line) => line.Trim() == Nothing ? "" : line;

    private static (int Index, IReadOnlyList<int>? Routes) ReadFirstLine(string line, int number)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!TryIndex(words[0], out var index)
            || (words.Length > 1 && !words[1].Equals("HOST", StringComparison.OrdinalIgnoreCase)))
        {
            throw new FormatException($"Line {number} of the nodelist should begin a node, as “1 HOST 2 3” or “2” do, and is “{line}”.");
        }

        if (words.Length < 2)
        {
            return (index, null);
        }

        var routes = new List<int>();
        foreach (var word in words[2..])
        {
            if (!TryIndex(word, out var route))
            {
                throw new FormatException($"Line {number} of the nodelist names “{word}” as a node; an index is 1 to 255.");
            }

            routes.Add(route);
        }

        return (index, routes.Count == 0 ? null : routes);
    }

    private static bool Encodes(string line)
    {
        try
        {
            return Cp437.GetByteCount(line) == line.Length;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static bool TryIndex(string word, out int index) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out index) && BbsIndex.IsValid(index);

    private static void Check(NodelistEntry node, HashSet<int> seen, Dictionary<string, int> addresses)
    {
        if (!BbsIndex.IsValid(node.Index))
        {
            throw new NodelistRefusedException($"Node {node.Index} ({node.Name}) is out of range: a BBS index is 1 to 255.");
        }

        if (!seen.Add(node.Index))
        {
            throw new NodelistRefusedException($"Two boards have BBS index {node.Index}; one is {node.Name}. Give each its own.");
        }

        if (node.Address != "" && !addresses.TryAdd(node.Address, node.Index))
        {
            throw new NodelistRefusedException($"Nodes {addresses[node.Address]} and {node.Index} both have the FTN address {node.Address}. An FTN address belongs to one BBS.");
        }

        if (string.IsNullOrWhiteSpace(node.Name))
        {
            throw new NodelistRefusedException($"Node {node.Index} has no name.");
        }

        if (node.Name.Trim() == Nothing)
        {
            throw new NodelistRefusedException($"Node {node.Index} is named “{Nothing}”, which stands for a field without text.");
        }

        foreach (var line in new[] { node.Name, node.Address, node.City, node.State, node.Country })
        {
            if (!CanHold(line))
            {
                throw new NodelistRefusedException($"Node {node.Index}: “{line}” has a character that DOS text (CP437) can't hold.");
            }
        }
    }
}
