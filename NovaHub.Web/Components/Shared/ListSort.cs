namespace NovaHub.Web.Components.Shared;

/// <summary>How a list is sorted, as it stands in the address: <c>name</c>, or <c>-name</c> from the other end.</summary>
/// <param name="Key">The column.</param>
/// <param name="Descending">The greatest, or latest, first.</param>
public sealed record ListSort(string Key, bool Descending)
{
    /// <summary>Reads what stands in the address; anything that is no column of <paramref name="keys"/> is <paramref name="otherwise"/>.</summary>
    public static ListSort Parse(string? text, ListSort otherwise, params ReadOnlySpan<string> keys)
    {
        var descending = text?.StartsWith('-') == true;
        var key = descending ? text![1..] : text;
        return key is not null && keys.Contains(key) ? new ListSort(key, descending) : otherwise;
    }

    /// <summary>The text for an address, or null when this is how the list is sorted anyway.</summary>
    public string? Text(ListSort otherwise) => this == otherwise ? null : ToString();

    /// <summary>Sorts; rows that are alike stay in the order they have.</summary>
    public IEnumerable<T> Apply<T>(IEnumerable<T> rows, Func<T, object?> value)
    {
        var by = Comparer<object?>.Create(Compare);
        return Descending ? rows.OrderByDescending(value, by) : rows.OrderBy(value, by);
    }

    public override string ToString() => Descending ? "-" + Key : Key;

    // What is not there stands at the low end
    private static int Compare(object? a, object? b) => (a, b) switch
    {
        (string x, string y) => string.Compare(x, y, StringComparison.OrdinalIgnoreCase),
        _ => Comparer<object?>.Default.Compare(a, b),
    };
}
