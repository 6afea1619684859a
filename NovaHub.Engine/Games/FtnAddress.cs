using System.Globalization;
using System.Text.RegularExpressions;

namespace NovaHub.Engine.Games;

/// <summary>An FTN address: <c>13:10/2</c>, <c>13:10/2.1</c> for a point, <c>10/2</c> in leagues whose lists carry no zones.</summary>
/// <param name="Zone">Zone, or null where none is written.</param>
/// <param name="Net">Net.</param>
/// <param name="Node">Node.</param>
/// <param name="Point">Point; 0 is the node itself.</param>
public sealed partial record FtnAddress(int? Zone, int Net, int Node, int Point)
{
    // Mailers keep each part in a signed 16-bit number (FTS-0001)
    private const int Largest = short.MaxValue;

    /// <summary>Whether a node can have it: zone and net from 1, node and point from 0, each up to 32767.</summary>
    public bool IsPossible => Zone is null or (>= 1 and <= Largest) && Net is >= 1 and <= Largest && Node <= Largest && Point <= Largest;

    /// <summary>Reads an address.</summary>
    /// <returns>Null when the text is none.</returns>
    public static FtnAddress? Parse(string? text) => text is not null && Form().Match(text) is { Success: true } match
        ? new FtnAddress(match.Groups["zone"].Success ? Number(match, "zone") : null, Number(match, "net"), Number(match, "node"), match.Groups["point"].Success ? Number(match, "point") : 0)
        : null;

    /// <summary>The address of another node of the same zone and net, written in the same way.</summary>
    public string Beside(int node) => string.Create(CultureInfo.InvariantCulture, $"{(Zone is { } zone ? $"{zone}:" : "")}{Net}/{node}");

    private static int Number(Match match, string part) => int.Parse(match.Groups[part].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A((?<zone>[0-9]{1,5}):)?(?<net>[0-9]{1,5})/(?<node>[0-9]{1,5})(\.(?<point>[0-9]{1,5}))?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
