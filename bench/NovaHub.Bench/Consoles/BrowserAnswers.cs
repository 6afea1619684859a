using System.Globalization;

namespace NovaHub.Bench.Consoles;

/// <summary>What a browser with a window of 1280 by 800 answers to the calls of the console's pages and its component library.</summary>
internal static class BrowserAnswers
{
    private const int ObjectReference = 1;

    /// <summary>The answer as JSON.</summary>
    /// <param name="call">Name of the function.</param>
    /// <param name="resultType">What the hub wants back: 0 a value, 1 an object to call later, 3 nothing.</param>
    /// <param name="nextObject">Number for the next such object.</param>
    public static string Of(ReadOnlySpan<byte> call, int resultType, ref long nextObject)
    {
        return resultType == ObjectReference ? string.Create(CultureInfo.InvariantCulture, $$"""{"__jsObjectId":{{nextObject++}}}""")
            : call.SequenceEqual("mudObserveElementSize"u8) ? """{"width":760,"height":260}"""
            : call.SequenceEqual("mudGetSvgBBox"u8) ? """{"x":0,"y":0,"width":30,"height":14}"""
            : call.SequenceEqual("window.hasOwnProperty"u8) || call.SequenceEqual("hasDefinedParentHeight"u8) ? "true"
            : call.SequenceEqual("mudpopoverHelper.countProviders"u8) ? "1"
            : "null";
    }
}
