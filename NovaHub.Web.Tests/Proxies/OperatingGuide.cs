using System.Text.RegularExpressions;

namespace NovaHub.Web.Tests.Proxies;

/// <summary>Configurations as docs/operating.md has them, so that what is tested is what operators copy.</summary>
internal static class OperatingGuide
{
    /// <summary>The one block of this language that has this text in it.</summary>
    public static string Block(string language, string with)
    {
        var text = File.ReadAllText(Path.Combine(Root(), "docs/operating.md"));
        return Regex.Matches(text, $"^```{language}\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, TimeSpan.FromSeconds(5))
            .Select(m => m.Groups[1].Value).Single(block => block.Contains(with, StringComparison.Ordinal));
    }

    /// <summary>Replaces what is other on every machine; each must be there.</summary>
    public static string With(this string block, params (string From, string To)[] values)
    {
        foreach (var (from, to) in values)
        {
            Assert.Contains(from, block, StringComparison.Ordinal);
            block = block.Replace(from, to, StringComparison.Ordinal);
        }

        return block;
    }

    /// <summary>The folder of the checkout.</summary>
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NovaHub.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("NovaHub.sln is in no folder above the tests.");
        }

        return folder;
    }
}
