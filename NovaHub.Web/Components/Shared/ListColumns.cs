namespace NovaHub.Web.Components.Shared;

/// <summary>A column of a list that a viewer may leave out.</summary>
/// <param name="Key">Its word: lower-case letters and <c>-</c>.</param>
/// <param name="Name">Its heading.</param>
/// <param name="Always">Whether it is always there.</param>
public sealed record ListColumn(string Key, string Name, bool Always = false);

/// <summary>
/// The columns of one list, in the order of the table. A table carries <see cref="Hide"/> as a class, which hides cells by
/// their place; what a viewer leaves out is remembered in the browser, for each list.
/// </summary>
/// <param name="List">The list's word: lower-case letters and <c>-</c>.</param>
/// <param name="Columns">Every column; ten at most, the last ones being the actions if there are any.</param>
public sealed record ListColumns(string List, IReadOnlyList<ListColumn> Columns)
{
    /// <summary>The classes that hide what <paramref name="viewer"/> leaves out: <c>hide-2 hide-5</c>.</summary>
    public string Hide(Live.Viewer viewer)
    {
        var hidden = viewer.HiddenColumns(List);
        return string.Join(' ', Columns.Select((c, i) => (c, i)).Where(c => !c.c.Always && hidden.Contains(c.c.Key)).Select(c => $"hide-{c.i + 1}"));
    }
}
