using System.Text;
using CsCheck;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>Random terminal output out of what the screen model understands.</summary>
internal static class VtPrograms
{
    private static readonly Gen<string> Word = Gen.OneOf(
        Gen.String[Gen.Char["abcXYZ019 .:->%"], 1, 12],
        Gen.String[Gen.Char["é■█│ü≈"], 1, 4],
        Gen.Char["ab█"].Select(Gen.Int[60, 170], (c, n) => new string(c, n)));

    private static readonly string[] Controls =
    [
        "\r", "\n", "\r\n", "\b", "\t", "\u001bM", "\u001bD", "\u001bE", "\u001b7", "\u001b8", "\u001b[s", "\u001b[u",
        "\u000f", "\u001b)0", "\u001b[?25h", "\u001b[?7711l", "\u001b[4l", "\u001b[0;1;31m", "\u001b[m", "\u001b]0;title\u0007",
        "\u001b]2;other\u001b\\", "\r\n\r\n\r\n",
    ];

    private static readonly Gen<string> Control = Gen.Int[0, Controls.Length - 1].Select(index => Controls[index]);

    private static readonly Gen<string> OneNumber =
        Gen.Select(Gen.Int[0, 30], Gen.Char["ABCDGdLMPX@STEF"], (n, final) => $"\u001b[{(n == 0 ? "" : n)}{final}");

    private static readonly Gen<string> Place =
        Gen.Select(Gen.Int[0, 27], Gen.Int[0, 83], (row, column) => $"\u001b[{row};{column}H");

    private static readonly Gen<string> Erase =
        Gen.Select(Gen.Int[0, 2], Gen.Char["JK"], (mode, final) => $"\u001b[{mode}{final}");

    private static readonly Gen<string> Region =
        Gen.Select(Gen.Int[0, 26], Gen.Int[0, 27], (top, bottom) => top == 26 ? "\u001b[r" : $"\u001b[{top};{bottom}r");

    public static readonly Gen<byte[]> Any = Gen
        .Frequency((5, Word), (3, Control), (3, OneNumber), (3, Place), (1, Erase), (1, Region))
        .Array[1, 60]
        .Select(pieces => Encoding.UTF8.GetBytes(string.Concat(pieces)));
}
