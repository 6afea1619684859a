namespace NovaHub.Web.Components.Help;

/// <summary>Help for one page, in plain words.</summary>
/// <param name="Key">Its word, for links between topics.</param>
/// <param name="Path">The page it is for: its address, or the beginning of the addresses of its kind.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Shows">What the page shows.</param>
public sealed record HelpTopic(string Key, string Path, string Title, string Shows)
{
    /// <summary>What can be done there, each in a sentence.</summary>
    public IReadOnlyList<string> Acts { get; init; } = [];

    /// <summary>What its words mean.</summary>
    public IReadOnlyList<(string Word, string Meaning)> Words { get; init; } = [];

    /// <summary>Topics beside it.</summary>
    public IReadOnlyList<string> See { get; init; } = [];

    /// <summary>The topic of a page.</summary>
    /// <param name="path">The page's address without what follows a question mark: <c>/runs/12</c>.</param>
    public static HelpTopic Of(string path)
    {
        var page = "/" + path.Split('?', '#')[0].Trim('/');
        return HelpTopics.All.Where(t => page == t.Path || (t.Path is [_, .., '/'] && page.StartsWith(t.Path, StringComparison.OrdinalIgnoreCase)))
            .OrderByDescending(t => t.Path.Length).FirstOrDefault() ?? HelpTopics.Console;
    }
}
